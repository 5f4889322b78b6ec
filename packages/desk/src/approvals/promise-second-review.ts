import { type Approver, isSameSeat } from '@scoregate/gate/approvals'
import type { HoldSummary } from '../holds/hold-record.ts'
import type { DeskTransaction } from '../migrations/desk-tables.ts'
import { promiseNotices } from '../notices/promise-notices.ts'
import { findEligibility } from './who-decides.ts'

/** Promises a word to those who want one and may give the second approval; in the transaction of the first. */
export async function promiseSecondReview(
  transaction: DeskTransaction,
  { hold, first, now }: { hold: HoldSummary; first: Approver; now: Date },
): Promise<void> {
  const mayBeSecond = async (reviewer: string) => {
    const eligibility = await findEligibility(transaction, { hold, reviewer, now })
    return eligibility.kind === 'may' && !isSameSeat(first, { reviewer, for: eligibility.for })
  }
  await promiseNotices(transaction, { holdId: hold.id, kind: 'second-review', now, isFor: mayBeSecond })
}
