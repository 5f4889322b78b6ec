import type { ScoregateError } from '@scoregate/protocol/errors'
import { enqueueRun } from '../codabench/messages.ts'
import type { HubDb, HubTransaction, QueueKind } from '../migrations/hub-tables.ts'
import { refusal } from '../refusals.ts'
import { enqueueJob } from './job-queue.ts'

/** Puts one run into a queue, in the way of the workers that serve it. */
export async function enqueueSubmission(
  transaction: HubTransaction,
  given: { submissionId: number; queueId: number; now: Date },
): Promise<void> {
  switch (await kindOf(transaction, given.queueId)) {
    case 'scoregate':
      return enqueueJob(transaction, given)
    case 'codabench':
      return enqueueRun(transaction, given)
  }
}

/**
 * Whether the workers of a competition's queue keep what its organizer asks for. A Codabench worker sends scores, files and logs
 * as soon as they are there, whatever anybody has asked (protocol reference, section 8), so it cannot promise data-side review.
 */
export async function promisesReview(
  db: HubDb,
  competition: { queue_id: number; human_in_the_loop: number },
): Promise<boolean> {
  return competition.human_in_the_loop === 0 || (await kindOf(db, competition.queue_id)) === 'scoregate'
}

/** What an organizer hears who asks for both. */
export function reviewNotPromised(): ScoregateError {
  return refusal(
    'conflict',
    'review-not-promised',
    'This competition asks for data-side review, but its queue is served by Codabench workers, which send every result at once. Nothing is sent to them.',
    'Choose a queue of Scoregate workers for the competition, or let it publish at once.',
  )
}

async function kindOf(db: HubDb, queueId: number): Promise<QueueKind> {
  const { kind } = await db
    .selectFrom('queue')
    .select('kind')
    .where('id', '=', queueId)
    .executeTakeFirstOrThrow()
  return kind
}
