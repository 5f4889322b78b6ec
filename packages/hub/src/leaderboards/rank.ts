import type { LeaderboardSettings } from '../competitions/competition-view.ts'
import { parseDecimal } from './decimal.ts'

/** What ranking looks at. */
export type Rankable = {
  readonly scores: Readonly<Record<string, string | undefined>>
  readonly submittedAt: Date
}

/**
 * Compares two entries, the better one first (protocol reference, 6.2): by the primary column, then by the other
 * visible ones in their order, each in its direction, then the earlier one. A missing score is worse than any.
 */
export function compareEntries(leaderboard: LeaderboardSettings, a: Rankable, b: Rankable): number {
  const { columns, primaryIndex } = leaderboard
  const primary = columns.filter((column) => column.index === primaryIndex)
  const others = columns.filter((column) => column.index !== primaryIndex && !column.hidden)
  for (const column of [...primary, ...others]) {
    const order = compareScores(a.scores[column.key], b.scores[column.key], column.sorting)
    if (order !== 0) return order
  }
  return a.submittedAt.getTime() - b.submittedAt.getTime()
}

function compareScores(a: string | undefined, b: string | undefined, sorting: 'asc' | 'desc'): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  const [left, right] = [parseDecimal(a), parseDecimal(b)]
  if (left === right) return 0
  const isBetter = sorting === 'desc' ? left > right : left < right
  return isBetter ? -1 : 1
}
