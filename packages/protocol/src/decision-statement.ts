import { z } from 'zod'
import { ArtefactName } from './artefact.ts'
import { Digest } from './digest.ts'

/**
 * What a reviewer signs with their passkey, and the signature as it is kept and goes on a receipt. The challenge of the
 * WebAuthn assertion (https://www.w3.org/TR/webauthn-3/) is the SHA-256 of the canonical JSON of a statement, so that the
 * signature is over this decision and no other.
 */
export const DECISION_STATEMENT_TYPE = 'urn:scoregate:decision:v1'
export const DECISION_LIST_TYPE = 'urn:scoregate:decision-list:v1'

/** So many decisions are signed at once at most. */
export const LONGEST_DECISION_LIST = 100

/** 128 random bits in hexadecimal, so that no two assertions are over the same challenge. */
export const DecisionNonce = z.string().regex(/^[0-9a-f]{32}$/, '128 random bits in hexadecimal')

/** One decision, over the digest of the manifest that the reviewer was shown. */
export const DecisionStatement = z.strictObject({
  type: z.literal(DECISION_STATEMENT_TYPE),
  /** Digest of the manifest: the hold's identity. */
  hold: Digest,
  kind: z.enum(['approve', 'reject']),
  /** What the reviewer ticked, sorted; nothing of a rejection. */
  artefacts: z.array(ArtefactName).refine(isSortedSet, 'sorted, each once'),
  reviewer: z.string().min(1).max(64),
  policyDigest: Digest,
  nonce: DecisionNonce,
})
export type DecisionStatement = z.infer<typeof DecisionStatement>

/** Several decisions that are signed at once, each by the digest of its own statement. */
export const DecisionListStatement = z.strictObject({
  type: z.literal(DECISION_LIST_TYPE),
  decisions: z.array(Digest).min(1).max(LONGEST_DECISION_LIST).refine(isSortedSet, 'sorted, each once'),
})
export type DecisionListStatement = z.infer<typeof DecisionListStatement>

const BASE64URL = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$/
const bytes = (least: number, most: number) =>
  z
    .string()
    .min(Math.ceil((least * 4) / 3))
    .max(Math.ceil((most * 4) / 3))
    .regex(BASE64URL, 'base64url without padding')

/** The answer of an authenticator, as far as its signature goes: base64url without padding. */
export const PasskeyAssertion = z.strictObject({
  authenticatorData: bytes(37, 1024),
  clientDataJSON: bytes(2, 1024),
  /** DER for ES256, 64 bytes for EdDSA, as long as the key for RS256. */
  signature: bytes(8, 512),
})
export type PasskeyAssertion = z.infer<typeof PasskeyAssertion>

/** A public key of a passkey: COSE_Key (RFC 9052) in base64url. */
export const PasskeyPublicKey = bytes(32, 1024)

/**
 * The signature of one reviewer under a decision, with all that it takes to make the statement again: what was ticked by
 * whom under which policy. Which hold and which decision stand beside it.
 */
export const DecisionSignature = z.strictObject({
  reviewer: DecisionStatement.shape.reviewer,
  artefacts: DecisionStatement.shape.artefacts,
  policyDigest: Digest,
  nonce: DecisionNonce,
  /** Of a decision that was signed together with others: the digests of all their statements, this one's among them. */
  signedTogether: DecisionListStatement.shape.decisions.optional(),
  publicKey: PasskeyPublicKey,
  assertion: PasskeyAssertion,
})
export type DecisionSignature = z.infer<typeof DecisionSignature>

/** In the default order of `sort()`, by UTF-16 code unit, with nothing twice. */
function isSortedSet(texts: readonly string[]): boolean {
  return texts.every((text, index) => index === 0 || (texts[index - 1] ?? '') < text)
}
