import { Duration } from '@scoregate/protocol/durations'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { SUMMARY_COLUMNS } from '../holds/hold-queries.ts'
import { foldName, type HoldId, type HoldSummary, parseHoldSummary } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import {
  type FindingFilter,
  filtersOf,
  type HoldList,
  type InboxQuery,
  isFiltered,
  type ReviewerFilter,
  SORT_KEYS,
  type SortKey,
  sortingOf,
} from './inbox-query.ts'

/** How many holds a page of a list has. */
export const HOLDS_PER_PAGE = 50

/** A filtered list is counted up to here; nobody reads further, and to count on would cost the more the more there are. */
export const COUNTED_UP_TO = 1000

/** As the indexes of the inbox are conditioned: word for word, or none of them would be used. */
const LIST_CONDITION = {
  waiting: sql<SqlBool>`state = 'awaiting' and kind = 'result'`,
  failed: sql<SqlBool>`state = 'awaiting' and kind = 'failed-run'`,
  decided: sql<SqlBool>`decided_at is not null`,
} as const satisfies Record<HoldList, RawBuilder<SqlBool>>

const SORT_COLUMN = {
  deadline: 'expires_at',
  arrived: 'deposited_at',
  decided: 'decided_at',
  competition: 'competition_folded',
  participant: 'participant_folded',
  worker: 'worker_folded',
} as const satisfies Record<SortKey, string>

/**
 * The holds along the index of a list and a way to sort it. It is named, since SQLite prefers any older index in which it
 * can look up a state, and would then read every hold of the list to filter and sort it.
 */
function holdsBy(list: HoldList, sort: SortKey): RawBuilder<unknown> {
  return sql`hold indexed by ${sql.raw(`inbox_${list}_${SORT_COLUMN[sort]}`)}`
}

/** A page of a list, and what lies around it. */
export type HoldsPage = {
  readonly holds: readonly HoldSummary[]
  /** The place of the first in the list, from 1: exact on the first page, else as it was when the link was made. */
  readonly from: number
  readonly isFirst: boolean
  readonly hasPrevious: boolean
  readonly hasNext: boolean
}

/**
 * One page of a list. It is found by the hold before or after it and not by its number, so that what comes and goes
 * meanwhile neither shows a hold twice nor hides one; every page costs the same.
 */
export async function listHolds(
  db: DeskDb,
  query: InboxQuery,
  { now, limit = HOLDS_PER_PAGE }: { now: Date; limit?: number },
): Promise<HoldsPage> {
  const anchor = await findAnchor(db, query)
  if (anchor?.side === 'before') {
    const ids = await listIds(db, query, { now, anchor, limit: limit + 1 })
    // Fewer than a page before it: that is the first page, which shall be a whole one.
    if (ids.length >= limit) {
      const hasPrevious = ids.length > limit
      const holds = await readHolds(db, ids.slice(0, limit).reverse())
      const from = hasPrevious ? (query.from ?? limit + 1) : 1
      return { holds, from, isFirst: !hasPrevious, hasPrevious, hasNext: true }
    }
  }
  const after = anchor?.side === 'after' ? anchor : undefined
  const ids = await listIds(db, query, { now, anchor: after, limit: limit + 1 })
  return {
    holds: await readHolds(db, ids.slice(0, limit)),
    from: after === undefined ? 1 : (query.from ?? limit + 1),
    isFirst: after === undefined,
    hasPrevious: after !== undefined,
    hasNext: ids.length > limit,
  }
}

/** How many holds each list has; kept in a table of its own, so that nothing is counted. */
export async function countHolds(db: DeskDb): Promise<Record<HoldList, number>> {
  const rows = await db.selectFrom('inbox_count').selectAll().execute()
  const count = (list: HoldList) => rows.find((row) => row.list === list)?.holds ?? 0
  return { waiting: count('waiting'), failed: count('failed'), decided: count('decided') }
}

/** How many holds a query finds: exactly, or `isMore` beyond `COUNTED_UP_TO`. */
export async function countFound(
  db: DeskDb,
  query: InboxQuery,
  now: Date,
): Promise<{ count: number; isMore: boolean }> {
  if (!isFiltered(query)) return { count: (await countHolds(db))[query.list], isMore: false }
  const conditions = conditionsOf(query, now)
  const { rows } = await sql<{ count: number }>`select count(*) as count from
    (select 1 from ${holdsBy(query.list, SORT_KEYS[query.list][0])} where ${conditions} limit ${sql.lit(COUNTED_UP_TO + 1)})`.execute(
    db,
  )
  const count = rows[0]?.count ?? 0
  return { count: Math.min(count, COUNTED_UP_TO), isMore: count > COUNTED_UP_TO }
}

/** News are counted up to here. */
export const NEWS_COUNTED_UP_TO = 100

