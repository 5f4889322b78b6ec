import type { Eligibility } from '@scoregate/gate/who-may-decide'
import type { HoldSummary } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { findApprovals, findFirstApprovals, type ShownApproval } from './approval-records.ts'
import { findEligibility } from './who-decides.ts'

/** How a hold is to be decided, for whoever looks at it: whether they may, how many must approve, and who has. */
export type Deciding = {
  readonly eligibility: Eligibility
  readonly needed: 1 | 2
  readonly first: ShownApproval | undefined
}

/** Reads how a hold is to be decided, for this person. */
export async function findDeciding(db: DeskDb, hold: HoldSummary, reviewer: string): Promise<Deciding> {
  return {
    eligibility: await findEligibility(db, { hold, reviewer }),
    needed: (await findApprovals(db, hold)).needed,
    first: (await findFirstApprovals(db, [hold.id])).get(hold.id),
  }
}
