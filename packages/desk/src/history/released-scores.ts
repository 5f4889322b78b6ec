import type { Hold } from '../holds/hold-record.ts'
import type { DeskTransaction } from '../migrations/desk-tables.ts'

/** Notes the scores that a decision lets out, so that later results can be seen beside them; in its transaction. */
export async function rememberScores(
  transaction: DeskTransaction,
  { hold, now }: { hold: Hold; now: Date },
): Promise<void> {
  const { scores } = hold
  if (scores.kind !== 'read' || scores.scores.length === 0) return
  await transaction
    .insertInto('released_score')
    .values(
      scores.scores.map(({ column, value }) => ({
        hold_id: hold.id,
        column_key: column,
        platform: hold.platform,
        competition_id: hold.job.competition.id,
        participant_id: hold.job.participant.id,
        value,
        number: Number(value),
        decided_at: now.toISOString(),
      })),
    )
    .execute()
}
