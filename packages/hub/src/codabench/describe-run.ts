import { type CodabenchRun, CodabenchSecret } from '@scoregate/protocol/codabench/run-arguments'
import { Digest } from '@scoregate/protocol/digest'
import { isFinal } from '@scoregate/protocol/submission-status'
import type { FileLinks } from '../files/file-links.ts'
import { parseJsonColumn, type StoredFile } from '../files/stored-file.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { TaskFiles } from '../tasks/task-files.ts'
import type { DueMessage } from './messages.ts'
import type { RunFileName } from './run-files.ts'
import { RUN_LINK_SECONDS, type RunLinks } from './run-links.ts'

/** A job as it is now: what its worker is told, or why it is told nothing. */
export type RunDescription =
  | { readonly kind: 'run'; readonly run: CodabenchRun }
  /** The submission has ended. */
  | { readonly kind: 'unwanted' }
  /** The organizer asks for data-side review, which a Codabench worker cannot promise. */
  | { readonly kind: 'review-not-promised' }

/** What the worker of a job is told. Looked up when the job is published, so that nothing that has changed is told. */
export async function describeRun(
  parts: { db: HubDb; links: FileLinks; runLinks: RunLinks; publicUrl: () => string },
  message: DueMessage,
): Promise<RunDescription> {
  const row = await loadRun(parts.db, message.submission_id)
  if (row.secret === null || isFinal(row.status)) return { kind: 'unwanted' }
  if (row.human_in_the_loop === 1) return { kind: 'review-not-promised' }

  const submissionId = message.submission_id
  const files = parseJsonColumn(row.files, TaskFiles)
  const input = (file: StoredFile): string =>
    parts.publicUrl() +
    parts.links.href(
      { ...file, mediaType: 'application/zip', disposition: 'attachment', run: submissionId },
      RUN_LINK_SECONDS,
    )
  const put = (name: RunFileName) => parts.publicUrl() + parts.runLinks.put({ submissionId, name })
  const submission = input({
    sha256: Digest.parse(row.sha256),
    sizeBytes: row.size_bytes ?? 0,
    fileName: row.file_name,
  })
  const isLate = row.ingestion_only_during_scoring === 1
  const common = {
    submissionId,
    userId: row.owner_id,
    secret: CodabenchSecret.parse(row.secret),
    apiUrl: `${parts.publicUrl()}/api`,
    image: row.docker_image,
    timeLimitSeconds: row.time_limit_seconds,
    ingestionOnlyDuringScoring: isLate,
    humanInTheLoop: false,
  }
  const ingestion = {
    ingestionProgram: files.ingestionProgram && input(files.ingestionProgram),
    inputData: files.inputData && input(files.inputData),
  }
  const none = { ingestionProgram: undefined, inputData: undefined }
  if (message.kind !== 'scoring') {
    return {
      kind: 'run',
      run: {
        kind: 'prediction',
        ...common,
        // Input data goes to the prediction run in any case, the ingestion program only where it runs there.
        ...(isLate ? { ...none, inputData: ingestion.inputData } : ingestion),
        submission,
        predictionResult: put('prediction_result'),
        logs: logLinks('prediction', put),
      },
    }
  }
  return {
    kind: 'run',
    run: {
      kind: 'scoring',
      ...common,
      ...(isLate ? ingestion : none),
      scoringProgram: input(files.scoringProgram),
      submission,
      referenceData: files.referenceData && input(files.referenceData),
      predictionResult: parts.publicUrl() + parts.runLinks.get({ submissionId, name: 'prediction_result' }),
      scoringResult: put('scoring_result'),
      detailedResults: row.enable_detailed_results === 1 ? put('detailed_results') : undefined,
      logs: logLinks('scoring', put),
    },
  }
}

function logLinks(step: 'prediction' | 'scoring', put: (name: RunFileName) => string) {
  return {
    programStdout: put(`${step}_stdout`),
    programStderr: put(`${step}_stderr`),
    ingestionStdout: put(`${step}_ingestion_stdout`),
    ingestionStderr: put(`${step}_ingestion_stderr`),
  }
}

function loadRun(db: HubDb, submissionId: number) {
  return db
    .selectFrom('broker_run')
    .innerJoin('submission', 'submission.id', 'broker_run.submission_id')
    .innerJoin('competition', 'competition.id', 'submission.competition_id')
    .innerJoin('phase', 'phase.id', 'submission.phase_id')
    .innerJoin('task', 'task.id', 'submission.task_id')
    .innerJoin('dataset', 'dataset.id', 'submission.dataset_id')
    .select([
      'broker_run.secret',
      'submission.status',
      'submission.owner_id',
      'competition.docker_image',
      'competition.human_in_the_loop',
      'competition.enable_detailed_results',
      'phase.time_limit_seconds',
      'task.files',
      'task.ingestion_only_during_scoring',
      'dataset.file_name',
      'dataset.sha256',
      'dataset.size_bytes',
    ])
    .where('submission.id', '=', submissionId)
    .executeTakeFirstOrThrow()
}
