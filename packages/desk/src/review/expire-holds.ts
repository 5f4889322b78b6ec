import { expire } from '@scoregate/gate/hold'
import type { Digest } from '@scoregate/protocol/digest'
import { findHold } from '../holds/hold-queries.ts'
import type { HoldId } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { POLICY_REVIEWER, recordDecision } from './decision-record.ts'

type Site = { db: DeskDb; clock: () => Date; policyDigest: Digest }

/** Lets every hold lapse whose deadline has passed; answers how many did. */
export async function expireDue(site: Site): Promise<number> {
  const due = await site.db
    .selectFrom('hold')
    .select('id')
    .where('state', '=', 'awaiting')
    .where('expires_at', '<=', site.clock().toISOString())
    .orderBy('expires_at')
    .execute()
  let expired = 0
  for (const { id } of due) {
    const lapsed = await site.db.transaction().execute(async (transaction) => {
      const hold = await findHold(transaction, id)
      const now = site.clock()
      if (hold === undefined || expire(hold, { now }).kind !== 'expired') return false
      return recordDecision(transaction, {
        hold,
        verdict: { kind: 'expire', cause: 'deadline' },
        kind: 'expire',
        reviewer: POLICY_REVIEWER,
        reason: 'deadline',
        policyDigest: site.policyDigest,
        now,
      })
    })
    if (lapsed) expired += 1
  }
  return expired
}

/** The nearest deadline of what waits, if anything does. */
export async function findNextDeadline(db: DeskDb): Promise<Date | undefined> {
  const row = await db
    .selectFrom('hold')
    .select((eb) => eb.fn.min('expires_at').as('at'))
    .where('state', '=', 'awaiting')
    .executeTakeFirst()
  return row?.at === undefined || row.at === null ? undefined : new Date(row.at)
}

/** Lets a hold lapse that the platform no longer wants; answers whether it was still undecided. */
export async function expireUnwanted(
  transaction: DeskTransaction,
  given: { holdId: HoldId; cause: 'cancelled' | 'superseded'; policyDigest: Digest; now: Date },
): Promise<boolean> {
  const hold = await findHold(transaction, given.holdId)
  if (hold?.state !== 'awaiting') return false
  return recordDecision(transaction, {
    hold,
    verdict: { kind: 'expire', cause: given.cause },
    kind: 'expire',
    reviewer: POLICY_REVIEWER,
    reason: given.cause,
    policyDigest: given.policyDigest,
    now: given.now,
  })
}
