import { Digest } from '@scoregate/protocol/digest'
import { type InputLink, Job } from '@scoregate/protocol/job'
import { loadLeaderboard } from '../competitions/load-competition.ts'
import type { FileLinks } from '../files/file-links.ts'
import { parseJsonColumn, type StoredFile } from '../files/stored-file.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { TaskFiles } from '../tasks/task-files.ts'
import type { ClaimedJob } from './job-queue.ts'

/** Inputs are fetched when a job is taken; a slow line may need hours for a large one. They end with the attempt in any case. */
const INPUT_LINK_SECONDS = 6 * 3600

/** What the worker that leased a job is told: links to its inputs, and no link to publish anything. */
export async function describeJob(
  { db, links, publicUrl }: { db: HubDb; links: FileLinks; publicUrl: () => string },
  claimed: ClaimedJob,
): Promise<Job> {
  const row = await db
    .selectFrom('submission')
    .innerJoin('competition', 'competition.id', 'submission.competition_id')
    .innerJoin('phase', 'phase.id', 'submission.phase_id')
    .innerJoin('task', 'task.id', 'submission.task_id')
    .innerJoin('person', 'person.id', 'submission.owner_id')
    .innerJoin('dataset', 'dataset.id', 'submission.dataset_id')
    .select([
      'submission.created_at',
      'submission.owner_id',
      'submission.competition_id',
      'submission.phase_id',
      'person.username',
      'competition.title',
      'competition.docker_image',
      'competition.enable_detailed_results',
      'phase.name as phase_name',
      'phase.time_limit_seconds',
      'task.id as task_id',
      'task.name as task_name',
      'task.files',
      'task.ingestion_only_during_scoring',
      'dataset.file_name',
      'dataset.sha256',
      'dataset.size_bytes',
    ])
    .where('submission.id', '=', claimed.submissionId)
    .executeTakeFirstOrThrow()
  const files = parseJsonColumn(row.files, TaskFiles)
  const leaderboard = await loadLeaderboard(db, row.competition_id)
  const link = (file: StoredFile): InputLink => ({
    url:
      publicUrl() +
      links.href(
        {
          ...file,
          mediaType: 'application/zip',
          disposition: 'attachment',
          attempt: { jobId: claimed.jobId, attempt: claimed.attempt },
        },
        INPUT_LINK_SECONDS,
      ),
    sha256: file.sha256,
    sizeBytes: file.sizeBytes,
  })
  const submitted: StoredFile = {
    sha256: Digest.parse(row.sha256),
    sizeBytes: row.size_bytes ?? 0,
    fileName: row.file_name,
  }
  return Job.parse({
    jobId: claimed.jobId,
    attempt: claimed.attempt,
    submission: { id: claimed.submissionId, submittedAt: row.created_at, fileName: row.file_name },
    participant: { id: row.owner_id, username: row.username },
    competition: { id: row.competition_id, title: row.title },
    phase: { id: row.phase_id, name: row.phase_name },
    task: { id: row.task_id, name: row.task_name },
    image: row.docker_image,
    timeLimitSeconds: row.time_limit_seconds,
    humanInTheLoop: claimed.isReviewAsked,
    detailedResults: row.enable_detailed_results === 1,
    ingestionOnlyDuringScoring: row.ingestion_only_during_scoring === 1,
    inputs: {
      submission: link(submitted),
      scoringProgram: link(files.scoringProgram),
      ...(files.ingestionProgram ? { ingestionProgram: link(files.ingestionProgram) } : {}),
      ...(files.inputData ? { inputData: link(files.inputData) } : {}),
      ...(files.referenceData ? { referenceData: link(files.referenceData) } : {}),
    },
    columns: leaderboard.columns.map((column) => ({
      key: column.key,
      title: column.title,
      decimals: column.decimals,
      sorting: column.sorting,
      ...(column.range ? { range: [...column.range] } : {}),
      computed: column.computation !== undefined,
    })),
  } satisfies Job)
}
