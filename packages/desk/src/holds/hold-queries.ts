import { HOLD_TRANSITIONS, type HoldState } from '@scoregate/gate/hold'
import { ScoregateError } from '@scoregate/protocol/errors'
import { type SqlBool, sql } from 'kysely'
import type { DeskDb, DeskTables, DeskTransaction } from '../migrations/desk-tables.ts'
import { type Hold, HoldId, type HoldSummary, parseHold } from './hold-record.ts'

/** What a list reads of a hold: all but its manifest. */
export const SUMMARY_COLUMNS = [
  'id',
  'platform',
  'job_id',
  'attempt',
  'manifest_digest',
  'job_json',
  'worker',
  'kind',
  'failure',
  'state',
  'hostile',
  'file_count',
  'total_bytes',
  'policy_digest',
  'rules_json',
  'scores_json',
  'offered_json',
  'deposited_at',
  'expires_at',
  'deadline_cause',
  'decided_at',
  'ended_at',
  'alarm',
  'content_removed_at',
] as const satisfies readonly (keyof DeskTables['hold'])[]

/** Holds of which a release was stopped and nobody has put it right, the oldest first. */
export async function listAlarms(db: DeskDb, limit: number): Promise<HoldId[]> {
  // The index is named as in the inbox: without, every hold that has not ended is read.
  const { rows } = await sql<{ id: string }>`select id from hold indexed by hold_alarmed
    where alarm is not null and ended_at is null order by deposited_at limit ${sql.lit(limit)}`.execute(db)
  return rows.map(({ id }) => HoldId.parse(id))
}

/** A hold by its identifier, if there is one. */
export async function findHold(db: DeskDb | DeskTransaction, id: string): Promise<Hold | undefined> {
  if (!HoldId.safeParse(id).success) return undefined
  const row = await db.selectFrom('hold').selectAll().where('id', '=', id).executeTakeFirst()
  return row && parseHold(row)
}

/** A hold by its identifier. Throws `ScoregateError` (`no-such-hold`). */
export async function getHold(db: DeskDb | DeskTransaction, id: string): Promise<Hold> {
  const hold = await findHold(db, id)
  if (hold !== undefined) return hold
  throw new ScoregateError({
    kind: 'not-found',
    code: 'no-such-hold',
    message: 'There is no hold with this identifier.',
    remedy: 'Look for it in the inbox; identifiers have eight letters and digits.',
  })
}

/** Where the stored deadline must lie for a decision: ahead for a person's, behind for what lapses by it. */
export type DeadlineRule = 'ahead' | 'come' | 'either'

/**
 * Whether a hold still waits, exactly as it was looked at and with its deadline ahead, and no later attempt of its job is
 * here: as `moveUndecided` compares it, for what is written while the hold goes on waiting.
 */
export async function findUndecided(
  transaction: DeskTransaction,
  { hold, now }: { hold: Pick<HoldSummary, 'id' | 'manifestDigest' | 'attempt'>; now: Date },
): Promise<boolean> {
  const row = await transaction
    .selectFrom('hold')
    .select('id')
    .where('id', '=', hold.id)
    .where('manifest_digest', '=', hold.manifestDigest)
    .where('attempt', '=', hold.attempt)
    .where('state', '=', 'awaiting')
    .where(DEADLINE_CONDITION.ahead(now.toISOString()))
    .where(isLatestAttempt)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Moves a hold out of `awaiting`, if it is still exactly what was decided: one statement compares its identifier, the
 * digest of its manifest, its attempt, its state and its stored deadline, the last also with the latest time that the
 * desk has ever known; an approval needs that no later attempt of the job is here, and that the first approval on which
 * it rests still stands (or, where it rests on none, that none does). Answers whether it moved.
 */
export async function moveUndecided(
  transaction: DeskTransaction,
  move: {
    hold: Pick<HoldSummary, 'id' | 'manifestDigest' | 'attempt'>
    to: 'approved' | 'rejected' | 'expired'
    deadline: DeadlineRule
    /** Who approved first. */
    first?: string | undefined
    now: Date
  },
): Promise<boolean> {
  const { hold, to } = move
  const now = move.now.toISOString()
  const statement = transaction
    .updateTable('hold')
    .set({ state: to, decided_at: now, ...(to === 'approved' ? { alarm: null } : {}) })
    .where('id', '=', hold.id)
    .where('manifest_digest', '=', hold.manifestDigest)
    .where('attempt', '=', hold.attempt)
    .where('state', '=', 'awaiting')
    .where(DEADLINE_CONDITION[move.deadline](now))
  const moved = await (to === 'approved'
    ? statement.where(isLatestAttempt).where(restsOn(move.first))
    : statement
  ).executeTakeFirst()
  return moved.numUpdatedRows === 1n
}

const DEADLINE_CONDITION = {
  ahead: (now) =>
    sql<SqlBool>`expires_at > ${now} and not exists (select 1 from clock_mark where latest >= hold.expires_at)`,
  come: (now) => sql<SqlBool>`expires_at <= ${now}`,
  either: () => sql<SqlBool>`true`,
} as const satisfies Record<DeadlineRule, (now: string) => unknown>

const isLatestAttempt = sql<SqlBool>`not exists (select 1 from hold as later
  where later.platform = hold.platform and later.job_id = hold.job_id and later.attempt > hold.attempt)`

/** That the one first approval of a hold which stands is by this reviewer; or that none stands. */
function restsOn(first: string | undefined) {
  const standing = sql`select 1 from approval where approval.hold_id = hold.id and approval.place = 'first'
    and approval.withdrawn_at is null and approval.manifest_digest = hold.manifest_digest`
  return first === undefined
    ? sql<SqlBool>`not exists (${standing})`
    : sql<SqlBool>`exists (${standing} and approval.reviewer = ${first})`
}

/** Whether a later attempt of the same job was deposited, which the platform can only have asked for by giving up this one. */
export async function isSuperseded(
  db: DeskDb | DeskTransaction,
  hold: Pick<HoldSummary, 'platform' | 'job' | 'attempt'>,
): Promise<boolean> {
  const later = await db
    .selectFrom('hold')
    .select('id')
    .where('platform', '=', hold.platform)
    .where('job_id', '=', hold.job.jobId)
    .where('attempt', '>', hold.attempt)
    .executeTakeFirst()
  return later !== undefined
}

/**
 * Moves a decided hold from one state to the next, if it is still in the first: the compare-and-set through which every change
 * of state goes. Answers whether it moved. Throws when the table of transitions does not have this one.
 */
export async function moveHold(
  transaction: DeskTransaction,
  move: {
    id: HoldId
    from: Exclude<HoldState, 'awaiting'>
    to: HoldState
    set?: Partial<Pick<DeskTables['hold'], 'ended_at' | 'alarm'>>
  },
): Promise<boolean> {
  const allowed: readonly HoldState[] = HOLD_TRANSITIONS[move.from]
  if (!allowed.includes(move.to)) throw new Error(`A hold cannot go from ${move.from} to ${move.to}.`)
  const moved = await transaction
    .updateTable('hold')
    .set({ state: move.to, ...move.set })
    .where('id', '=', move.id)
    .where('state', '=', move.from)
    .executeTakeFirst()
  return moved.numUpdatedRows === 1n
}
