import { approvalsNeeded } from '@scoregate/gate/approvals'
import { type Eligibility, isSamePerson, WHY_NOT_SENTENCES } from '@scoregate/gate/who-may-decide'
import { findChecksOf } from '../checks/hold-checks.ts'
import type { HoldId, HoldSummary } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { findFirstApprovals, type ShownApproval } from './approval-records.ts'
import { eligibilityFor, readDecider } from './who-decides.ts'

/** How a hold is to be decided, for whoever looks at it: whether they may, how many must approve, and who has. */
export type Deciding = {
  readonly eligibility: Eligibility
  readonly needed: 1 | 2
  readonly first: ShownApproval | undefined
}

/** Reads how holds are to be decided, for this person: each is in the answer. */
export async function findDecidingOf(
  db: DeskDb,
  { holds, reviewer, now }: { holds: readonly HoldSummary[]; reviewer: string; now: Date },
): Promise<ReadonlyMap<HoldId, Deciding>> {
  const ids = holds.map(({ id }) => id)
  const decider = await readDecider(db, { reviewer, now })
  const firsts = await findFirstApprovals(db, ids)
  const checks = await findChecksOf(db, ids)
  return new Map(
    holds.map((hold) => {
      const first = firsts.get(hold.id)
      const own = checks.get(hold.id)
      const needed =
        first === undefined ? approvalsNeeded(hold.rules, own?.state === 'ended' ? own : undefined) : 2
      return [hold.id, { eligibility: eligibilityFor(decider, hold), needed, first }]
    }),
  )
}

/** As `findDecidingOf`, for one hold. */
export async function findDeciding(
  db: DeskDb,
  { hold, ...by }: { hold: HoldSummary; reviewer: string; now: Date },
): Promise<Deciding> {
  const deciding = (await findDecidingOf(db, { holds: [hold], ...by })).get(hold.id)
  if (deciding === undefined) throw new Error(`It was not found how hold ${hold.id} is to be decided.`)
  return deciding
}

/** Why this reviewer cannot approve a hold, in a sentence; undefined where they can, as far as this goes. */
export function approvalHindrance({ eligibility, first }: Deciding, me: string): string | undefined {
  if (eligibility.kind === 'may-not') return WHY_NOT_SENTENCES[eligibility.why]
  if (first === undefined) return undefined
  const own = [me, ...(eligibility.for === undefined ? [] : [eligibility.for])]
  const isTheirs = [first.reviewer, first.for].some(
    (name) => name !== undefined && own.some((one) => isSamePerson(one, name)),
  )
  return isTheirs ? 'The second approval must come from somebody else.' : undefined
}
