import type { ArtefactName } from '@scoregate/protocol/artefact'
import { type ReasonCode, WITHHELD_SENTENCE } from '@scoregate/protocol/reason-code'
import type { SubmissionStatus } from '@scoregate/protocol/submission-status'
import type { SubmissionView } from '../../submissions/submission-view.ts'

/** What a status means for the owner of the submission, in a sentence. */
const STATUS_SENTENCES = {
  Submitting: 'The submission is stored. It starts when the organizer runs it.',
  Submitted: 'The submission waits for a worker beside the data.',
  Preparing: 'A worker fetches what the run needs.',
  Running: 'It runs beside the data, without a network.',
  Scoring: 'Its output is being scored.',
  'Awaiting validation':
    'It has run and been scored; now a person at the data owner looks at the result, and until they decide nothing of it is shown to anybody here.',
  Finished: 'It is scored, and its result is released.',
  Failed: 'It ended without a result.',
  Cancelled: 'It was cancelled. It does not run, and nothing of it is released.',
} as const satisfies Record<SubmissionStatus, string>

/** See above. */
export function statusSentence(status: SubmissionStatus): string {
  return STATUS_SENTENCES[status]
}

const TRY_AT_HOME =
  'Error texts do not leave the site, since they can carry data. Try it at home with the starting kit, then submit again.'
const ASK_ORGANIZER = 'There is nothing to change in your submission. Tell the organizer.'

/** What somebody can do after a failure, by its reason. */
const NEXT_STEPS = {
  'time-limit':
    'Make it faster, or let it do less, and submit again. The limit is on the page of the phases.',
  'memory-limit': 'Let it hold less in memory at once, and submit again.',
  'image-not-allowed': ASK_ORGANIZER,
  'image-missing': ASK_ORGANIZER,
  'inputs-unavailable':
    'Check that your zip opens on your own machine, and submit it again. If it stays, tell the organizer.',
  'program-unusable':
    'Check that your zip has its files at the top level, with metadata.yaml where one is needed, and submit again.',
  'ingestion-failed': TRY_AT_HOME,
  'scoring-failed': `Check the names and the form of the files in your zip. ${TRY_AT_HOME}`,
  'no-scores': 'Check that your zip has the files that this phase asks for, and submit again.',
  'scores-unreadable': 'Check that your predictions are plain numbers, without gaps, and submit again.',
  'output-too-large': 'Let it write less, to files and to its log, and submit again.',
  'output-refused': 'Let it write plain files only, no links and no special files, and submit again.',
  'not-released':
    'Look at what your submission prints and writes: it should be counts and scores, never records. Then submit again, or ask the organizer.',
  'validation-timed-out': 'Submit it again, or ask the organizer to run it again.',
  'worker-failed': 'Submit it again, or ask the organizer to run it again.',
  'no-worker': 'Submit it again later. If it stays, tell the organizer.',
} as const satisfies Record<ReasonCode, string>

/** See above. */
export function nextStep(reason: ReasonCode): string {
  return NEXT_STEPS[reason]
}

/** The same where a Codabench worker runs it: beside no data owner's desk, with whatever network that worker gives it. */
export function statusSentenceAtWorker(status: SubmissionStatus): string {
  return WORKER_STATUS_SENTENCES[status] ?? STATUS_SENTENCES[status]
}

const WORKER_STATUS_SENTENCES: Partial<Record<SubmissionStatus, string>> = {
  Submitted: 'The submission waits for a worker.',
  Running: 'A worker runs it.',
  'Awaiting validation': 'It has run and been scored; whoever runs the worker looks at the result first.',
  Finished: 'It is scored.',
  Cancelled: 'It was cancelled.',
}

/** What somebody can do after a failure at a Codabench worker, whose logs they see. */
export function nextStepAtWorker(reason: ReasonCode): string {
  return NEXT_STEPS[reason].replace(TRY_AT_HOME, 'See its logs below, try it at home, then submit again.')
}

/** Why somebody sees no file of a name: who keeps it from them. */
export function absenceSentence(
  { hiddenArtefacts }: Pick<SubmissionView, 'hiddenArtefacts'>,
  name: ArtefactName,
): string {
  return hiddenArtefacts.includes(name) ? HIDDEN_SENTENCE : WITHHELD_SENTENCE
}

const HIDDEN_SENTENCE = 'The organizer does not show this to participants in this phase.'

/** The score in the column that ranks, as released; `undefined` where there is none. */
export function primaryScore(
  submission: Pick<SubmissionView, 'scores'>,
  primaryKey: string | undefined,
): string | undefined {
  return submission.scores.find((score) => score.column === primaryKey)?.value
}
