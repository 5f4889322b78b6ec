import type { Lease, LeaseExtended, RunningStatus } from '@scoregate/protocol/lease'
import { DECIDED_REASONS, type ReasonCode } from '@scoregate/protocol/reason-code'
import type { Selectable } from 'kysely'
import type { FileLinks } from '../files/file-links.ts'
import type { HubDb, HubTables, HubTransaction } from '../migrations/hub-tables.ts'
import { refusal } from '../refusals.ts'
import { moveSubmission } from '../submissions/move-submission.ts'
import { claimJob, type WakeUps } from './job-queue.ts'
import { describeJob } from './lease-job.ts'

/** A message about a job: only the newest attempt is listened to. */
export type JobMessage = { readonly queueId: number; readonly jobId: string; readonly attempt: number }

export type Leases = ReturnType<typeof createLeases>

/**
 * What workers may do with jobs (`protocol/lease.ts`). Every message is fenced by its attempt: once a job was leased
 * again, or is over, whoever had it before hears `gone`.
 */
export function createLeases(given: {
  db: HubDb
  clock: () => Date
  links: FileLinks
  wakeUps: WakeUps
  publicUrl: () => string
  leaseSeconds: number
}) {
  const { db, clock, wakeUps, leaseSeconds } = given
  const leaseUntil = () => new Date(clock().getTime() + leaseSeconds * 1000)

  async function extended(transaction: HubTransaction, job: JobRow): Promise<LeaseExtended> {
    await transaction
      .updateTable('job')
      .set({ lease_until: leaseUntil().toISOString() })
      .where('id', '=', job.id)
      .where('state', '=', 'leased')
      .execute()
    return { leaseSeconds, cancelled: job.state === 'cancelled' }
  }

  return {
    /** The job that waits longest, or the next one that comes within `waitSeconds`; `undefined` when none came. */
    async lease(request: {
      queueId: number
      worker: { name: string; version: string }
      waitSeconds: number
      signal: AbortSignal
    }): Promise<Lease | undefined> {
      const deadline = performance.now() + request.waitSeconds * 1000
      await rememberWorker(db, request.queueId, request.worker, clock())
      while (!request.signal.aborted && !wakeUps.isClosed) {
        // Listen first, look second: a job that comes in between must not be overlooked.
        const woken = wakeUps.wait(deadline - performance.now(), request.signal)
        const claimed = await claimJob(db, {
          queueId: request.queueId,
          worker: request.worker.name,
          leaseUntil: leaseUntil(),
        })
        if (claimed !== undefined) {
          if (!request.signal.aborted) return { job: await describeJob(given, claimed), leaseSeconds }
          // Whoever asked has gone away meanwhile; the next one need not wait for this lease to lapse.
          await db.transaction().execute((transaction) => requeueJob(transaction, claimed.jobId, 0))
          wakeUps.wake()
          return undefined
        }
        if (performance.now() >= deadline) return undefined
        await woken
      }
      return undefined
    },

    /** Whether an attempt still needs its inputs: it was not ended, cancelled or leased again. */
    async isUnderWay({ jobId, attempt }: { jobId: string; attempt: number }): Promise<boolean> {
      const job = await db
        .selectFrom('job')
        .select('id')
        .where('id', '=', jobId)
        .where('attempt', '=', attempt)
        // One whose lease lapsed goes on where nobody else has taken it.
        .where('state', 'in', ['leased', 'queued'])
        .executeTakeFirst()
      return job !== undefined
    },

    heartbeat(message: JobMessage): Promise<LeaseExtended> {
      return db.transaction().execute(async (transaction) => {
        const job = await getFencedJob(transaction, message, ['leased', 'cancelled'])
        await seenAgain(transaction, job, clock())
        return extended(transaction, job)
      })
    },

    /** A repeated or late word changes nothing and is answered like a new one. */
    status(message: JobMessage, status: RunningStatus): Promise<LeaseExtended> {
      return db.transaction().execute(async (transaction) => {
        const job = await getFencedJob(transaction, message, ['leased', 'cancelled'])
        if (job.state === 'leased') {
          const now = clock()
          // If the first word was lost, it is made up for: Running cannot follow Submitted.
          if (status !== 'Preparing') {
            await moveSubmission(transaction, job.submission_id, 'Preparing', { now })
          }
          await moveSubmission(transaction, job.submission_id, status, { now })
        }
        return extended(transaction, job)
      })
    },

    /**
     * The job failed before anything ran, so that there is nothing to hold. No worker can say that the data owner
     * decided: that takes their receipt.
     */
    async failure(message: JobMessage, reason: ReasonCode): Promise<void> {
      if (DECIDED_REASONS.includes(reason)) {
        throw refusal(
          'bad-input',
          'not-a-failure',
          `"${reason}" is a decision of the data owner, and not for a worker to tell.`,
          'Report why the run failed.',
        )
      }
      await db.transaction().execute(async (transaction) => {
        const job = await getFencedJob(transaction, message, ['leased'])
        await endJob(transaction, job.id, 'done')
        await moveSubmission(transaction, job.submission_id, 'Failed', { now: clock(), reason })
      })
    },

    /** A worker that stops gives its job back; it is the next to be taken. */
    async giveBack(message: JobMessage): Promise<void> {
      await db.transaction().execute(async (transaction) => {
        const job = await getFencedJob(transaction, message, ['leased'])
        await requeueJob(transaction, job.id, job.lapses)
        await moveSubmission(transaction, job.submission_id, 'Submitted', { now: clock() })
      })
      wakeUps.wake()
    },
  }
}

