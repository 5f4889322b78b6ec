import { passkeyId } from '@scoregate/gate/cose-key'
import { shortKeyId } from '@scoregate/gate/receipt'
import { Digest } from '@scoregate/protocol/digest'
import { failureSentence } from '@scoregate/protocol/reason-code'
import {
  approversOn,
  type ReceiptDecision,
  type ReceiptPredicate,
  type ReceiptSubject,
} from '@scoregate/protocol/receipt'
import { showInert } from '@scoregate/ui/inert-text'
import { absoluteTime } from '@scoregate/ui/plain-time'
import type { ComparedFile, Verdict } from './verify-receipt.ts'

/** A verdict in plain words, a line each. What a receipt says was written elsewhere, so it is made inert. */
export function verdictLines(verdict: Verdict): string[] {
  if (verdict.verdict === 'not-believed') {
    return ['The receipt is NOT valid.', verdict.flaw.sentence, 'Do not rely on it.'].map(showInert)
  }
  const { statement, files, keyId } = verdict
  const { predicate, subject } = statement
  const facts: [term: string, value: string][] = [
    ['platform', predicate.platform],
    ['submission', `${predicate.submissionId} (job ${predicate.jobId}, attempt ${predicate.attempt})`],
    ['hold', predicate.hold],
    ['policy', predicate.policyDigest],
    ['audit chain', `entry ${predicate.chain.sequence}, head ${predicate.chain.head}`],
    ['signed with', `${shortKeyId(Digest.parse(keyId))} (${keyId})`],
  ]
  return [
    verdict.verdict === 'valid'
      ? 'The receipt is valid.'
      : 'The receipt is valid, but NOT every file is what it names.',
    outcomeSentence(predicate),
    ...signatureLines(predicate),
    ...facts.map(([term, value]) => `  ${term.padEnd(12)} ${value}`),
    ...subjectLines(subject, files),
    ...trustLines(verdict),
  ].map(showInert)
}

/** Who released what and when, in the words of the hub's page. */
function outcomeSentence({ outcome, decision, reason, sentence }: ReceiptPredicate): string {
  const why = reason === undefined ? '' : ` ${failureSentence(reason, sentence)}`
  const what = outcome === 'failed' ? `Nothing was released.${why} ` : ''
  switch (decision.kind) {
    case 'approve':
      return outcome === 'failed'
        ? `${what}Decided by ${approverWords(decision)} on ${when(decision.decidedAt)}.`
        : `Released by ${approverWords(decision)} on ${when(decision.decidedAt)}.`
    case 'auto':
      return `Released by the data owner's policy on ${when(decision.decidedAt)}.`
    case 'reject':
      return `${what}Decided by the data owner on ${when(decision.decidedAt)}.`
    case 'expire':
      return `${what}Not decided by the data owner until ${when(decision.decidedAt)}.`
    case 'none':
      return `${what}Nobody had to decide.`
  }
}

/** All who approved, each with the absent reviewer in whose place they did. */
function approverWords(decision: Extract<ReceiptDecision, { kind: 'approve' }>): string {
  return [...(decision.first === undefined ? [] : [decision.first]), decision]
    .map((one) => (one.for === undefined ? one.reviewer : `${one.reviewer} (for ${one.for})`))
    .join(' and ')
}

/** Whether those who approved it signed it themselves. A refusal names nobody, and so carries no signature. */
function signatureLines({ decision }: ReceiptPredicate): string[] {
  if (decision.kind === 'auto')
    return ["No reviewer decided, so none has signed: auto, by the data owner's policy."]
  if (decision.kind !== 'approve') return []
  const signatures = decision.signatures ?? []
  return approversOn(decision).map((reviewer) => {
    const signature = signatures.find((one) => one.reviewer === reviewer)
    return signature === undefined
      ? `Not signed by ${reviewer} with a passkey: the data owner's word is all there is for who decided.`
      : `Signed by the reviewer's own passkey: ${reviewer}, with the key ${shortKeyId(passkeyId(signature.publicKey))}.`
  })
}

function when(time: string): string {
  return absoluteTime(new Date(time))
}

function subjectLines(subjects: readonly ReceiptSubject[], files: readonly ComparedFile[]): string[] {
  const strangers = files.filter(({ result }) => result === 'not-on-receipt')
  return [
    'It names, by SHA-256:',
    ...subjects.map(({ name, digest }) => {
      const words = files
        .filter((file) => file.name === name)
        .map(({ path, result }) => `; ${path} ${result === 'matches' ? 'is' : 'is NOT'} this file`)
      return `  ${name.padEnd(18)} ${digest.sha256}${words.join('')}`
    }),
    ...strangers.map(({ name, path }) => `  It names no "${name}", so ${path} is NOT covered by it.`),
  ]
}

function trustLines(verdict: Exclude<Verdict, { verdict: 'not-believed' }>): string[] {
  const { keyFrom, keyReplacedAt } = verdict
  return [
    ...(keyFrom === undefined
      ? []
      : [`The key is the one that ${keyFrom} gave. Ask the data owner for it to rely on nobody else.`]),
    ...(keyReplacedAt === undefined ? [] : [`Another key has taken its place since ${when(keyReplacedAt)}.`]),
  ]
}
