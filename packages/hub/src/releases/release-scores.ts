import type { CanonicalScore } from '@scoregate/protocol/columns'
import type { Problem } from '@scoregate/protocol/errors'
import type { LeaderboardSettings } from '../competitions/competition-view.ts'
import { loadLeaderboard } from '../competitions/load-competition.ts'
import { compute, decimalsOf, formatDecimal, parseDecimal } from '../leaderboards/decimal.ts'
import type { HubTransaction } from '../migrations/hub-tables.ts'
import { refusal } from '../refusals.ts'

/** Stores what a desk released: declared columns only, with no more decimals than declared; then computes the others. */
export async function storeReleasedScores(
  transaction: HubTransaction,
  submissionId: number,
  scores: readonly CanonicalScore[],
): Promise<void> {
  const { competition_id } = await transaction
    .selectFrom('submission')
    .select('competition_id')
    .where('id', '=', submissionId)
    .executeTakeFirstOrThrow()
  const leaderboard = await loadLeaderboard(transaction, competition_id)
  refuseBadScores(leaderboard, scores)
  for (const { column, value } of [...scores, ...computedScores(leaderboard, scores)]) {
    await transaction
      .insertInto('score')
      .values({ submission_id: submissionId, column_key: column, value })
      .execute()
  }
}

function refuseBadScores(leaderboard: LeaderboardSettings, scores: readonly CanonicalScore[]): void {
  const seen = new Set<string>()
  const problems = scores.flatMap(({ column: key, value }): Problem[] => {
    const column = leaderboard.columns.find((one) => one.key === key)
    const isTwin = seen.has(key)
    seen.add(key)
    const what =
      column === undefined
        ? 'is not a column of the leaderboard'
        : column.computation !== undefined
          ? 'is computed by the platform'
          : isTwin
            ? 'comes twice'
            : decimalsOf(value) > column.decimals
              ? `has more than ${column.decimals} decimals`
              : undefined
    return what === undefined
      ? []
      : [{ where: key, what, remedy: 'Release the declared columns, as declared.' }]
  })
  if (problems.length === 0) return
  throw refusal(
    'bad-input',
    'bad-scores',
    'The scores do not fit the columns of the leaderboard, so nothing was released.',
    'Release the declared columns only, each once, with its decimals.',
    problems,
  )
}

function computedScores(
  leaderboard: LeaderboardSettings,
  scores: readonly CanonicalScore[],
): CanonicalScore[] {
  const byKey = new Map(scores.map(({ column, value }) => [column, parseDecimal(value)]))
  return leaderboard.columns.flatMap((column) => {
    if (column.computation === undefined) return []
    const values = column.computationIndexes.flatMap((index) => {
      const source = leaderboard.columns.find((one) => one.index === index)
      const value = source && byKey.get(source.key)
      return value === undefined ? [] : [value]
    })
    const result = compute(column.computation, values)
    return result === undefined ? [] : [{ column: column.key, value: formatDecimal(result, column.decimals) }]
  })
}
