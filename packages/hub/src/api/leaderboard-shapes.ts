import type { CompetitionView } from '../competitions/competition-view.ts'
import type { LeaderboardView } from '../leaderboards/leaderboard-view.ts'
import { columnShape } from './competition-shapes.ts'

/** Codabench's `get_leaderboard`: rows in their rank order, scores as the decimals that were released. */
export function leaderboardShape(board: LeaderboardView, competition: CompetitionView) {
  const visible = competition.leaderboard.columns.filter((column) => !column.hidden)
  const tasks = new Map(board.columns.map(({ task }) => [task.id, task]))
  return {
    title: board.title,
    id: board.phase.id,
    primary_index: competition.leaderboard.primaryIndex,
    submissions: board.rows.map((row) => ({
      id: row.submissionId,
      rank: row.rank,
      owner: row.owner.username,
      display_name: row.owner.username,
      organization: null,
      created_when: row.submittedAt.toISOString(),
      fact_sheet_answers: null,
      scores: board.columns.flatMap((column) => {
        const score = row.scores[column.key]
        return score === undefined
          ? []
          : [
              {
                id: column.index,
                index: column.index,
                column_key: column.columnKey,
                score,
                task_id: column.task.id,
                precision: column.decimals,
                is_primary: column.isPrimary,
              },
            ]
      }),
    })),
    tasks: [...tasks.values()].map((task) => ({
      id: task.id,
      name: task.name,
      colWidth: visible.length,
      columns: visible.map(columnShape),
    })),
    fact_sheet_keys: null,
  }
}

/** Codabench's `results.json`: `{"<title> - <phase>(<id>)": {"<owner>-<submission>": {"<task>(<id>)-<column>": score}}}`. */
export function resultsShape(boards: readonly LeaderboardView[]) {
  return Object.fromEntries(
    boards.map((board) => [
      `${board.title} - ${board.phase.name}(${board.phase.id})`,
      Object.fromEntries(
        board.rows.map((row) => [
          `${row.owner.username}-${row.submissionId}`,
          Object.fromEntries(
            board.columns.map((column) => [
              `${column.task.name}(${column.task.id})-${column.title}`,
              row.scores[column.key] ?? '',
            ]),
          ),
        ]),
      ),
    ]),
  )
}