/** How many of the holds that a query finds came into its list after this moment; counted up to `NEWS_COUNTED_UP_TO`. */
export async function countNew(
  db: DeskDb,
  query: InboxQuery,
  { since, now }: { since: Date; now: Date },
): Promise<number> {
  const by = query.list === 'decided' ? 'decided' : 'arrived'
  const came = sql.raw(SORT_COLUMN[by])
  const { rows } = await sql<{ count: number }>`select count(*) as count from
    (select 1 from ${holdsBy(query.list, by)} where ${conditionsOf(query, now)} and ${came} > ${since.toISOString()}
      limit ${sql.lit(NEWS_COUNTED_UP_TO)})`.execute(db)
  return rows[0]?.count ?? 0
}

type Anchor = { readonly side: 'after' | 'before'; readonly id: HoldId; readonly value: string }

/** The hold from which a page is found, with what the list is sorted by; none if it never was in this list. */
async function findAnchor(db: DeskDb, query: InboxQuery): Promise<Anchor | undefined> {
  const side = query.after !== undefined ? 'after' : 'before'
  const id = query.after ?? query.before
  if (id === undefined) return undefined
  const column = SORT_COLUMN[sortingOf(query).sort]
  const row = await db.selectFrom('hold').select(column).where('id', '=', id).executeTakeFirst()
  const value = row?.[column]
  return value === undefined || value === null ? undefined : { side, id, value }
}

async function listIds(
  db: DeskDb,
  query: InboxQuery,
  { now, anchor, limit }: { now: Date; anchor: Anchor | undefined; limit: number },
): Promise<HoldId[]> {
  const { sort, order } = sortingOf(query)
  const column = sql.raw(SORT_COLUMN[sort])
  const isReverse = anchor?.side === 'before'
  const isAscending = (order === 'asc') !== isReverse
  const direction = sql.raw(isAscending ? 'asc' : 'desc')
  const beyond =
    anchor === undefined
      ? sql``
      : sql` and (${column}, id) ${sql.raw(isAscending ? '>' : '<')} (${anchor.value}, ${anchor.id})`
  const { rows } = await sql<{
    id: HoldId
  }>`select id from ${holdsBy(query.list, sort)} where ${conditionsOf(query, now)}${beyond}
    order by ${column} ${direction}, id ${direction} limit ${sql.lit(limit)}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Holds by their identifiers, in the order given; those that are not there are left out. */
export async function readHolds(db: DeskDb, ids: readonly HoldId[]): Promise<HoldSummary[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('hold').select(SUMMARY_COLUMNS).where('id', 'in', ids).execute()
  const holds = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = holds.get(id)
    return row === undefined ? [] : [parseHoldSummary(row)]
  })
}

function conditionsOf(query: InboxQuery, now: Date): RawBuilder<SqlBool> {
  const { competition, participant, worker, state, finding, needs, older } = filtersOf(query)
  const conditions = [
    LIST_CONDITION[query.list],
    ...(competition === undefined ? [] : [contains('competition_folded', competition)]),
    ...(participant === undefined ? [] : [contains('participant_folded', participant)]),
    ...(worker === undefined ? [] : [contains('worker_folded', worker)]),
    ...(state === undefined ? [] : [sql<SqlBool>`state = ${state}`]),
    ...(finding === undefined ? [] : [FINDING_CONDITION[finding]]),
    ...(needs === undefined ? [] : [NEEDS_CONDITION[needs]]),
    ...(older === undefined ? [] : [sql<SqlBool>`deposited_at <= ${agoText(now, older)}`]),
  ]
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`
}

/** By the primary key of what the checks keep of each hold. */
const FINDING_CONDITION = {
  suspicious: sql<SqlBool>`hostile = 1`,
  critical: sql<SqlBool>`exists (select 1 from hold_checks where hold_id = id and critical > 0)`,
  serious: sql<SqlBool>`exists (select 1 from hold_checks where hold_id = id and critical + serious > 0)`,
  none: sql<SqlBool>`hostile = 0 and exists (select 1 from hold_checks
    where hold_id = id and state = 'ended' and critical + serious + notice = 0)`,
} as const satisfies Record<FindingFilter, RawBuilder<SqlBool>>

/** By the index of the approvals that stand. */
const NEEDS_CONDITION = {
  second: sql<SqlBool>`state = 'awaiting' and exists (select 1 from approval
    where hold_id = hold.id and place = 'first' and withdrawn_at is null)`,
} as const satisfies Record<ReviewerFilter, RawBuilder<SqlBool>>

function contains(column: string, part: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`instr(${sql.raw(column)}, ${foldName(part)}) > 0`
}

function agoText(now: Date, duration: string): string {
  return new Date(now.getTime() - Duration.parse(duration) * 1000).toISOString()
}
