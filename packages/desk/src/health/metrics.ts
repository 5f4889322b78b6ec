import { HOLD_TRANSITIONS } from '@scoregate/gate/hold'
import { findChainHead } from '../audit/record-act.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { HealthCheck } from './health-check.ts'
import { readOutboxAge } from './health-check.ts'
import { alertsOf, WORKER_ALERT_KINDS } from './worker-alerts.ts'
import { listWorkers } from './worker-records.ts'

type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number }

/**
 * The desk's numbers in the text format of Prometheus. Labels are words of closed lists: no name of a person, a worker, a
 * competition or a file is in it.
 */
export async function metricsText(given: { db: DeskDb; health: HealthCheck; now: Date }): Promise<string> {
  const { db, now } = given
  const [holds, outbox, head, workers, health] = await Promise.all([
    countByState(db),
    readOutboxAge(db),
    findChainHead(db),
    listWorkers(db),
    given.health(),
  ])
  const alerts = workers.map((worker) => alertsOf(worker, now))
  const { status, ...parts } = health
  return [
    metric('scoregate_up', 'Whether everything is well that /healthz looks at.', [
      { value: status === 'ok' ? 1 : 0 },
    ]),
    metric(
      'scoregate_part_ok',
      'Whether one part is well.',
      Object.entries(parts).map(([part, word]) => ({ labels: { part }, value: word === 'ok' ? 1 : 0 })),
    ),
    metric('scoregate_holds', 'Holds by state.', holds),
    metric('scoregate_outbox', 'Outcomes that the platform has not accepted.', [
      { labels: { state: 'pending' }, value: outbox.pending },
      { labels: { state: 'stopped' }, value: outbox.stopped },
    ]),
    metric('scoregate_outbox_oldest_seconds', 'Age of the oldest outcome that is pending.', [
      {
        value:
          outbox.oldest === undefined ? 0 : Math.max(0, (now.getTime() - outbox.oldest.getTime()) / 1000),
      },
    ]),
    metric('scoregate_audit_entries', 'Entries on the audit chain.', [{ value: head?.sequence ?? 0 }]),
    metric('scoregate_workers', 'Workers that are known.', [{ value: workers.length }]),
    metric(
      'scoregate_worker_alerts',
      'Workers with this alert.',
      WORKER_ALERT_KINDS.map((alert) => ({
        labels: { alert },
        value: alerts.filter((of) => of.some(({ kind }) => kind === alert)).length,
      })),
    ),
  ].join('')
}

async function countByState(db: DeskDb): Promise<Sample[]> {
  const rows = await db
    .selectFrom('hold')
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute()
  return Object.keys(HOLD_TRANSITIONS).map((state) => ({
    labels: { state },
    value: Number(rows.find((row) => row.state === state)?.count ?? 0),
  }))
}

function metric(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels = {}, value }) => {
    const written = Object.entries(labels).map(([label, word]) => `${label}="${word}"`)
    return `${name}${written.length === 0 ? '' : `{${written.join(',')}}`} ${value}`
  })
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ''].join('\n')
}
