import { z } from 'zod'

/**
 * Why a submission failed, as the platform may hear it: at most sixteen codes (design.md, "What a worker knows"), so
 * that a failure carries no more than four bits. The one function that reports a failure takes this type and no text.
 */
export const REASON_SENTENCES = {
  'time-limit': 'The time limit was reached before the run ended.',
  'memory-limit': 'The memory limit was reached.',
  'image-not-allowed': 'The data owner does not allow the container image that this competition names.',
  'image-missing': 'The container image that this competition names is not on the worker.',
  'inputs-unavailable': 'The inputs of the run could not be fetched or unpacked.',
  'program-unusable': 'A program of the run has no usable metadata file with a command.',
  'ingestion-failed': 'The ingestion program, or the submission that it ran, stopped with an error.',
  'scoring-failed': 'The scoring program stopped with an error.',
  'no-scores': 'The scoring program ended without writing a scores file.',
  'scores-unreadable': 'The scores file could not be read as numbers for the columns of the leaderboard.',
  'output-too-large': 'The run wrote more output than is allowed.',
  'output-refused': 'The run left output that cannot be accepted for review.',
  'not-released': 'The data owner reviewed the result and did not release it.',
  'validation-timed-out': 'Validation timed out: nobody at the data owner reviewed the result in time.',
  'worker-failed': 'The worker failed. This is not the fault of the submission; it can be run again.',
  'no-worker': 'No worker took the submission in time.',
} as const

export const ReasonCode = z.enum(Object.keys(REASON_SENTENCES) as [keyof typeof REASON_SENTENCES]) // the keys of a literal
export type ReasonCode = keyof typeof REASON_SENTENCES

/** Ends by a person's decision or by its absence: nothing of such a run is released afterwards. */
export const DECIDED_REASONS: readonly ReasonCode[] = ['not-released', 'validation-timed-out']

/**
 * What the participant reads of a rejection: one fixed sentence of this closed list, chosen by the reviewer. It goes up as
 * its code beside the reason `not-released`, and not at all where it is the first, which is that reason's own sentence.
 */
export const REJECTION_SENTENCES = {
  'no-more': REASON_SENTENCES['not-released'],
  'too-revealing':
    'The data owner reviewed the result and did not release it: it could tell too much about the data.',
  implausible:
    'The data owner reviewed the result and did not release it: its scores do not look right. Check the submission.',
  'unexpected-output':
    'The data owner reviewed the result and did not release it: the run left output that does not belong there. Check the submission.',
  'ask-organizer':
    'The data owner reviewed the result and did not release it. The organizers of the competition can say more.',
} as const

export const RejectionSentence = z.enum(
  Object.keys(REJECTION_SENTENCES) as [keyof typeof REJECTION_SENTENCES], // the keys of a literal
)
export type RejectionSentence = keyof typeof REJECTION_SENTENCES

/** What a participant reads of a failure. */
export function failureSentence(reason: ReasonCode, sentence: RejectionSentence | undefined): string {
  return reason === 'not-released' && sentence !== undefined
    ? REJECTION_SENTENCES[sentence]
    : REASON_SENTENCES[reason]
}

/** What stands where an artefact would be that the data owner did not release. */
export const WITHHELD_SENTENCE = 'The data owner withheld this.'
