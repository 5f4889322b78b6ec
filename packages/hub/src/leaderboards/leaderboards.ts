import type { Person } from '@scoregate/web/accounts'
import type { LeaderboardSettings } from '../competitions/competition-view.ts'
import { loadLeaderboard } from '../competitions/load-competition.ts'
import type { Hub } from '../hub.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { getVisiblePhase } from '../phases/phases.ts'
import { notAllowed, notFound, refusal } from '../refusals.ts'
import { getVisibleSubmission } from '../submissions/visible-submission.ts'
import { addEntry, removeEntries } from './enter-leaderboard.ts'
import type { LeaderboardColumn, LeaderboardRow, LeaderboardView } from './leaderboard-view.ts'
import { loadTaskScores, rankableOf, type TaskScores } from './load-scores.ts'
import { compareEntries } from './rank.ts'

const PARTICIPANTS_MAY_REMOVE = new Set(['Add_And_Delete', 'Add_And_Delete_Multiple'])

export function createLeaderboards({ db, clock }: { db: HubDb; clock: () => Date }): Hub['leaderboards'] {
  return {
    async get(phaseId, viewer): Promise<LeaderboardView> {
      const { row: phase, standing } = await getVisiblePhase(db, phaseId, viewer)
      const leaderboard = await loadLeaderboard(db, phase.competition_id)
      if (leaderboard.hidden && !standing.isOrganizer) throw notFound('leaderboard')
      const tasks = await db
        .selectFrom('phase_task')
        .innerJoin('task', 'task.id', 'phase_task.task_id')
        .select(['task.id', 'task.name'])
        .where('phase_task.phase_id', '=', phaseId)
        .orderBy('phase_task.position')
        .execute()
      return {
        title: leaderboard.title,
        phase: { id: phase.id, name: phase.name },
        columns: columnsOf(leaderboard, tasks),
        rows: await loadRows(db, leaderboard, phaseId, tasks.length),
      }
    },

    async add(submissionId, person) {
      const { submission, leaderboard } = await getChangeable(submissionId, person)
      if (submission.status !== 'Finished') {
        throw refusal(
          'conflict',
          'not-finished',
          'Only a finished submission can be on the leaderboard.',
          'Wait until it is finished.',
        )
      }
      await db.transaction().execute(async (transaction) => {
        if (leaderboard.submissionRule !== 'Add_And_Delete_Multiple') {
          await removeEntries(transaction, submission)
        }
        await addEntry(transaction, submission, clock())
      })
    },

    async remove(submissionId, person) {
      const { submission, leaderboard } = await getChangeable(submissionId, person)
      if (!PARTICIPANTS_MAY_REMOVE.has(leaderboard.submissionRule)) throw ruleForbids()
      await db.deleteFrom('leaderboard_entry').where('submission_id', '=', submission.id).execute()
    },
  }

  async function getChangeable(submissionId: number, person: Person) {
    const { row, isOwner, isOrganizer } = await getVisibleSubmission(db, submissionId, person)
    if (!isOwner && !isOrganizer) throw notFound('submission')
    const leaderboard = await loadLeaderboard(db, row.competition_id)
    if (leaderboard.submissionRule.startsWith('Force_')) throw ruleForbids()
    if (row.parent_id !== null) {
      throw refusal(
        'conflict',
        'part-of-a-submission',
        'This is the run of one task of a submission; the submission goes on the leaderboard as a whole.',
        `Use submission ${row.parent_id}.`,
      )
    }
    const submission = { id: row.id, phaseId: row.phase_id, ownerId: row.owner_id, status: row.status }
    return { submission, leaderboard }
  }
}

function ruleForbids() {
  return notAllowed(
    'The rule of this leaderboard decides by itself which submissions are on it.',
    'Ask the organizer.',
  )
}

function columnsOf(
  leaderboard: LeaderboardSettings,
  tasks: readonly { id: number; name: string }[],
): LeaderboardColumn[] {
  return tasks.flatMap((task) =>
    leaderboard.columns
      .filter((column) => !column.hidden)
      .map((column) => ({
        key: cellKey(column.key, task.id, tasks.length),
        columnKey: column.key,
        index: column.index,
        title: column.title,
        task,
        sorting: column.sorting,
        decimals: column.decimals,
        isPrimary: column.index === leaderboard.primaryIndex,
      })),
  )
}

/** In a phase of one task the key of a cell is that of its column; else a column comes once per task. */
function cellKey(columnKey: string, taskId: number, taskCount: number): string {
  return taskCount === 1 ? columnKey : `${columnKey}-${taskId}`
}

async function loadRows(
  db: HubDb,
  leaderboard: LeaderboardSettings,
  phaseId: number,
  taskCount: number,
): Promise<LeaderboardRow[]> {
  const entries = await db
    .selectFrom('leaderboard_entry')
    .innerJoin('submission', 'submission.id', 'leaderboard_entry.submission_id')
    .innerJoin('person', 'person.id', 'submission.owner_id')
    .select(['submission.id', 'submission.created_at', 'submission.owner_id', 'person.username'])
    .where('leaderboard_entry.phase_id', '=', phaseId)
    .where('submission.status', '=', 'Finished')
    .execute()
  const scores = await loadTaskScores(
    db,
    entries.map((entry) => entry.id),
  )
  return entries
    .map((entry) => {
      const tasks = scores.get(entry.id) ?? []
      return { entry, tasks, rankable: rankableOf(leaderboard, tasks, new Date(entry.created_at)) }
    })
    .sort((a, b) => compareEntries(leaderboard, a.rankable, b.rankable) || a.entry.id - b.entry.id)
    .map(({ entry, tasks, rankable }, position) => ({
      rank: position + 1,
      owner: { id: entry.owner_id, username: entry.username },
      submissionId: entry.id,
      submittedAt: rankable.submittedAt,
      scores: cells(leaderboard, tasks, taskCount),
    }))
}

/** Scores of hidden columns are kept, and shown to nobody. */
function cells(
  leaderboard: LeaderboardSettings,
  tasks: readonly TaskScores[],
  taskCount: number,
): Record<string, string | undefined> {
  const visible = leaderboard.columns.filter((column) => !column.hidden)
  return Object.fromEntries(
    tasks.flatMap(({ taskId, scores }) =>
      visible.map((column) => [cellKey(column.key, taskId, taskCount), scores[column.key]]),
    ),
  )
}
