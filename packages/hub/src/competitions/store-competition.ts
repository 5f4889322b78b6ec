import { randomUUID } from 'node:crypto'
import { Digest } from '@scoregate/protocol/digest'
import type { Blobs } from '@scoregate/storage/blobs'
import { z } from 'zod'
import type { Archive } from '../archives/archive.ts'
import { packFolder } from '../archives/pack-folder.ts'
import type { StoredFile } from '../files/stored-file.ts'
import type { HubTransaction } from '../migrations/hub-tables.ts'
import type { PhaseFiles, PhaseSettings } from '../phases/phase-settings.ts'
import type { TaskFiles } from '../tasks/task-files.ts'
import { type BundleFiles, mediaTypeOf } from './bundle/bundle-files.ts'
import type { BundleTop } from './bundle/bundle-schema.ts'

/** The picture of a competition, as its `logo` column keeps it. */
export const Logo = z.strictObject({ sha256: Digest, sizeBytes: z.int(), mediaType: z.string() })
export type Logo = z.infer<typeof Logo>

/** A bundle whose files are all in the blob store, ready to become rows in one transaction. */
export type StoredBundle = {
  readonly top: BundleTop
  readonly logo: Logo
  readonly terms: string
  readonly pages: readonly { title: string; content: string }[]
  readonly taskFiles: readonly TaskFiles[]
  readonly phaseFiles: readonly PhaseFiles[]
}

const MAX_TEXT_BYTES = 1_048_576

/** Puts every file of a bundle into the blob store; folders become zips. */
export async function storeBundleFiles(
  { top, files }: { top: BundleTop; files: BundleFiles },
  archive: Archive,
  { blobs, maxBytes }: { blobs: Blobs; maxBytes: number },
): Promise<StoredBundle> {
  const text = async (path: string): Promise<string> => {
    const entry = files.find(path)
    return (entry && (await archive.readEntry(entry, MAX_TEXT_BYTES)))?.toString('utf8') ?? ''
  }
  const store = async (path: string, fallbackName: string): Promise<StoredFile> => {
    const found = await files.resolve(path)
    if (found === undefined) throw new Error(`The file ${path} was checked and is gone.`)
    const stored =
      found.kind === 'dataset'
        ? found.stored
        : found.kind === 'folder'
          ? await packFolder(archive, found.entries, blobs, maxBytes)
          : await blobs.put(await archive.openEntry(found.entry), { maxBytes })
    return { sha256: stored.sha256, sizeBytes: stored.sizeBytes, fileName: `${fallbackName}.zip` }
  }
  const optional = async <Key extends string>(key: Key, path: string | undefined, fallbackName: string) =>
    // The one property, or none: what the row's schema allows for an optional file.
    (path === undefined ? {} : { [key]: await store(path, fallbackName) }) as { [name in Key]?: StoredFile }

  const taskFiles: TaskFiles[] = []
  for (const task of top.tasks) {
    taskFiles.push({
      scoringProgram: await store(task.scoring_program ?? '', 'scoring_program'),
      ...(await optional('ingestionProgram', task.ingestion_program, 'ingestion_program')),
      ...(await optional('inputData', task.input_data, 'input_data')),
      ...(await optional('referenceData', task.reference_data, 'reference_data')),
    })
  }
  const phaseFiles: PhaseFiles[] = []
  for (const phase of top.phases) {
    phaseFiles.push({
      ...(await optional('startingKit', phase.starting_kit, 'starting_kit')),
      ...(await optional('publicData', phase.public_data, 'public_data')),
    })
  }
  const picture = files.find(top.image)
  if (picture === undefined) throw new Error('The picture was checked and is gone.')
  const logo = await blobs.put(await archive.openEntry(picture), { maxBytes })
  const pages: { title: string; content: string }[] = []
  for (const page of top.pages) pages.push({ title: page.title, content: await text(page.file) })
  return {
    top,
    logo: { ...logo, mediaType: mediaTypeOf(top.image) ?? 'application/octet-stream' },
    terms: await text(top.terms),
    pages,
    taskFiles,
    phaseFiles,
  }
}

