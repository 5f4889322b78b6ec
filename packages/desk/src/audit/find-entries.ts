import { type LinkedEntry, readEntryLine } from '@scoregate/gate/audit-chain'
import { type SqlBool, sql } from 'kysely'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { kindsOf } from './act-groups.ts'
import type { AuditFilter } from './audit-filter.ts'

/** An entry of the records. `entry` is absent where the line is not as it was written. */
export type FoundEntry = {
  readonly sequence: number
  readonly line: string
  readonly entry: LinkedEntry | undefined
  readonly holdId: string | undefined
}

/** From where on, and in which direction, the chain is read; without `from`, from the respective end. */
export type Walk = { readonly direction: 'older' | 'newer'; readonly from?: number; readonly limit: number }

type Bounds = { readonly above: number; readonly below: number }
type Row = { sequence: number; line: string; hold_id: string | null }

const ALL: Bounds = { above: 0, below: Number.MAX_SAFE_INTEGER }

/**
 * The next entries that a filter chooses, in the direction of the walk: read along an index from the given number on, so
 * that a page costs the same wherever it lies in the chain.
 */
export async function findEntries(db: DeskDb, filter: AuditFilter, walk: Walk): Promise<FoundEntry[]> {
  const bounds = narrowed(await boundsOfTime(db, filter), walk)
  const rows = await selectRows(db, filter, { bounds, walk })
  return rows.map(({ sequence, line, hold_id }) => ({
    sequence,
    line,
    entry: readEntryLine(line),
    holdId: hold_id ?? undefined,
  }))
}

/** Every entry that a filter chooses, the oldest first, up to a number; never more than some at a time in memory. */
export async function* walkEntries(
  db: DeskDb,
  filter: AuditFilter,
  { through }: { through: number },
): AsyncGenerator<FoundEntry> {
  for (let from = 0; ; ) {
    const entries = await findEntries(db, filter, { direction: 'newer', from, limit: 1000 })
    for (const found of entries) {
      if (found.sequence > through) return
      yield found
      from = found.sequence
    }
    if (entries.length < 1000) return
  }
}

/** The names of reviewers on the chain, each found by one step in the index. */
export async function listChainReviewers(db: DeskDb, limit: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    with recursive reviewers (name) as (
      select min(reviewer) from audit_entry
      union all
      select (select min(reviewer) from audit_entry where reviewer > reviewers.name) from reviewers
      where reviewers.name is not null
    )
    select name from reviewers where name is not null limit ${limit}`.execute(db)
  return rows.map(({ name }) => name)
}

async function selectRows(
  db: DeskDb,
  filter: AuditFilter,
  { bounds, walk }: { bounds: Bounds; walk: Walk },
): Promise<Row[]> {
  const kinds = filter.group === undefined ? undefined : kindsOf(filter.group)
  const order = walk.direction === 'older' ? 'desc' : 'asc'
  const base = () => {
    const query = db
      .selectFrom('audit_entry')
      .select(['sequence', 'line', 'hold_id'])
      .where('sequence', '>', bounds.above)
      .where('sequence', '<', bounds.below)
      .orderBy('sequence', order)
      .limit(walk.limit)
    const ofReviewer = filter.reviewer === undefined ? query : query.where('reviewer', '=', filter.reviewer)
    return filter.hold === undefined ? ofReviewer : ofReviewer.where('hold_id', '=', filter.hold)
  }
  if (kinds === undefined) return base().execute()
  if (filter.reviewer !== undefined || filter.hold !== undefined) {
    // The plus keeps the index of kinds out: that of the reviewer or of the hold is in the order that is wanted.
    return base()
      .where(sql<SqlBool>`+kind in (${sql.join(kinds)})`)
      .execute()
  }
  // Each kind along its own index, and then merged: together they would be sorted, however many there are.
  const lists: Row[][] = []
  for (const kind of kinds) lists.push(await base().where('kind', '=', kind).execute())
  const sign = walk.direction === 'older' ? -1 : 1
  return lists
    .flat()
    .sort((one, other) => sign * (one.sequence - other.sequence))
    .slice(0, walk.limit)
}

/** The numbers between which a time lies: the time of the desk never goes back, so the chain is in its order. */
async function boundsOfTime(db: DeskDb, { from, to }: AuditFilter): Promise<Bounds> {
  const firstAt = async (day: string): Promise<number> => {
    const row = await db
      .selectFrom('audit_entry')
      .select('sequence')
      .where('at', '>=', day)
      .orderBy('at')
      .orderBy('sequence')
      .limit(1)
      .executeTakeFirst()
    return row?.sequence ?? Number.MAX_SAFE_INTEGER
  }
  return {
    above: from === undefined ? ALL.above : (await firstAt(from)) - 1,
    below: to === undefined ? ALL.below : await firstAt(dayAfter(to)),
  }
}

function narrowed({ above, below }: Bounds, { direction, from }: Walk): Bounds {
  if (from === undefined) return { above, below }
  return direction === 'older'
    ? { above, below: Math.min(below, from) }
    : { above: Math.max(above, from), below }
}

function dayAfter(day: string): string {
  return new Date(new Date(`${day}T00:00:00.000Z`).getTime() + 86_400_000).toISOString().slice(0, 10)
}
