import type { ArtefactName } from '@scoregate/protocol/artefact'
import type { ChainHead } from '@scoregate/protocol/audit'
import { Digest } from '@scoregate/protocol/digest'
import type { ScoregateError } from '@scoregate/protocol/errors'
import { DECIDED_REASONS, type ReasonCode, type RejectionSentence } from '@scoregate/protocol/reason-code'
import type { Outcome, StandingAnswer, StandingQuestion } from '@scoregate/protocol/release'
import type { Blobs } from '@scoregate/storage/blobs'
import type { Logger } from 'pino'
import type { HubDb, HubTransaction } from '../migrations/hub-tables.ts'
import { endJob, getFencedJob, type JobRow, superseded } from '../queues/leases.ts'
import { notFound, refusal } from '../refusals.ts'
import { moveSubmission } from '../submissions/move-submission.ts'
import { admitReceipt, keepReceipt } from './admit-receipt.ts'
import { findRepeated, type OutcomeMessage, rememberOutcome } from './outcome-record.ts'
import { storeReleasedScores } from './release-scores.ts'
import { type ChainFork, findChainHead } from './site-chain.ts'

/** Where the sealed result of a run may still come from: also a job whose lease lapsed, if nobody else took it. */
const OPEN_STATES = ['leased', 'queued', 'held'] as const

export type Outcomes = ReturnType<typeof createOutcomes>

/**
 * What a site's desk may say (`protocol/release.ts`), and the only way for anything of a run onto the hub. Each is one
 * transaction, fenced by its attempt, bound to one hold, and accepted again when it is repeated. The end of a run is
 * believed only with a receipt that its site has signed (`verify-receipt.ts`).
 */
export function createOutcomes(given: {
  db: HubDb
  blobs: Blobs
  clock: () => Date
  log: Logger
  publicUrl: () => string
}) {
  const { db, blobs, clock, log, publicUrl } = given
  return {
    async accept(message: OutcomeMessage): Promise<void> {
      const fork = await db.transaction().execute(async (transaction) => {
        const now = clock()
        const repeated = await findRepeated(transaction, message)
        if (repeated === 'the-same') return undefined
        const receipt = await admitReceipt(transaction, message, { platform: publicUrl(), now })
        if (receipt?.fork !== undefined) return receipt.fork
        if (repeated === undefined) {
          await apply(transaction, message, now)
          await rememberOutcome(transaction, message, now)
        }
        // Where the same outcome was signed twice, the first receipt stands.
        if (receipt !== undefined) await keepReceipt(transaction, receipt, now)
        return undefined
      })
      // Refused only now, so that the alarm is kept.
      if (fork === undefined) return
      log.error({ queueId: message.queueId, fork }, 'A site has signed two different histories.')
      throw historyForked(fork)
    },

    /** The newest head of the audit chain that the site of this queue has signed. Throws `not-found` before the first. */
    async chainHead(queueId: number): Promise<ChainHead> {
      const head = await findChainHead(db, queueId)
      if (head === undefined) throw notFound('chain head')
      return head
    },

    /** Keeps the bytes of an artefact, invisible until a `released` outcome names them. Returns `stored` or `present`. */
    async putArtefact(
      given: {
        queueId: number
        jobId: string
        attempt: number
        hold: Digest
        name: ArtefactName
        sha256: Digest
        maxBytes: number
      },
      body: AsyncIterable<Uint8Array>,
    ): Promise<'stored' | 'present'> {
      const check = () =>
        db.transaction().execute((transaction) => getArtefactJob(transaction, given, given.hold))
      const job = await check()
      const known = await db
        .selectFrom('artefact')
        .select('sha256')
        .where('submission_id', '=', job.submission_id)
        .where('hold', '=', given.hold)
        .where('name', '=', given.name)
        .executeTakeFirst()
      if (known?.sha256 === given.sha256 && (await blobs.find(given.sha256)) !== undefined) return 'present'
      const stored = await blobs.put(body, { maxBytes: given.maxBytes, expected: given.sha256 })
      // The upload may have taken long: the job may have been cancelled or leased again meanwhile.
      await check()
      const file = { sha256: stored.sha256, size_bytes: stored.sizeBytes }
      await db
        .insertInto('artefact')
        .values({
          submission_id: job.submission_id,
          hold: given.hold,
          name: given.name,
          ...file,
          released_at: null,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['submission_id', 'hold', 'name'])
            .doUpdateSet(file)
            .where('artefact.released_at', 'is', null),
        )
        .execute()
      return 'stored'
    },

    /** Which of these attempts are no longer wanted: unknown, leased again, cancelled, or given up by the hub. */
    async standing(queueId: number, { jobs }: StandingQuestion): Promise<StandingAnswer> {
      const ids = jobs.map((job) => job.jobId)
      const rows =
        ids.length === 0
          ? []
          : await db
              .selectFrom('job')
              .selectAll()
              .where('id', 'in', ids)
              .where('queue_id', '=', queueId)
              .execute()
      const isWanted = ({ jobId, attempt }: { jobId: string; attempt: number }) => {
        const row = rows.find((one) => one.id === jobId)
        if (row === undefined || row.attempt !== attempt || row.state === 'cancelled') return false
        return row.state !== 'done' || row.hold !== null
      }
      return { gone: jobs.filter((job) => !isWanted(job)).map((job) => job.jobId) }
    },
  }
}

