import { ROOM_PROMISES } from '@scoregate/protocol/room-promises'
import { fileSizeWords } from '@scoregate/ui/file-size'
import { whenWords } from '@scoregate/ui/plain-time'
import type { KnownWorker } from './worker-records.ts'

/** What needs a person at a worker. The kinds are those of the metrics, too. */
export type WorkerAlertKind = (typeof WORKER_ALERT_KINDS)[number]
export const WORKER_ALERT_KINDS = [
  'not-seen',
  'disk-low',
  'promise-broken',
  'parked-runs',
  'other-sandbox',
] as const

/** An alert, in words: what is wrong, and what to do. */
export type WorkerAlert = { readonly kind: WorkerAlertKind; readonly title: string; readonly text: string }

/** A worker reports every two minutes. */
export const NOT_SEEN_MILLISECONDS = 5 * 60_000

/** What needs a person at this worker now, the worst first. */
export function alertsOf(worker: KnownWorker, now: Date): WorkerAlert[] {
  const { report } = worker
  const alerts: WorkerAlert[] = []
  if (now.getTime() - worker.seenAt.getTime() > NOT_SEEN_MILLISECONDS) {
    alerts.push({
      kind: 'not-seen',
      title: 'Not seen for more than 5 minutes',
      text: `It was heard last ${whenWords(worker.seenAt, now)}. See that it runs, and that it reaches this desk.`,
    })
  }
  if (report === undefined) return alerts
  const { examination } = report
  if (examination !== undefined && examination.broken.length > 0) {
    alerts.push({
      kind: 'promise-broken',
      title: examination.broken.length === 1 ? 'A promise does not hold' : 'Some promises do not hold',
      text: `Promised, and not so: “${promiseWords(examination.broken).join('”; “')}”. Run scoregate doctor on its machine: it says what to do.`,
    })
  }
  if (report.freeDiskBytes < report.neededDiskBytes) {
    alerts.push({
      kind: 'disk-low',
      title: 'Too little free disk, so it takes no job',
      text: `${fileSizeWords(report.freeDiskBytes)} are free, and a run needs ${fileSizeWords(report.neededDiskBytes)}. Free space on its data folder, or lower limits.output in the policy.`,
    })
  }
  if (report.parkedRuns > 0) {
    alerts.push({
      kind: 'parked-runs',
      title:
        report.parkedRuns === 1
          ? 'A sealed run is set aside'
          : `${report.parkedRuns} sealed runs are set aside`,
      text: 'This desk refused them. They lie in the folder parked of the worker, each with its reason.',
    })
  }
  if (examination !== undefined && examination.sandbox !== report.sandbox) {
    alerts.push({
      kind: 'other-sandbox',
      title: 'Another sandbox was examined than it uses',
      text: 'What is said of its promises is not about its rooms. Run scoregate doctor again.',
    })
  }
  return alerts
}

/** Promises about rooms in words; a name that this version does not know stands for itself. */
export function promiseWords(names: readonly string[]): string[] {
  const words: Readonly<Record<string, string>> = ROOM_PROMISES
  return names.map((name) => words[name] ?? name)
}
