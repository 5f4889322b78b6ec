import type { CodabenchRun, LogLinks } from './run-arguments.ts'

/**
 * The run arguments of a job as both generations of Codabench's worker read them (protocol reference, 2.1 and 2.4): the keys
 * of both, with every key that generation 1 reads without a default. A prediction run has no scoring program, since
 * generation 2 downloads whatever is there.
 */
export function writeRunArguments(run: CodabenchRun): Record<string, unknown> {
  const isScoring = run.kind === 'scoring'
  const program = isScoring ? run.scoringProgram : run.submission
  return withoutAbsent({
    user_pk: run.userId,
    id: run.submissionId,
    // As text, which every worker reads: kombu before 5.3 knows no typed JSON, and later ones take either.
    secret: run.secret,
    submissions_api_url: run.apiUrl,
    docker_image: run.image,
    execution_time_limit: run.timeLimitSeconds,
    is_scoring: isScoring,
    ingestion_only_during_scoring: run.ingestionOnlyDuringScoring,
    human_in_the_loop: run.humanInTheLoop,
    program_data: program,
    submission_data: run.submission,
    ingestion_program: run.ingestionProgram,
    ingestion_program_data: run.ingestionProgram,
    input_data: run.inputData,
    prediction_result: run.predictionResult,
    ...(isScoring
      ? {
          scoring_program_data: run.scoringProgram,
          reference_data: run.referenceData,
          scoring_result: run.scoringResult,
          detailed_results_url: run.detailedResults,
          ...logKeys('scoring', run.logs),
        }
      : logKeys('prediction', run.logs)),
  })
}

function logKeys(step: 'prediction' | 'scoring', logs: LogLinks): Record<string, unknown> {
  return {
    [`${step}_stdout`]: logs.programStdout,
    [`${step}_stderr`]: logs.programStderr,
    [`${step}_ingestion_stdout`]: logs.ingestionStdout,
    [`${step}_ingestion_stderr`]: logs.ingestionStderr,
  }
}

function withoutAbsent(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