export type JobRow = Selectable<HubTables['job']>

/** The job, if the message carries its newest attempt and it is in one of these states. Throws `gone` otherwise. */
export async function getFencedJob(
  transaction: HubTransaction,
  message: JobMessage,
  states: readonly JobRow['state'][],
): Promise<JobRow> {
  const job = await transaction
    .selectFrom('job')
    .selectAll()
    .where('id', '=', message.jobId)
    .where('queue_id', '=', message.queueId)
    .executeTakeFirst()
  if (job === undefined || job.attempt !== message.attempt || !states.includes(job.state)) throw superseded()
  return job
}

export function superseded() {
  return refusal(
    'gone',
    'superseded',
    'This attempt of the job is over: it was leased again, cancelled or has ended.',
    'Drop it and take another job.',
  )
}

/** Puts a leased job back into the queue; its attempt stays, so its last worker's sealed result can still be taken. */
export async function requeueJob(transaction: HubTransaction, jobId: string, lapses: number): Promise<void> {
  await transaction
    .updateTable('job')
    .set({ state: 'queued', lease_until: null, lapses })
    .where('id', '=', jobId)
    .execute()
}

export async function endJob(
  transaction: HubTransaction,
  jobId: string,
  state: 'done' | 'cancelled',
): Promise<void> {
  await transaction.updateTable('job').set({ state, lease_until: null }).where('id', '=', jobId).execute()
}

async function rememberWorker(
  db: HubDb,
  queueId: number,
  worker: { name: string; version: string },
  now: Date,
): Promise<void> {
  const seen = { version: worker.version, seen_at: now.toISOString() }
  await db
    .insertInto('worker_seen')
    .values({ queue_id: queueId, name: worker.name, ...seen })
    .onConflict((conflict) => conflict.columns(['queue_id', 'name']).doUpdateSet(seen))
    .execute()
}

async function seenAgain(transaction: HubTransaction, job: JobRow, now: Date): Promise<void> {
  await transaction
    .updateTable('worker_seen')
    .set({ seen_at: now.toISOString() })
    .where('queue_id', '=', job.queue_id)
    .where('name', '=', job.worker ?? '')
    .execute()
}
