import { keyIdOf, readReceipt } from '@scoregate/gate/receipt'
import type { Digest } from '@scoregate/protocol/digest'
import type { ScoregateError } from '@scoregate/protocol/errors'
import { type ReceiptStatement, SitePublicKey } from '@scoregate/protocol/receipt'
import type { HubTransaction } from '../migrations/hub-tables.ts'
import type { JobRow } from '../queues/leases.ts'
import { refusal } from '../refusals.ts'
import { receiptDifferences, type SignedOutcome } from './receipt-differences.ts'

/** A receipt that was signed by the site of the queue and is about exactly the outcome that it came with. */
export type VerifiedReceipt = { readonly keyId: Digest; readonly statement: ReceiptStatement }

/**
 * Verifies the receipt of an outcome against the key of the job's queue and against the outcome itself. Throws when the
 * queue has no key (`no-site-key`), when the receipt is not believed (`receipt-` and the flaw's code), and when it is about
 * anything else (`receipt-differs`, with every field).
 */
export async function verifyReceipt(
  transaction: HubTransaction,
  given: { job: JobRow; outcome: SignedOutcome; platform: string },
): Promise<VerifiedReceipt> {
  const { job, outcome, platform } = given
  const key = await getSiteKey(transaction, job.queue_id)
  const reading = readReceipt(outcome.receipt, key)
  if (reading.kind === 'invalid') {
    throw refused(
      reading.flaw.code,
      reading.flaw.sentence.replace(/\.$/, ''),
      'Sign the outcome with the key of the site that this queue knows.',
    )
  }
  const problems = receiptDifferences(reading.statement, outcome, {
    platform,
    jobId: job.id,
    submissionId: job.submission_id,
    isReviewAsked: job.review_asked === 1,
  })
  if (problems.length > 0) {
    throw refusal(
      'bad-input',
      'receipt-differs',
      `The receipt is not about this outcome: ${problems.map(({ where }) => where).join(', ')} differ${problems.length === 1 ? 's' : ''}. Nothing was changed.`,
      'Send the receipt that was signed for this outcome.',
      problems,
    )
  }
  return { keyId: keyIdOf(key), statement: reading.statement }
}

async function getSiteKey(transaction: HubTransaction, queueId: number): Promise<SitePublicKey> {
  const row = await transaction
    .selectFrom('site_key')
    .select('public_key')
    .where('queue_id', '=', queueId)
    .where('valid_until', 'is', null)
    .executeTakeFirst()
  if (row !== undefined) return SitePublicKey.parse(row.public_key)
  throw refusal(
    'conflict',
    'no-site-key',
    'This queue has no key of its site, so nobody could prove who released what: it accepts no outcome of a run.',
    'Give the hub the public key of the site, then send the outcome again.',
  )
}

function refused(flaw: string, sentence: string, remedy: string): ScoregateError {
  return refusal('bad-input', `receipt-${flaw}`, `${sentence}. Nothing was changed.`, remedy)
}
