import type { DistributionBucket } from '@scoregate/ui/distribution'
import { sql } from 'kysely'
import type { Hold, HoldId } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'

/** What was released before of one column of a competition, as far as a reviewer compares with it. */
export type ColumnHistory = {
  /** What this participant had released, the newest first. */
  readonly own: readonly { readonly hold: HoldId; readonly value: string }[]
  /** How all that was released of this column is spread; empty where there is too little to tell anything. */
  readonly spread: readonly DistributionBucket[]
}

/** Of a participant's earlier results so many are shown. */
const OWN_SHOWN = 3
/** Of more columns no plot is made: nobody looks at forty. */
const COLUMNS_PLOTTED = 12
/** Fewer are no distribution. */
const LEAST_PLOTTED = 3
const BUCKETS = 22

/** What was released before of each column of a hold, by the column's key. */
export async function readReleasedHistory(
  db: DeskDb,
  hold: Hold,
): Promise<ReadonlyMap<string, ColumnHistory>> {
  if (hold.scores.kind !== 'read') return new Map()
  const own = await listOwn(db, hold)
  const columns = new Map<string, ColumnHistory>()
  for (const [at, { column, released }] of hold.scores.shown.entries()) {
    const spread = at < COLUMNS_PLOTTED ? await readSpread(db, hold, { key: column.key, released }) : []
    columns.set(column.key, { own: own.get(column.key) ?? [], spread })
  }
  return columns
}

async function listOwn(db: DeskDb, hold: Hold): Promise<Map<string, { hold: HoldId; value: string }[]>> {
  const columns = hold.scores.kind === 'read' ? hold.scores.shown.length : 0
  const rows = await db
    .selectFrom('released_score')
    .select(['hold_id', 'column_key', 'value'])
    .where('platform', '=', hold.platform)
    .where('competition_id', '=', hold.job.competition.id)
    .where('participant_id', '=', hold.job.participant.id)
    .where('hold_id', '!=', hold.id)
    .orderBy('decided_at', 'desc')
    .limit(OWN_SHOWN * columns)
    .execute()
  const own = new Map<string, { hold: HoldId; value: string }[]>()
  for (const { hold_id, column_key, value } of rows) {
    const earlier = own.get(column_key) ?? []
    // What the records name is the identifier of a hold.
    if (earlier.length < OWN_SHOWN) own.set(column_key, [...earlier, { hold: hold_id as HoldId, value }])
  }
  return own
}

/** Reads along one index of the numbers of this column alone: two ends, and one pass that counts. */
async function readSpread(
  db: DeskDb,
  { id, platform, job }: Hold,
  { key, released }: { key: string; released: string | undefined },
): Promise<DistributionBucket[]> {
  const others = db
    .selectFrom('released_score')
    .where('platform', '=', platform)
    .where('competition_id', '=', job.competition.id)
    .where('column_key', '=', key)
  const ends = await Promise.all(
    (['asc', 'desc'] as const).map((order) =>
      others.select('number').orderBy('number', order).limit(1).executeTakeFirst(),
    ),
  )
  const numbers = [...ends.map((end) => end?.number), released === undefined ? undefined : Number(released)]
  const known = numbers.filter((number) => number !== undefined)
  const lowest = Math.min(...known)
  const width = (Math.max(...known) - lowest) / BUCKETS
  const bucket = sql<number>`cast((number - ${lowest}) / ${width === 0 ? 1 : width} as integer)`
  const rows = await others
    .select([bucket.as('bucket'), (eb) => eb.fn.countAll<number>().as('count')])
    .where('hold_id', '!=', id)
    .groupBy(bucket)
    .execute()
  const counts = new Map<number, number>()
  for (const row of rows) {
    // The highest number is in the last bucket, and not alone in one more.
    const at = Math.min(row.bucket, BUCKETS - 1)
    counts.set(at, (counts.get(at) ?? 0) + Number(row.count))
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (all < LEAST_PLOTTED) return []
  return Array.from({ length: width === 0 ? 1 : BUCKETS }, (_, at) => ({
    from: lowest + at * width,
    to: lowest + (at + 1) * width,
    count: counts.get(at) ?? 0,
  }))
}
