import type { LeaderboardSettings } from '../competitions/competition-view.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { compareEntries, type Rankable } from './rank.ts'

/** The released scores of the runs of one submission: one run per task. */
export type TaskScores = {
  readonly taskId: number
  readonly scores: Readonly<Record<string, string | undefined>>
}

/** The scores of submissions, by the id of the top-level one. */
export async function loadTaskScores(
  db: HubDb,
  topLevelIds: readonly number[],
): Promise<ReadonlyMap<number, readonly TaskScores[]>> {
  const found = new Map<number, TaskScores[]>()
  if (topLevelIds.length === 0) return found
  const rows = await db
    .selectFrom('score')
    .innerJoin('submission', 'submission.id', 'score.submission_id')
    .select((eb) => [
      eb.fn.coalesce('submission.parent_id', 'submission.id').as('top_id'),
      'submission.id as run_id',
      'submission.task_id',
      'score.column_key',
      'score.value',
    ])
    .where((eb) =>
      eb.or([eb('submission.id', 'in', topLevelIds), eb('submission.parent_id', 'in', topLevelIds)]),
    )
    .orderBy('submission.id')
    .execute()
  for (const row of rows) {
    const taskId = row.task_id ?? 0
    const tasks = found.get(row.top_id) ?? []
    const task = tasks.find((one) => one.taskId === taskId)
    const scores = { ...task?.scores, [row.column_key]: row.value }
    found.set(row.top_id, [...tasks.filter((one) => one !== task), { taskId, scores }])
  }
  return found
}

/** What a submission ranks by: its scores; of several tasks, the best ones (protocol reference, 6.2). */
export function rankableOf(
  leaderboard: LeaderboardSettings,
  tasks: readonly TaskScores[],
  submittedAt: Date,
): Rankable {
  const [best] = tasks
    .map(({ scores }) => ({ scores, submittedAt }))
    .sort((a, b) => compareEntries(leaderboard, a, b))
  return best ?? { scores: {}, submittedAt }
}

export async function loadRankable(
  db: HubDb,
  leaderboard: LeaderboardSettings,
  submissionId: number,
): Promise<Rankable> {
  const { created_at } = await db
    .selectFrom('submission')
    .select('created_at')
    .where('id', '=', submissionId)
    .executeTakeFirstOrThrow()
  const scores = await loadTaskScores(db, [submissionId])
  return rankableOf(leaderboard, scores.get(submissionId) ?? [], new Date(created_at))
}
