import { scoresDigest } from '@scoregate/gate/receipt'
import type { Problem } from '@scoregate/protocol/errors'
import type { ReceiptStatement } from '@scoregate/protocol/receipt'
import type { Outcome } from '@scoregate/protocol/release'

/** An outcome that a receipt belongs to. */
export type SignedOutcome = Exclude<Outcome, { kind: 'awaiting-validation' }>

/** What the hub knows of the job that an outcome is about. */
export type OutcomeJob = {
  readonly platform: string
  readonly jobId: string
  readonly submissionId: number
  /** The organizer had asked for data-side review when the job was leased. */
  readonly isReviewAsked: boolean
}

/**
 * Everything in which a receipt and the outcome that it came with differ, each with the name of its field; nothing, when
 * the receipt is about exactly this outcome of exactly this job. The statement was read by `readReceipt`, so it does not
 * contradict itself.
 */
export function receiptDifferences(
  { predicate, subject }: ReceiptStatement,
  outcome: SignedOutcome,
  job: OutcomeJob,
): Problem[] {
  const pairs: readonly [field: string, said: unknown, given: unknown][] = [
    ['platform', withoutSlash(predicate.platform), withoutSlash(job.platform)],
    ['jobId', predicate.jobId, job.jobId],
    ['attempt', predicate.attempt, outcome.attempt],
    ['submissionId', predicate.submissionId, job.submissionId],
    ['hold', predicate.hold, outcome.hold],
    ['outcome', predicate.outcome, outcome.kind],
    ['reason', predicate.reason, outcome.kind === 'failed' ? outcome.reason : undefined],
    ['sentence', predicate.sentence, outcome.kind === 'failed' ? outcome.sentence : undefined],
  ]
  return [
    ...pairs.flatMap(([field, said, given]) => (said === given ? [] : [difference(field, said, given)])),
    ...(job.isReviewAsked && predicate.decision.kind === 'auto' ? [NOBODY_REVIEWED] : []),
    ...(outcome.kind === 'failed' ? [] : subjectDifferences(subject, releasedSubjects(outcome, predicate))),
  ]
}

const NOBODY_REVIEWED: Problem = {
  where: 'decision',
  what: 'The competition asked for data-side review of this run, and the receipt says that nobody reviewed it.',
  remedy: 'Let a person at the site decide.',
}

/** What an outcome releases, by name. The scores are not among its artefacts: they are in the outcome itself. */
function releasedSubjects(
  outcome: Exclude<SignedOutcome, { kind: 'failed' }>,
  { artefacts }: ReceiptStatement['predicate'],
): [name: string, sha256: string][] {
  const scores = outcome.kind === 'released' ? outcome.scores : []
  const hasScores = scores.length > 0 || artefacts.includes('scores')
  return [
    ...outcome.artefacts.map(({ name, sha256 }): [string, string] => [name, sha256]),
    ...(hasScores ? [['scores', scoresDigest(scores)] satisfies [string, string]] : []),
  ]
}

function subjectDifferences(
  subjects: ReceiptStatement['subject'],
  released: readonly [name: string, sha256: string][],
): Problem[] {
  const signed = new Map<string, string>(subjects.map(({ name, digest }) => [name, digest.sha256]))
  const sent = new Map(released)
  const names = [...new Set([...signed.keys(), ...sent.keys()])]
  const twice = released.length === sent.size ? [] : [difference('artefacts', sent.size, released.length)]
  return [
    ...twice,
    ...names.flatMap((name) =>
      signed.get(name) === sent.get(name) ? [] : [difference(name, signed.get(name), sent.get(name))],
    ),
  ]
}

function difference(field: string, said: unknown, given: unknown): Problem {
  return {
    where: field,
    what: `The receipt says ${inWords(said)}, and what came with it ${inWords(given)}.`,
    remedy: 'Send the receipt of this very outcome.',
  }
}

function inWords(value: unknown): string {
  return value === undefined ? 'nothing' : String(value)
}

/** A site may write the address of its platform with a slash at the end. */
function withoutSlash(url: string): string {
  return new URL(url).href.replace(/\/+$/, '')
}
