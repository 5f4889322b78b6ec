import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { FileLinks } from '../files/file-links.ts'
import { parseJsonColumn, type StoredFile } from '../files/stored-file.ts'
import type { Viewer } from '../hub.ts'
import type { HubDb, HubTables } from '../migrations/hub-tables.ts'
import { PhaseFiles, PhaseSettings, phaseState } from '../phases/phase-settings.ts'
import { notAllowed, notFound } from '../refusals.ts'
import { TaskFiles } from '../tasks/task-files.ts'
import type {
  ColumnView,
  FileView,
  LeaderboardSettings,
  ParticipantStatus,
  PhaseView,
  SubmissionFlow,
  TaskView,
} from './competition-view.ts'

export type CompetitionRow = Selectable<HubTables['competition']>
export type PhaseRow = Selectable<HubTables['phase']>
export type TaskRow = Selectable<HubTables['task']>

/** Where a viewer stands towards a competition. */
export type Standing = {
  readonly participation: 'none' | ParticipantStatus
  readonly isOrganizer: boolean
}

/**
 * The competition, and where the viewer stands. An unpublished one exists for its organizer and its approved
 * participants only; throws `ScoregateError` (`not-found`) for others.
 */
export async function getVisibleCompetition(
  db: HubDb,
  id: number,
  viewer: Viewer,
): Promise<{ row: CompetitionRow; standing: Standing }> {
  const row = await db.selectFrom('competition').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw notFound('competition')
  const standing = await standingOf(db, row, viewer)
  if (row.published !== 1 && !standing.isOrganizer && standing.participation !== 'approved') {
    throw notFound('competition')
  }
  return { row, standing }
}

/** The competition of an organizer. Throws `not-found` or `not-allowed`. */
export async function getOwnCompetition(db: HubDb, id: number, viewer: Viewer): Promise<CompetitionRow> {
  const { row, standing } = await getVisibleCompetition(db, id, viewer)
  if (!standing.isOrganizer) {
    throw notAllowed('Only an organizer of this competition can do this.', 'Sign in as its organizer.')
  }
  return row
}

async function standingOf(db: HubDb, row: CompetitionRow, viewer: Viewer): Promise<Standing> {
  if (viewer === undefined) return { participation: 'none', isOrganizer: false }
  const participant = await db
    .selectFrom('participant')
    .select('status')
    .where('competition_id', '=', row.id)
    .where('person_id', '=', viewer.id)
    .executeTakeFirst()
  return { participation: participant?.status ?? 'none', isOrganizer: row.organizer_id === viewer.id }
}

export function submissionFlowOf(row: CompetitionRow): SubmissionFlow {
  return {
    whenSubmissionArrives: row.auto_run_submissions === 1 ? 'run-at-once' : 'wait-for-organizer',
    whenScoringEnds: row.human_in_the_loop === 1 ? 'hold-for-review' : 'publish-at-once',
  }
}

/** The phases of a competition in their order, with their tasks. */
export async function loadPhases(
  db: HubDb,
  competitionId: number,
  { links, now }: { links: FileLinks; now: Date },
): Promise<PhaseView[]> {
  const phases = await db
    .selectFrom('phase')
    .selectAll()
    .where('competition_id', '=', competitionId)
    .orderBy('position')
    .execute()
  const tasks = await db
    .selectFrom('phase_task')
    .innerJoin('task', 'task.id', 'phase_task.task_id')
    .selectAll('task')
    .select(['phase_task.phase_id', 'phase_task.position'])
    .where('task.competition_id', '=', competitionId)
    .orderBy('phase_task.position')
    .execute()
  return phases.map((phase) =>
    toPhaseView(
      phase,
      tasks.filter((task) => task.phase_id === phase.id),
      { links, now },
    ),
  )
}

export function toPhaseView(
  row: PhaseRow,
  tasks: readonly TaskRow[],
  { links, now }: { links: FileLinks; now: Date },
): PhaseView {
  const files = parseJsonColumn(row.files, PhaseFiles)
  const settings = parseJsonColumn(row.settings, PhaseSettings)
  return {
    id: row.id,
    competitionId: row.competition_id,
    index: row.position,
    name: row.name,
    description: row.description,
    startsAt: new Date(row.starts_at),
    endsAt: row.ends_at === null ? undefined : new Date(row.ends_at),
    state: phaseState(row, now),
    timeLimitSeconds: row.time_limit_seconds,
    maxSubmissions: row.max_submissions,
    maxSubmissionsPerDay: row.max_submissions_per_day,
    acceptsOnlyResultSubmissions: settings.acceptsOnlyResultSubmissions,
    tasks: tasks.map(toTaskView),
    startingKit: toFileView(files.startingKit, links),
    publicData: toFileView(files.publicData, links),
  }
}

export function toTaskView(row: TaskRow): TaskView {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    description: row.description,
    hasIngestionProgram: parseJsonColumn(row.files, TaskFiles).ingestionProgram !== undefined,
  }
}

function toFileView(file: StoredFile | undefined, links: FileLinks): FileView | undefined {
  if (file === undefined) return undefined
  const href = links.href({ ...file, mediaType: 'application/zip', disposition: 'attachment' })
  return { fileName: file.fileName, sizeBytes: file.sizeBytes, href }
}

const Range = z.tuple([z.number(), z.number()])
const Indexes = z.array(z.int())

/** The leaderboard of a competition with its columns by index. */
export async function loadLeaderboard(db: HubDb, competitionId: number): Promise<LeaderboardSettings> {
  const row = await db
    .selectFrom('leaderboard')
    .selectAll()
    .where('competition_id', '=', competitionId)
    .executeTakeFirstOrThrow()
  const columns = await db
    .selectFrom('leaderboard_column')
    .selectAll()
    .where('leaderboard_id', '=', row.id)
    .orderBy('position')
    .execute()
  return {
    id: row.id,
    title: row.title,
    key: row.key,
    primaryIndex: row.primary_index,
    submissionRule: row.submission_rule,
    hidden: row.hidden === 1,
    columns: columns.map(
      (column): ColumnView => ({
        index: column.position,
        key: column.key,
        title: column.title,
        sorting: column.sorting,
        decimals: column.decimals,
        range: column.value_range === null ? undefined : parseJsonColumn(column.value_range, Range),
        computation: column.computation ?? undefined,
        computationIndexes: parseJsonColumn(column.computation_indexes, Indexes),
        hidden: column.hidden === 1,
      }),
    ),
  }
}
