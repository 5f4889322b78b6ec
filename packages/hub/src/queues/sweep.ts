import type { Logger } from 'pino'
import type { HubDb, HubTransaction } from '../migrations/hub-tables.ts'
import { moveSubmission } from '../submissions/move-submission.ts'
import type { WakeUps } from './job-queue.ts'
import { endJob, requeueJob } from './leases.ts'

/** After so many workers that vanished with it, a job itself is the likely cause. */
const MAX_LAPSES = 5

/** The work of `sweepJobs`, in counts. */
export type Swept = { readonly requeued: number; readonly failed: number }

/**
 * Puts the jobs of vanished workers back into the queue, and fails those that cannot be run: five workers vanished with
 * them, or none came within `queueWaitSeconds`. A submission never hangs without a reason.
 */
export async function sweepJobs(given: {
  db: HubDb
  clock: () => Date
  log: Logger
  wakeUps: WakeUps
  queueWaitSeconds: number
}): Promise<Swept> {
  const { db, clock, log, wakeUps, queueWaitSeconds } = given
  const now = clock()
  const swept = await db.transaction().execute(async (transaction) => ({
    ...(await requeueLapsed(transaction, now)),
    unclaimed: await failUnclaimed(transaction, now, queueWaitSeconds),
  }))
  if (swept.requeued > 0) {
    log.warn({ jobs: swept.requeued }, 'Jobs of vanished workers went back into the queue.')
    wakeUps.wake()
  }
  const failed = swept.failed + swept.unclaimed
  if (failed > 0) log.error({ jobs: failed }, 'Jobs were given up, since no worker finished them.')
  return { requeued: swept.requeued, failed }
}

async function requeueLapsed(transaction: HubTransaction, now: Date): Promise<Swept> {
  const lapsed = await transaction
    .selectFrom('job')
    .selectAll()
    .where('state', '=', 'leased')
    .where('lease_until', '<', now.toISOString())
    .execute()
  let failed = 0
  for (const job of lapsed) {
    if (job.lapses + 1 >= MAX_LAPSES) {
      failed++
      await endJob(transaction, job.id, 'done')
      await moveSubmission(transaction, job.submission_id, 'Failed', { now, reason: 'worker-failed' })
    } else {
      await requeueJob(transaction, job.id, job.lapses + 1)
      await moveSubmission(transaction, job.submission_id, 'Submitted', { now })
    }
  }
  return { requeued: lapsed.length - failed, failed }
}

async function failUnclaimed(
  transaction: HubTransaction,
  now: Date,
  queueWaitSeconds: number,
): Promise<number> {
  const stale = await transaction
    .selectFrom('job')
    .select(['id', 'submission_id'])
    .where('state', '=', 'queued')
    .where('queued_at', '<', new Date(now.getTime() - queueWaitSeconds * 1000).toISOString())
    .execute()
  for (const job of stale) {
    await endJob(transaction, job.id, 'done')
    await moveSubmission(transaction, job.submission_id, 'Failed', { now, reason: 'no-worker' })
  }
  return stale.length
}

/**
 * Gives every lease its full time anew. Called at start: while the hub was down, no worker could be heard, so none of
 * them is to be taken for vanished.
 */
export async function renewLeases(db: HubDb, leaseUntil: Date): Promise<void> {
  await db
    .updateTable('job')
    .set({ lease_until: leaseUntil.toISOString() })
    .where('state', '=', 'leased')
    .execute()
}
