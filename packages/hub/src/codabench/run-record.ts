import { isFinal, type SubmissionStatus } from '@scoregate/protocol/submission-status'
import { sameSecret } from '@scoregate/web/secrets'
import type { Selectable } from 'kysely'
import type { HubDb, HubTables, HubTransaction } from '../migrations/hub-tables.ts'
import { notFound, refusal } from '../refusals.ts'

/**
 * How long a worker may still say its last words after it has said that a run is over: scores, the output and, in generation 2,
 * the logs come after it.
 */
export const LAST_WORDS_SECONDS = 86_400

/** A submission on a queue of Codabench workers. */
export type RunRecord = Selectable<HubTables['broker_run']> & {
  readonly status: SubmissionStatus
  readonly ownerId: number
  readonly finishedAt: string | null
}

/** How a submission stands towards what its workers say. */
export type RunStanding =
  | 'open'
  /** A worker has ended it, and it or one that repeats the job may still bring what is missing. */
  | 'ended'
  /** It was cancelled, or ended long ago: nothing is wanted of its workers. */
  | 'over'

export async function findRun(db: HubDb, submissionId: number): Promise<RunRecord | undefined> {
  return db
    .selectFrom('broker_run')
    .innerJoin('submission', 'submission.id', 'broker_run.submission_id')
    .selectAll('broker_run')
    .select(['submission.status', 'submission.owner_id as ownerId', 'submission.finished_at as finishedAt'])
    .where('broker_run.submission_id', '=', submissionId)
    .executeTakeFirst()
}

export function standingOf(run: RunRecord, now: Date): RunStanding {
  if (!isFinal(run.status)) return 'open'
  const end = new Date(run.finishedAt ?? 0).getTime()
  const isLong = now.getTime() > end + LAST_WORDS_SECONDS * 1000
  return run.status === 'Cancelled' || isLong ? 'over' : 'ended'
}

/** Whether this is the secret of the run; none is, once it was erased. */
export function isSecretOf(run: RunRecord, secret: string): boolean {
  return run.secret !== null && sameSecret(run.secret, secret.toLowerCase())
}

/**
 * The run that a secret speaks for. Throws `not-found` where no submission of this number runs on such a queue, and `not-allowed` for a wrong secret, as Codabench
 * answers (protocol reference, 3.1); and `not-allowed` once the submission is over. A generation 1 worker that starts late on a
 * cancelled job is stopped by that with its first word, before it has started a container.
 */
export async function getSpokenFor(
  transaction: HubTransaction,
  given: { submissionId: number; secret: string; now: Date },
): Promise<RunRecord & { readonly standing: 'open' | 'ended' }> {
  const run = await getRunOf(transaction, given)
  const standing = standingOf(run, given.now)
  if (standing !== 'over') return { ...run, standing }
  throw refusal(
    'not-allowed',
    'submission-over',
    'This submission was cancelled or is over.',
    'Drop the job; nothing of it is wanted any more.',
  )
}

/** The run of a secret, over or not. Throws `not-found` and `not-allowed`, as above. */
export async function getRunOf(
  transaction: HubTransaction,
  { submissionId, secret }: { submissionId: number; secret: string },
): Promise<RunRecord> {
  const run = await findRun(transaction, submissionId)
  if (run === undefined) throw notFound('submission')
  if (!isSecretOf(run, secret)) throw wrongSecret()
  return run
}

function wrongSecret() {
  return refusal(
    'not-allowed',
    'wrong-secret',
    'This is not the secret of the submission.',
    'Send the secret that came with the job.',
  )
}
