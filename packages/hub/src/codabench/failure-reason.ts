import { REASON_SENTENCES, ReasonCode } from '@scoregate/protocol/reason-code'
import type { RunRecord } from './run-record.ts'

/** What workers of both generations say when a run fails (protocol reference, 4.2 to 4.8), by how it begins or what is in it. */
const WORDS: readonly (readonly [RegExp, ReasonCode])[] = [
  [/^Execution Time Limit exceeded|^Soft time limit exceeded/i, 'time-limit'],
  [/^Pull for .* failed/i, 'image-missing'],
  [/^Problem fetching|Bad or empty zip file/i, 'inputs-unavailable'],
  [/Could not find scores file/i, 'no-scores'],
]

/** What a worker reports beside a failure, by its `type`. */
const TYPES: Readonly<Record<string, ReasonCode>> = {
  Execution_Time_Limit_Exceeded: 'time-limit',
  Docker_Image_Pull_Fail: 'image-missing',
}

/**
 * Why a run failed, as one of our reasons: participants see its fixed sentence, and the worker's own text goes to organizers
 * alone. A desk of ours that serves this queue sends such a sentence itself.
 */
export function failureReason(
  run: Pick<RunRecord, 'status' | 'failure_type' | 'finished_said_at'>,
  text: string | undefined,
): ReasonCode {
  const own = ReasonCode.options.find((code) => REASON_SENTENCES[code] === text)
  if (own !== undefined) return own
  const byType = run.failure_type === null ? undefined : TYPES[run.failure_type]
  const byWords = WORDS.find(([pattern]) => pattern.test(text ?? ''))?.[1]
  const found = byType ?? byWords
  if (found !== undefined) return found
  // Generation 1 says Finished first and then misses the scores.
  if (run.finished_said_at !== null) return 'no-scores'
  return run.status === 'Scoring' ? 'scoring-failed' : 'ingestion-failed'
}
