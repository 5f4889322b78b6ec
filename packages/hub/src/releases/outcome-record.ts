import type { Outcome } from '@scoregate/protocol/release'
import type { HubTransaction } from '../migrations/hub-tables.ts'
import { refusal } from '../refusals.ts'

/** A word of a site's desk about one attempt of a job. */
export type OutcomeMessage = { readonly queueId: number; readonly jobId: string; readonly outcome: Outcome }

/**
 * Whether the same was accepted before. Only the receipt may differ, since a site may sign again what it decided once.
 * Throws `conflict` when the hold was then given another content.
 */
export async function findRepeated(
  transaction: HubTransaction,
  { queueId, jobId, outcome }: OutcomeMessage,
): Promise<'the-same' | 'another-receipt' | undefined> {
  const known = await transaction
    .selectFrom('outcome')
    .innerJoin('job', 'job.id', 'outcome.job_id')
    .leftJoin('receipt', (join) =>
      join
        .onRef('receipt.submission_id', '=', 'job.submission_id')
        .onRef('receipt.outcome', '=', 'outcome.kind'),
    )
    .select(['outcome.body', 'receipt.envelope'])
    .where('outcome.job_id', '=', jobId)
    .where('job.queue_id', '=', queueId)
    .where('outcome.attempt', '=', outcome.attempt)
    .where('outcome.kind', '=', outcome.kind)
    .where('outcome.hold', '=', outcome.hold)
    .executeTakeFirst()
  if (known === undefined) return undefined
  const { content, envelope } = partsOf(outcome)
  if (known.body === content)
    return envelope === (known.envelope ?? undefined) ? 'the-same' : 'another-receipt'
  throw refusal(
    'conflict',
    'outcome-differs',
    'This hold was given another outcome of the same kind before; that one stands.',
    'A decision is final. Submit again to get another.',
  )
}

/** Remembers what was accepted, so that it is known when it comes again. */
export async function rememberOutcome(
  transaction: HubTransaction,
  message: OutcomeMessage,
  now: Date,
): Promise<void> {
  const { jobId, outcome } = message
  await transaction
    .insertInto('outcome')
    .values({
      job_id: jobId,
      attempt: outcome.attempt,
      kind: outcome.kind,
      hold: outcome.hold,
      body: partsOf(outcome).content,
      received_at: now.toISOString(),
    })
    .execute()
}

/** Zod builds parsed objects in the order of their schema, so equal outcomes are equal texts. */
function partsOf(outcome: Outcome): { content: string; envelope: string | undefined } {
  if (outcome.kind === 'awaiting-validation') return { content: JSON.stringify(outcome), envelope: undefined }
  const { receipt, ...content } = outcome
  return { content: JSON.stringify(content), envelope: JSON.stringify(receipt) }
}