/** Writes all rows of a competition; returns its id. The organizer is its first approved participant. */
export async function insertCompetition(
  transaction: HubTransaction,
  bundle: StoredBundle,
  { organizerId, queueId, now }: { organizerId: number; queueId: number; now: Date },
): Promise<number> {
  const { top } = bundle
  const createdAt = now.toISOString()
  const { id: competitionId } = await transaction
    .insertInto('competition')
    .values({
      title: top.title,
      description: top.description,
      terms: bundle.terms,
      docker_image: top.docker_image,
      competition_type: top.competition_type,
      reward: top.reward ?? null,
      contact_email: top.contact_email ?? null,
      fact_sheet: top.fact_sheet ? JSON.stringify(top.fact_sheet) : null,
      logo: JSON.stringify(bundle.logo satisfies Logo),
      published: 0,
      registration_auto_approve: Number(top.registration_auto_approve),
      auto_run_submissions: Number(top.auto_run_submissions),
      human_in_the_loop: Number(top.human_in_the_loop),
      enable_detailed_results: Number(top.enable_detailed_results),
      organizer_id: organizerId,
      queue_id: queueId,
      created_at: createdAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await transaction
    .insertInto('participant')
    .values({
      competition_id: competitionId,
      person_id: organizerId,
      status: 'approved',
      created_at: createdAt,
    })
    .execute()
  for (const [position, page] of bundle.pages.entries()) {
    await transaction
      .insertInto('page')
      .values({ competition_id: competitionId, position, ...page })
      .execute()
  }
  await insertPhases(transaction, competitionId, bundle)
  await insertLeaderboard(transaction, competitionId, top)
  return competitionId
}

async function insertPhases(
  transaction: HubTransaction,
  competitionId: number,
  { top, taskFiles, phaseFiles }: StoredBundle,
): Promise<void> {
  const taskIds = new Map<string, number>()
  for (const [at, task] of top.tasks.entries()) {
    const { id } = await transaction
      .insertInto('task')
      .values({
        competition_id: competitionId,
        key: randomUUID(),
        name: task.name ?? '',
        description: task.description,
        ingestion_only_during_scoring: Number(task.ingestion_only_during_scoring),
        files: JSON.stringify(taskFiles[at]),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    taskIds.set(task.index, id)
  }
  const ordered = top.phases
    .map((phase, at) => ({ phase, files: phaseFiles[at] }))
    .sort((a, b) => a.phase.index - b.phase.index)
  for (const [position, { phase, files }] of ordered.entries()) {
    const settings: PhaseSettings = {
      autoMigrate: phase.auto_migrate_to_this_phase,
      hideOutput: phase.hide_output,
      hidePredictionOutput: phase.hide_prediction_output,
      hideScoreOutput: phase.hide_score_output,
      acceptsOnlyResultSubmissions: phase.accepts_only_result_submissions,
    }
    const { id: phaseId } = await transaction
      .insertInto('phase')
      .values({
        competition_id: competitionId,
        position,
        name: phase.name,
        description: phase.description,
        starts_at: phase.start.toISOString(),
        ends_at: phase.end?.toISOString() ?? null,
        time_limit_seconds: phase.execution_time_limit,
        max_submissions: phase.max_submissions,
        max_submissions_per_day: phase.max_submissions_per_day,
        settings: JSON.stringify(settings),
        files: JSON.stringify(files),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (const [at, index] of phase.tasks.entries()) {
      const taskId = taskIds.get(index)
      if (taskId === undefined) throw new Error(`The task index ${index} was checked and is unknown.`)
      await transaction
        .insertInto('phase_task')
        .values({ phase_id: phaseId, task_id: taskId, position: at })
        .execute()
    }
  }
}

/** Codabench uses the first leaderboard only, and so do we. */
async function insertLeaderboard(
  transaction: HubTransaction,
  competitionId: number,
  top: BundleTop,
): Promise<void> {
  const [leaderboard] = top.leaderboards
  if (leaderboard === undefined) throw new Error('The leaderboard was checked and is gone.')
  const { id: leaderboardId } = await transaction
    .insertInto('leaderboard')
    .values({
      competition_id: competitionId,
      title: leaderboard.title,
      key: leaderboard.key,
      primary_index: leaderboard.primary_index,
      submission_rule: leaderboard.submission_rule,
      hidden: Number(leaderboard.hidden),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const column of leaderboard.columns) {
    await transaction
      .insertInto('leaderboard_column')
      .values({
        leaderboard_id: leaderboardId,
        position: column.index,
        key: column.key,
        title: column.title,
        sorting: column.sorting,
        decimals: column.precision,
        value_range: column.range ? JSON.stringify(column.range) : null,
        computation: column.computation ?? null,
        computation_indexes: JSON.stringify(column.computation_indexes ?? []),
        hidden: Number(column.hidden),
      })
      .execute()
  }
}
