import { setTimeout as pause } from 'node:timers/promises'
import type { WorkerReport } from '@scoregate/protocol/worker-report'
import type { Sandbox } from '@scoregate/sandbox/sandbox'
import type { Logger } from 'pino'
import type { SiteConfig } from './config.ts'
import type { DeskClient } from './desk-client.ts'
import { freeBytesOf, neededDiskBytes } from './disk-need.ts'
import { readDoctorResult } from './doctor-result.ts'
import { listParkedRuns } from './parked-runs.ts'
import { troubleOf } from './trouble.ts'

/** A desk calls a worker that it has not heard of for five minutes. */
const REPORT_MILLISECONDS = 120_000

type Reporting = {
  readonly config: SiteConfig
  readonly sandbox: Sandbox
  readonly version: string
  readonly desk: DeskClient
  /** Jobs that run now. */
  readonly running: () => number
  readonly log: Logger
  readonly signal: AbortSignal
}

/**
 * Tells the desk how this worker is, at once and every two minutes, also while a long job keeps it from asking for the
 * policy. Never rejects: a desk that does not hear it, or does not know reports, is left alone until the next.
 */
export async function reportToDesk(reporting: Reporting): Promise<void> {
  const { signal, log } = reporting
  while (!signal.aborted) {
    try {
      await reportOnce(reporting)
    } catch (error) {
      if (!signal.aborted) log.warn(troubleOf(error), 'the desk was not told how this worker is')
    }
    await pause(REPORT_MILLISECONDS, undefined, { signal }).catch(() => undefined) // aborted: the loop ends
  }
}

async function reportOnce({ config, sandbox, version, desk, running, log, signal }: Reporting) {
  const answer = await desk.getSite(signal)
  if (answer.kind === 'unavailable') return
  const examination = await readDoctorResult(config.dataFolder)
  const report: WorkerReport = {
    worker: config.workerName,
    version,
    sandbox: sandbox.name,
    ...(examination === undefined ? {} : { examination }),
    freeDiskBytes: await freeBytesOf(config.dataFolder),
    neededDiskBytes: neededDiskBytes(answer.site.limits),
    slots: config.slots,
    running: running(),
    parkedRuns: (await listParkedRuns(config.dataFolder)).length,
  }
  const told = await desk.report(report, signal)
  if (told.kind === 'unavailable') log.debug({ why: told.why }, 'the desk did not take the report')
}
