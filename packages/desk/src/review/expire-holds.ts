import { expire } from '@scoregate/gate/hold'
import type { Digest } from '@scoregate/protocol/digest'
import type { Logger } from 'pino'
import { findHold } from '../holds/hold-queries.ts'
import type { HoldId } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { POLICY_REVIEWER, recordDecision } from './decision-record.ts'

type Site = { db: DeskDb; clock: () => Date; policyDigest: Digest; log: Logger }

/**
 * Lets every hold lapse whose deadline has passed; answers how many did, and how many could not: one record that is broken
 * must not keep the others open, and is tried again with the next round.
 */
export async function expireDue(site: Site): Promise<{ expired: number; failed: number }> {
  const due = await site.db
    .selectFrom('hold')
    .select('id')
    .where('state', '=', 'awaiting')
    .where('expires_at', '<=', site.clock().toISOString())
    .orderBy('expires_at')
    .execute()
  const count = { expired: 0, failed: 0 }
  for (const { id } of due) {
    try {
      if (await expireOne(site, id)) count.expired += 1
    } catch (error) {
      site.log.error({ err: error, holdId: id }, 'A hold whose deadline has come could not be closed.')
      count.failed += 1
    }
  }
  return count
}

async function expireOne(site: Site, id: string): Promise<boolean> {
  return site.db.transaction().execute(async (transaction) => {
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
