import { CanonicalScore } from '@scoregate/protocol/columns'
import { z } from 'zod'
import type { LeaderboardSettings } from '../competitions/competition-view.ts'
import { loadLeaderboard } from '../competitions/load-competition.ts'
import { parseJsonColumn } from '../files/stored-file.ts'
import { formatDecimal, parseDecimal } from '../leaderboards/decimal.ts'
import type { HubTransaction } from '../migrations/hub-tables.ts'
import { storeReleasedScores } from '../releases/release-scores.ts'
import { moveSubmission } from '../submissions/move-submission.ts'
import type { RunRecord } from './run-record.ts'

/** The body of a worker's last request; more keys than any leaderboard has columns are no scores. */
export const PostedScores = z.object({
  secret: z.string().max(64),
  scores: z.record(z.string().max(256), z.unknown()),
})

/** What posted scores are: those of the declared columns in canonical form, or the columns that have no usable value. */
export type ScoresReading =
  | { readonly kind: 'scores'; readonly scores: readonly CanonicalScore[] }
  | { readonly kind: 'unreadable'; readonly columns: readonly string[] }

/**
 * Reads posted scores against the leaderboard. Keys that are no column are ignored, as Codabench does; a missing one leaves its
 * cell empty (protocol reference, 6.1). A value is a plain number within its column's range, rounded to its decimals.
 */
export function readPostedScores(
  leaderboard: Pick<LeaderboardSettings, 'columns'>,
  posted: Readonly<Record<string, unknown>>,
): ScoresReading {
  const columns = leaderboard.columns.filter(
    (column) => column.computation === undefined && Object.hasOwn(posted, column.key),
  )
  const scores = columns.map((column) => ({
    column: column.key,
    value: canonical(posted[column.key], column),
  }))
  const bad = scores.filter(({ value }) => value === undefined).map(({ column }) => column)
  if (bad.length > 0 || scores.length === 0) return { kind: 'unreadable', columns: bad }
  return { kind: 'scores', scores: scores.map((score) => CanonicalScore.parse(score)) }
}

function canonical(
  value: unknown,
  { range, decimals }: Pick<LeaderboardSettings['columns'][number], 'range' | 'decimals'>,
): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) >= 1e15) return undefined
  if (range !== undefined && (value < range[0] || value > range[1])) return undefined
  return formatDecimal(parseDecimal(decimalText(value)), decimals)
}

/** The shortest digits that mean this number, without an exponent, to ten places: what the scoring program wrote. */
function decimalText(value: number): string {
  const text = String(value)
  return /^-?[0-9]+(\.[0-9]{1,10})?$/.test(text) ? text : value.toFixed(10)
}

/**
 * Takes the scores of a run, once: whoever posts again changes nothing, whatever they post. Where they cannot be read, the run
 * has failed. Returns what they were, or `undefined` where none were wanted any more.
 */
export async function takeScores(
  transaction: HubTransaction,
  run: RunRecord & { readonly standing: 'open' | 'ended' },
  posted: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<ScoresReading | undefined> {
  if (run.scores !== null || run.standing === 'ended') return undefined
  const { competition_id } = await transaction
    .selectFrom('submission')
    .select('competition_id')
    .where('id', '=', run.submission_id)
    .executeTakeFirstOrThrow()
  const reading = readPostedScores(await loadLeaderboard(transaction, competition_id), posted)
  if (reading.kind === 'unreadable') {
    await moveSubmission(transaction, run.submission_id, 'Failed', { now, reason: 'scores-unreadable' })
    return reading
  }
  await transaction
    .updateTable('broker_run')
    .set({ scores: JSON.stringify(reading.scores), heard_at: now.toISOString() })
    .where('submission_id', '=', run.submission_id)
    .execute()
  await finishIfWhole(transaction, run.submission_id, now)
  return reading
}

/**
 * A run is Finished when its worker has said so and its scores are there, whichever comes first. Workers say Finished before the
 * scores (protocol reference, 5.2) and may miss them then; a result without one is none, and no leaderboard is to choose by it.
 */
export async function finishIfWhole(
  transaction: HubTransaction,
  submissionId: number,
  now: Date,
): Promise<void> {
  const run = await transaction
    .selectFrom('broker_run')
    .select(['scores', 'finished_said_at'])
    .where('submission_id', '=', submissionId)
    .executeTakeFirstOrThrow()
  if (run.scores === null || run.finished_said_at === null) return
  await storeReleasedScores(transaction, submissionId, parseJsonColumn(run.scores, z.array(CanonicalScore)))
  await moveSubmission(transaction, submissionId, 'Finished', { now })
}
