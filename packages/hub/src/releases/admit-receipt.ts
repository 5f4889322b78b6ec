import type { HubTransaction } from '../migrations/hub-tables.ts'
import { getFencedJob } from '../queues/leases.ts'
import type { OutcomeMessage } from './outcome-record.ts'
import { type ChainFork, rememberChainPoint } from './site-chain.ts'
import { type VerifiedReceipt, verifyReceipt } from './verify-receipt.ts'

/** A verified receipt; with a `fork` it must be refused all the same. */
export type AdmittedReceipt = VerifiedReceipt & {
  readonly submissionId: number
  readonly envelope: string
  readonly fork: ChainFork | undefined
}

/**
 * Verifies the receipt of an outcome, and compares the chain on it with those of the site's earlier ones. An outcome that
 * ends nothing has none. Throws `gone` for a job that is not this site's to end, and what `verifyReceipt` throws.
 */
export async function admitReceipt(
  transaction: HubTransaction,
  { queueId, jobId, outcome }: OutcomeMessage,
  { platform, now }: { platform: string; now: Date },
): Promise<AdmittedReceipt | undefined> {
  if (outcome.kind === 'awaiting-validation') return undefined
  const fence = { queueId, jobId, attempt: outcome.attempt }
  const job = await getFencedJob(transaction, fence, ['queued', 'leased', 'held', 'done'])
  const verified = await verifyReceipt(transaction, { job, outcome, platform })
  const envelope = JSON.stringify(outcome.receipt)
  const { chain } = verified.statement.predicate
  const fork = await rememberChainPoint(transaction, {
    queueId,
    keyId: verified.keyId,
    chain,
    envelope,
    now,
  })
  return { ...verified, submissionId: job.submission_id, envelope, fork }
}

/** Keeps the receipt of an accepted outcome; one that is there already stands. */
export async function keepReceipt(
  transaction: HubTransaction,
  receipt: AdmittedReceipt,
  now: Date,
): Promise<void> {
  await transaction
    .insertInto('receipt')
    .values({
      submission_id: receipt.submissionId,
      outcome: receipt.statement.predicate.outcome,
      key_id: receipt.keyId,
      envelope: receipt.envelope,
      received_at: now.toISOString(),
    })
    .onConflict((conflict) => conflict.columns(['submission_id', 'outcome']).doNothing())
    .execute()
}
