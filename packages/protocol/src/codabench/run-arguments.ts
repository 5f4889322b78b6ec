import { z } from 'zod'

/** A capability of a submission, dashed and lower-case: who has it may speak for it (protocol reference, 2.1). */
export const CodabenchSecret = z.uuid().lowercase().brand<'CodabenchSecret'>()
export type CodabenchSecret = z.infer<typeof CodabenchSecret>

/** As a message may have it. */
const Secret = z
  .string()
  .regex(/^[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/, 'a UUID')
  .transform((text) => text.replaceAll('-', '').toLowerCase())
  .transform((hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
  .pipe(CodabenchSecret)

const Link = z.url({ protocol: /^https?$/ }).max(8192)
const LinkOrNothing = Link.nullish().transform((link) => link ?? undefined)

/** Keys of both kinds of run and both generations; those that no run may do without have no default. */
const CommonArguments = z.looseObject({
  user_pk: z.int().min(1),
  id: z.int().min(1),
  secret: Secret,
  submissions_api_url: Link,
  docker_image: z.string().min(1).max(256),
  execution_time_limit: z.int().min(1),
  is_scoring: z.boolean(),
  ingestion_only_during_scoring: z.boolean().nullish(),
  human_in_the_loop: z.boolean().nullish(),
  prediction_result: Link,
  program_data: LinkOrNothing,
  submission_data: LinkOrNothing,
  scoring_program_data: LinkOrNothing,
  ingestion_program: LinkOrNothing,
  ingestion_program_data: LinkOrNothing,
  input_data: LinkOrNothing,
  reference_data: LinkOrNothing,
  scoring_result: LinkOrNothing,
  detailed_results_url: LinkOrNothing,
  prediction_stdout: LinkOrNothing,
  prediction_stderr: LinkOrNothing,
  prediction_ingestion_stdout: LinkOrNothing,
  prediction_ingestion_stderr: LinkOrNothing,
  scoring_stdout: LinkOrNothing,
  scoring_stderr: LinkOrNothing,
  scoring_ingestion_stdout: LinkOrNothing,
  scoring_ingestion_stderr: LinkOrNothing,
})

/** What both kinds of run have. Durations in seconds. */
type AnyCodabenchRun = {
  readonly submissionId: number
  readonly userId: number
  readonly secret: CodabenchSecret
  /** Without a slash at its end. */
  readonly apiUrl: string
  readonly image: string
  readonly timeLimitSeconds: number
  readonly ingestionOnlyDuringScoring: boolean
  /** The platform asks for a review; the site's policy can only make it stricter. */
  readonly humanInTheLoop: boolean
  readonly ingestionProgram: string | undefined
  readonly inputData: string | undefined
}

/** Where the streams of a run may be put, by what the platform calls them; the links expire. */
export type LogLinks = {
  readonly programStdout: string | undefined
  readonly programStderr: string | undefined
  readonly ingestionStdout: string | undefined
  readonly ingestionStderr: string | undefined
}

/** The first job of a submission on a task: it makes the predictions. */
export type CodabenchPrediction = AnyCodabenchRun & {
  readonly kind: 'prediction'
  readonly submission: string
  /** Where the predictions are put. */
  readonly predictionResult: string
  readonly logs: LogLinks
}

/** The second job: it scores them. */
export type CodabenchScoring = AnyCodabenchRun & {
  readonly kind: 'scoring'
  readonly scoringProgram: string
  /** Sent by generation 2 only. */
  readonly submission: string | undefined
  readonly referenceData: string | undefined
  /** Where the predictions are fetched. */
  readonly predictionResult: string
  readonly scoringResult: string | undefined
  readonly detailedResults: string | undefined
  readonly logs: LogLinks
}

/** One job of a Codabench queue, of either generation of the wire. */
export type CodabenchRun = CodabenchPrediction | CodabenchScoring

/** A job that can be run, or the keys that are wrong; no value is told, since values are capabilities. */
export type RunArgumentsReading =
  | { readonly kind: 'run'; readonly run: CodabenchRun }
  | { readonly kind: 'unusable'; readonly keys: readonly string[] }

/**
 * Reads run arguments of generation 1 (`program_data`) and 2 (`submission_data`, `scoring_program_data`), protocol
 * reference, 2.1 and 2.4. Unknown keys are ignored; an absent optional key and `null` are the same. Never throws.
 */
export function readRunArguments(value: unknown): RunArgumentsReading {
  const parsed = CommonArguments.safeParse(value)
  if (!parsed.success) return unusable(parsed.error.issues.map((issue) => issue.path.join('.')))
  const given = parsed.data
  const common = {
    submissionId: given.id,
    userId: given.user_pk,
    secret: given.secret,
    apiUrl: given.submissions_api_url.replace(/\/+$/, ''),
    image: given.docker_image,
    timeLimitSeconds: given.execution_time_limit,
    ingestionOnlyDuringScoring: given.ingestion_only_during_scoring ?? false,
    humanInTheLoop: given.human_in_the_loop ?? false,
    ingestionProgram: given.ingestion_program_data ?? given.ingestion_program,
    inputData: given.input_data,
    predictionResult: given.prediction_result,
  }
  if (!given.is_scoring) {
    const submission = given.submission_data ?? given.program_data
    if (submission === undefined) return unusable(['program_data'])
    const logs = {
      programStdout: given.prediction_stdout,
      programStderr: given.prediction_stderr,
      ingestionStdout: given.prediction_ingestion_stdout,
      ingestionStderr: given.prediction_ingestion_stderr,
    }
    return { kind: 'run', run: { kind: 'prediction', ...common, submission, logs } }
  }
  const scoringProgram = given.scoring_program_data ?? given.program_data
  if (scoringProgram === undefined) return unusable(['scoring_program_data'])
  return {
    kind: 'run',
    run: {
      kind: 'scoring',
      ...common,
      scoringProgram,
      submission: given.submission_data,
      referenceData: given.reference_data,
      scoringResult: given.scoring_result,
      detailedResults: given.detailed_results_url,
      logs: {
        programStdout: given.scoring_stdout,
        programStderr: given.scoring_stderr,
        ingestionStdout: given.scoring_ingestion_stdout,
        ingestionStderr: given.scoring_ingestion_stderr,
      },
    },
  }
}

function unusable(keys: readonly string[]): RunArgumentsReading {
  return { kind: 'unusable', keys: [...new Set(keys)] }
}
