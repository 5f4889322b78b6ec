import { auditHold, recordAct } from '../audit/record-act.ts'
import type { HoldId, HoldSummary } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'

/** That somebody is looking at a hold. It warns the others and blocks nobody, and lapses by itself. */
export type Claim = { readonly reviewer: string; readonly until: Date }

/**
 * Says to the others that this reviewer is looking at a hold, for as long as the policy says from now; again prolongs it.
 * Several may look at one hold. Answers until when; undefined where the hold does not wait, since then nobody need know.
 */
export async function claimHold(
  site: { db: DeskDb; clock: () => Date; claimSeconds: number },
  { hold, reviewer }: { hold: Pick<HoldSummary, 'id' | 'manifestDigest'>; reviewer: string },
): Promise<Date | undefined> {
  const now = site.clock()
  const until = new Date(now.getTime() + site.claimSeconds * 1000)
  return site.db.transaction().execute(async (transaction) => {
    const waiting = await transaction
      .selectFrom('hold')
      .select('id')
      .where('id', '=', hold.id)
      .where('state', '=', 'awaiting')
      .executeTakeFirst()
    if (waiting === undefined) return undefined
    const claimed_until = until.toISOString()
    await transaction
      .insertInto('hold_claim')
      .values({ hold_id: hold.id, reviewer, claimed_until })
      .onConflict((conflict) => conflict.columns(['hold_id', 'reviewer']).doUpdateSet({ claimed_until }))
      .execute()
    const act = { kind: 'hold-claimed', reviewer, hold: auditHold(hold), until: claimed_until } as const
    await recordAct(transaction, { act, now })
    return until
  })
}

/** Ends the reviewer's own claim. Nothing happens where there is none: it may just have lapsed. */
export async function endClaim(
  site: { db: DeskDb; clock: () => Date },
  { hold, reviewer }: { hold: Pick<HoldSummary, 'id' | 'manifestDigest'>; reviewer: string },
): Promise<void> {
  const now = site.clock()
  await site.db.transaction().execute(async (transaction) => {
    const ended = await transaction
      .deleteFrom('hold_claim')
      .where('hold_id', '=', hold.id)
      .where('reviewer', '=', reviewer)
      .where('claimed_until', '>', now.toISOString())
      .executeTakeFirst()
    if (ended.numDeletedRows === 0n) return
    await recordAct(transaction, { act: { kind: 'claim-ended', reviewer, hold: auditHold(hold) }, now })
  })
}

/** Who is looking at these holds now, by hold. */
export async function findClaims(
  db: DeskDb,
  ids: readonly HoldId[],
  now: Date,
): Promise<ReadonlyMap<HoldId, readonly Claim[]>> {
  const claims = new Map<HoldId, Claim[]>(ids.map((id) => [id, []]))
  if (ids.length === 0) return claims
  const rows = await db
    .selectFrom('hold_claim')
    .selectAll()
    .where('hold_id', 'in', ids)
    .where('claimed_until', '>', now.toISOString())
    .orderBy('reviewer')
    .execute()
  for (const id of ids) {
    const own = rows.filter((row) => row.hold_id === id)
    claims.set(
      id,
      own.map(({ reviewer, claimed_until }) => ({ reviewer, until: new Date(claimed_until) })),
    )
  }
  return claims
}
