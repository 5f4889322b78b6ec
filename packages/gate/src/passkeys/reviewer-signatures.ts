import type { ArtefactName } from '@scoregate/protocol/artefact'
import type { DecisionSignature } from '@scoregate/protocol/decision-statement'
import type { Digest } from '@scoregate/protocol/digest'
import { decisionDigest, decisionListDigest, decisionStatement } from '../decision-statement.ts'
import { type AssertionReading, verifyAssertion } from './verify-assertion.ts'

/** A decision as far as its signatures are concerned. */
export type SignedDecision = {
  readonly hold: Digest
  readonly kind: 'approve' | 'reject'
}

/**
 * Makes the statement again from what stands beside the signature, and checks that the passkey signed it. `origin` is the
 * address of the desk, where it is known.
 */
export function verifyDecisionSignature(
  { hold, kind }: SignedDecision,
  signature: DecisionSignature,
  origin?: string,
): AssertionReading {
  const { artefacts, reviewer, policyDigest, nonce, signedTogether, publicKey, assertion } = signature
  const own = decisionDigest(decisionStatement({ hold, kind, artefacts, reviewer, policyDigest, nonce }))
  if (signedTogether !== undefined && !signedTogether.includes(own)) {
    const sentence = 'The passkey signed a list of decisions, and this one is not in it.'
    return { kind: 'invalid', flaw: { code: 'other-challenge', sentence } }
  }
  const challenge = signedTogether === undefined ? own : decisionListDigest(signedTogether)
  return verifyAssertion(assertion, {
    challenge,
    publicKey,
    ...(origin === undefined ? {} : { origin }),
  })
}

/** What is wrong with the signatures of an approval, in a sentence; undefined where each fits, or there is none. */
export function findSignatureFlaw(
  decision: { hold: Digest; reviewers: readonly string[]; artefacts: readonly ArtefactName[] },
  signatures: readonly DecisionSignature[],
): string | undefined {
  const signers = signatures.map(({ reviewer }) => reviewer)
  if (new Set(signers).size !== signers.length) return 'A reviewer signed it twice.'
  for (const signature of signatures) {
    if (!decision.reviewers.includes(signature.reviewer)) return 'Somebody signed it who did not decide it.'
    if (!decision.artefacts.every((name) => signature.artefacts.includes(name))) {
      return 'It releases something that a reviewer who signed it had not ticked.'
    }
    const reading = verifyDecisionSignature({ hold: decision.hold, kind: 'approve' }, signature)
    if (reading.kind === 'invalid') return reading.flaw.sentence
  }
  return undefined
}
