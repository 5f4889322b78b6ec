import { findHold } from '../holds/hold-queries.ts'
import type { Hold } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'

/**
 * The last hold of the same participant in the same competition that was decided before this one; undefined: there is none.
 * Found by the ledger, which has an entry for each decision and an index for this question.
 */
export async function findLastHold(db: DeskDb, hold: Hold): Promise<Hold | undefined> {
  const decided = db
    .selectFrom('ledger_entry')
    .select('hold_id')
    .where('platform', '=', hold.platform)
    .where('competition_id', '=', hold.job.competition.id)
    .where('participant_id', '=', hold.job.participant.id)
    .where('cause', '=', 'decision')
    .where('hold_id', '!=', hold.id)
    .orderBy('charged_at', 'desc')
    .limit(1)
  const before =
    hold.decidedAt === undefined ? decided : decided.where('charged_at', '<=', hold.decidedAt.toISOString())
  const row = await before.executeTakeFirst()
  return row && findHold(db, row.hold_id)
}
