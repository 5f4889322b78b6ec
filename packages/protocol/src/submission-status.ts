import { z } from 'zod'

/** Codabench's status words, with its spellings (protocol reference, section 5.1). */
export const SubmissionStatus = z.enum([
  'Submitting',
  'Submitted',
  'Preparing',
  'Running',
  'Scoring',
  'Awaiting validation',
  'Finished',
  'Failed',
  'Cancelled',
])
export type SubmissionStatus = z.infer<typeof SubmissionStatus>

/**
 * Which status may follow which. Codabench has no such table (any status may follow any other); here every writer goes
 * through it, so a late worker cannot turn a cancelled submission into a finished one.
 *
 * A job whose worker vanished goes back to `Submitted`; if that worker's sealed result arrives after all, before another
 * worker has taken the job, it is still wanted, hence the way from `Submitted` to the states of a result.
 */
export const SUBMISSION_TRANSITIONS = {
  Submitting: ['Submitted', 'Cancelled'],
  Submitted: ['Preparing', 'Awaiting validation', 'Finished', 'Failed', 'Cancelled'],
  Preparing: ['Running', 'Scoring', 'Awaiting validation', 'Finished', 'Failed', 'Cancelled', 'Submitted'],
  Running: ['Scoring', 'Awaiting validation', 'Finished', 'Failed', 'Cancelled', 'Submitted'],
  Scoring: ['Awaiting validation', 'Finished', 'Failed', 'Cancelled', 'Submitted'],
  'Awaiting validation': ['Finished', 'Failed', 'Cancelled'],
  Finished: [],
  Failed: [],
  Cancelled: [],
} as const satisfies Record<SubmissionStatus, readonly SubmissionStatus[]>

/** Whether `to` may follow `from`. */
export function canFollow(from: SubmissionStatus, to: SubmissionStatus): boolean {
  const allowed: readonly SubmissionStatus[] = SUBMISSION_TRANSITIONS[from]
  return allowed.includes(to)
}

/** The states that `to` may be reached from; for a compare-and-set in SQL. */
export function statesBefore(to: SubmissionStatus): SubmissionStatus[] {
  return SubmissionStatus.options.filter((from) => canFollow(from, to))
}

/** Whether nothing can follow. */
export function isFinal(status: SubmissionStatus): boolean {
  return SUBMISSION_TRANSITIONS[status].length === 0
}