async function apply(
  transaction: HubTransaction,
  { queueId, jobId, outcome }: OutcomeMessage,
  now: Date,
): Promise<void> {
  const fence = { queueId, jobId, attempt: outcome.attempt }
  switch (outcome.kind) {
    case 'awaiting-validation': {
      const job = await getFencedJob(transaction, fence, [...OPEN_STATES, 'done'])
      refuseOtherHold(job, outcome.hold)
      // The decision overtook this word; the newer one stands.
      if (job.state === 'done' && job.hold === outcome.hold) return
      if (job.state === 'done') throw superseded()
      await transaction
        .updateTable('job')
        .set({ state: 'held', hold: outcome.hold, lease_until: null })
        .where('id', '=', job.id)
        .execute()
      await moveOrRefuse(transaction, job, 'Awaiting validation', now)
      return
    }
    case 'failed': {
      const job = await takeOpenJob(transaction, fence, outcome.hold)
      await moveOrRefuse(transaction, job, 'Failed', now, outcome)
      return
    }
    case 'released': {
      const job = await takeOpenJob(transaction, fence, outcome.hold)
      await publishArtefacts(transaction, job, outcome, now)
      await storeReleasedScores(transaction, job.submission_id, outcome.scores)
      await transaction
        .updateTable('submission')
        .set({ released_at: outcome.releasedAt })
        .where('id', '=', job.submission_id)
        .execute()
      await moveOrRefuse(transaction, job, 'Finished', now)
      return
    }
    case 'failure-released': {
      const job = await getFencedJob(transaction, fence, ['done'])
      if (job.hold !== outcome.hold || !(await isReleasableFailure(transaction, job))) throw superseded()
      await publishArtefacts(transaction, job, outcome, now)
      return
    }
  }
}

/** The job, ended by this outcome and bound to its hold. */
async function takeOpenJob(
  transaction: HubTransaction,
  fence: { queueId: number; jobId: string; attempt: number },
  hold: Digest,
): Promise<JobRow> {
  const job = await getFencedJob(transaction, fence, OPEN_STATES)
  refuseOtherHold(job, hold)
  await transaction.updateTable('job').set({ hold }).where('id', '=', job.id).execute()
  await endJob(transaction, job.id, 'done')
  return job
}

/** A job that was leased again has a new attempt, but keeps the hold of the old one only if that was accepted: never. */
function refuseOtherHold(job: JobRow, hold: Digest): void {
  if (job.state === 'held' && job.hold !== hold) throw superseded()
}

async function moveOrRefuse(
  transaction: HubTransaction,
  job: JobRow,
  to: 'Awaiting validation' | 'Failed' | 'Finished',
  now: Date,
  failure: { reason?: ReasonCode; sentence?: RejectionSentence | undefined } = {},
): Promise<void> {
  const { reason, sentence } = failure
  const why = { ...(reason && { reason }), ...(sentence && { sentence }) }
  if (await moveSubmission(transaction, job.submission_id, to, { now, ...why })) return
  const { status } = await transaction
    .selectFrom('submission')
    .select('status')
    .where('id', '=', job.submission_id)
    .executeTakeFirstOrThrow()
  if (status !== to) throw superseded()
}

async function getArtefactJob(
  transaction: HubTransaction,
  fence: { queueId: number; jobId: string; attempt: number },
  hold: Digest,
): Promise<JobRow> {
  const job = await getFencedJob(transaction, fence, [...OPEN_STATES, 'done'])
  refuseOtherHold(job, hold)
  if (job.state !== 'done') return job
  if (job.hold !== hold || !(await isReleasableFailure(transaction, job))) throw superseded()
  return job
}

async function isReleasableFailure(transaction: HubTransaction, job: JobRow): Promise<boolean> {
  const submission = await transaction
    .selectFrom('submission')
    .select(['status', 'reason'])
    .where('id', '=', job.submission_id)
    .executeTakeFirstOrThrow()
  return (
    submission.status === 'Failed' &&
    (submission.reason === null || !DECIDED_REASONS.includes(submission.reason))
  )
}

/** Makes exactly the named artefacts visible. Throws when one was not uploaded, or with other bytes. */
async function publishArtefacts(
  transaction: HubTransaction,
  job: JobRow,
  outcome: Extract<Outcome, { kind: 'released' | 'failure-released' }>,
  now: Date,
): Promise<void> {
  for (const artefact of outcome.artefacts) {
    const published = await transaction
      .updateTable('artefact')
      .set({ released_at: now.toISOString() })
      .where('submission_id', '=', job.submission_id)
      .where('hold', '=', outcome.hold)
      .where('name', '=', artefact.name)
      .where('sha256', '=', Digest.parse(artefact.sha256))
      .where('size_bytes', '=', artefact.sizeBytes)
      .executeTakeFirst()
    if (published.numUpdatedRows === 1n) continue
    throw refusal(
      'conflict',
      'artefact-missing',
      `The artefact "${artefact.name}" was not uploaded for this hold with these bytes, so nothing was released.`,
      'Upload it first, then send the outcome again.',
    )
  }
}

function historyForked(fork: ChainFork): ScoregateError {
  return refusal(
    'conflict',
    'history-forked',
    `The site's audit chain had another head at entry ${fork.sequence} before (${fork.accepted}), so its history was changed. Nothing was accepted.`,
    'Find out at the site who changed the audit chain: scoregate audit verify.',
  )
}
