import type { LineSketch } from '@scoregate/gate/line-sketch'
import type { Migration } from '@scoregate/storage/migrate'
import type { Hold } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { SketchOfLines } from './thread-messages.ts'

/** What the predictions of a hold are like; gone with its content, since it is made from it. */
export interface SketchTables {
  line_sketch: {
    hold_id: string
    platform: string
    competition_id: number
    participant_id: number
    made_at: string
    sketch_json: string
  }
}

export const SKETCH_MIGRATIONS: readonly Migration[] = [
  {
    name: '0401-line-sketch',
    statements: [
      `create table line_sketch (
        hold_id text primary key references hold (id),
        platform text not null,
        competition_id integer not null,
        participant_id integer not null,
        made_at text not null,
        sketch_json text not null
      )`,
      'create index line_sketch_by_competition on line_sketch (platform, competition_id, made_at)',
    ],
  },
]

/** A hold is compared with so many of the latest of a competition: a bound, so that it costs the same however many there are. */
const MOST_COMPARED = 500

/** Keeps what a hold is like, for the checks of later ones. */
export async function keepSketch(db: DeskDb, hold: Hold, sketch: LineSketch): Promise<void> {
  const made = { made_at: hold.depositedAt.toISOString(), sketch_json: JSON.stringify(sketch) }
  await db
    .insertInto('line_sketch')
    .values({
      hold_id: hold.id,
      platform: hold.platform,
      competition_id: hold.job.competition.id,
      participant_id: hold.job.participant.id,
      ...made,
    })
    .onConflict((conflict) => conflict.column('hold_id').doUpdateSet(made))
    .execute()
}

/** What the latest holds of other participants of the same competition are like. */
export async function listOthersSketches(
  db: DeskDb,
  hold: Hold,
): Promise<{ participantId: number; sketch: LineSketch }[]> {
  const rows = await db
    .selectFrom('line_sketch')
    .select(['participant_id', 'sketch_json'])
    .where('platform', '=', hold.platform)
    .where('competition_id', '=', hold.job.competition.id)
    .where('participant_id', '!=', hold.job.participant.id)
    .orderBy('made_at', 'desc')
    .limit(MOST_COMPARED)
    .execute()
  return rows.map(({ participant_id, sketch_json }) => ({
    participantId: participant_id,
    sketch: SketchOfLines.parse(JSON.parse(sketch_json)),
  }))
}
