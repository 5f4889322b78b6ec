import { randomUUID } from 'node:crypto'
import type { HubDb, HubTransaction } from '../migrations/hub-tables.ts'

/** A job that was just leased. */
export type ClaimedJob = {
  readonly jobId: string
  readonly attempt: number
  readonly submissionId: number
  /** Whether this run was promised data-side review. */
  readonly isReviewAsked: boolean
}

/** Puts a submission into the queue of its competition, as a job of its own. */
export async function enqueueJob(
  transaction: HubTransaction,
  { submissionId, queueId, now }: { submissionId: number; queueId: number; now: Date },
): Promise<void> {
  await transaction
    .insertInto('job')
    .values({
      id: randomUUID(),
      submission_id: submissionId,
      queue_id: queueId,
      attempt: 0,
      lapses: 0,
      state: 'queued',
      worker: null,
      hold: null,
      queued_at: now.toISOString(),
      lease_until: null,
      review_asked: null,
    })
    .execute()
}

/**
 * Leases the job that waits longest, in one transaction: its attempt grows by one, so that whoever had it before is
 * fenced off. `undefined` when none waits.
 */
export async function claimJob(
  db: HubDb,
  { queueId, worker, leaseUntil }: { queueId: number; worker: string; leaseUntil: Date },
): Promise<ClaimedJob | undefined> {
  return db.transaction().execute(async (transaction) => {
    const waiting = await transaction
      .selectFrom('job')
      .select('id')
      .where('queue_id', '=', queueId)
      .where('state', '=', 'queued')
      .orderBy('queued_at')
      .orderBy('submission_id')
      .limit(1)
      .executeTakeFirst()
    if (waiting === undefined) return undefined
    const claimed = await transaction
      .updateTable('job')
      .set((eb) => ({
        state: 'leased',
        attempt: eb('attempt', '+', 1),
        worker,
        lease_until: leaseUntil.toISOString(),
        // What this run was promised; the organizer may change the competition while it runs.
        review_asked: eb
          .selectFrom('submission')
          .innerJoin('competition', 'competition.id', 'submission.competition_id')
          .select('competition.human_in_the_loop')
          .whereRef('submission.id', '=', 'job.submission_id'),
      }))
      .where('id', '=', waiting.id)
      .where('state', '=', 'queued')
      .returning(['id', 'attempt', 'submission_id', 'review_asked'])
      .executeTakeFirst()
    return (
      claimed && {
        jobId: claimed.id,
        attempt: claimed.attempt,
        submissionId: claimed.submission_id,
        isReviewAsked: claimed.review_asked === 1,
      }
    )
  })
}

/** The questions for work that wait for an answer; woken when a job comes. */
export type WakeUps = ReturnType<typeof createWakeUps>

export function createWakeUps() {
  const sleepers = new Set<() => void>()
  let isClosed = false
  return {
    get isClosed() {
      return isClosed
    },
    /** Resolves at the next `wake`, after `milliseconds`, or when `signal` is aborted. */
    wait(milliseconds: number, signal: AbortSignal): Promise<void> {
      if (isClosed || signal.aborted || milliseconds <= 0) return Promise.resolve()
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer)
          sleepers.delete(done)
          signal.removeEventListener('abort', done)
          resolve()
        }
        const timer = setTimeout(done, milliseconds)
        sleepers.add(done)
        signal.addEventListener('abort', done)
      })
    },
    wake(): void {
      for (const done of [...sleepers]) done()
    },
    close(): void {
      isClosed = true
      this.wake()
    },
  }
}
