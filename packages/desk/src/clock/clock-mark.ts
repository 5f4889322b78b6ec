import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'

/** The latest time that this desk has known, in any of its runs; undefined in a new database. */
export async function findClockMark(db: DeskDb): Promise<Date | undefined> {
  const row = await db.selectFrom('clock_mark').select('latest').executeTakeFirst()
  return row === undefined ? undefined : new Date(row.latest)
}

/**
 * Remembers a time as known; an earlier one changes nothing. Whatever writes a time that counts calls this in the same
 * transaction, so that no clock set back can come before it.
 */
export async function raiseClockMark(db: DeskDb | DeskTransaction, now: Date): Promise<void> {
  const latest = now.toISOString()
  await db
    .insertInto('clock_mark')
    .values({ id: 1, latest })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ latest }).where('clock_mark.latest', '<', latest),
    )
    .execute()
}
