import { z } from 'zod'

/** What a worker may put behind a link of a run, by Codabench's names (protocol reference, 2.1). */
export const RunFileName = z.enum([
  'prediction_result',
  'scoring_result',
  'detailed_results',
  'prediction_stdout',
  'prediction_stderr',
  'prediction_ingestion_stdout',
  'prediction_ingestion_stderr',
  'scoring_stdout',
  'scoring_stderr',
  'scoring_ingestion_stdout',
  'scoring_ingestion_stderr',
])
export type RunFileName = z.infer<typeof RunFileName>

/** The logs among them, in the words of a page. */
export const RUN_LOG_WORDS = {
  prediction_stdout: 'Submission: standard output',
  prediction_stderr: 'Submission: standard error',
  prediction_ingestion_stdout: 'Ingestion program: standard output',
  prediction_ingestion_stderr: 'Ingestion program: standard error',
  scoring_stdout: 'Scoring program: standard output',
  scoring_stderr: 'Scoring program: standard error',
  scoring_ingestion_stdout: 'Ingestion program while scoring: standard output',
  scoring_ingestion_stderr: 'Ingestion program while scoring: standard error',
} as const satisfies Partial<Record<RunFileName, string>>
export type RunLogName = keyof typeof RUN_LOG_WORDS

/** Whether a file is a log. */
export function isRunLog(name: RunFileName): name is RunLogName {
  return Object.hasOwn(RUN_LOG_WORDS, name)
}
