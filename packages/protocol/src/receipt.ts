import { z } from 'zod'
import { ArtefactName } from './artefact.ts'
import { DecisionSignature } from './decision-statement.ts'
import { Digest } from './digest.ts'
import { ReasonCode, RejectionSentence } from './reason-code.ts'

/**
 * The receipt of an outcome: what the site says happened to a hold, signed with the site's key. A DSSE envelope
 * (https://github.com/secure-systems-lab/dsse, protocol 1.0) around an in-toto Statement v1
 * (https://github.com/in-toto/attestation, spec v1.0), with one Ed25519 signature.
 */
export const RECEIPT_PAYLOAD_TYPE = 'application/vnd.in-toto+json'
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const RECEIPT_PREDICATE_TYPE = 'urn:scoregate:receipt:v1'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** A public key of a site: SPKI DER in base64, 44 bytes for Ed25519 (RFC 8410). */
export const SitePublicKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{59}=$/, 'an Ed25519 public key: SPKI DER in base64')
export type SitePublicKey = z.infer<typeof SitePublicKey>

/** A signed receipt as it travels and as it is offered for download. */
export const Receipt = z.strictObject({
  payloadType: z.literal(RECEIPT_PAYLOAD_TYPE),
  /** Canonical JSON of a `ReceiptStatement`, in base64. */
  payload: z.string().min(4).max(65_536).regex(BASE64, 'base64'),
  signatures: z
    .array(
      z.strictObject({
        /** SHA-256 of the signing key's SPKI DER: says which key, proves nothing. */
        keyid: Digest,
        /** Ed25519 (64 bytes), in base64. */
        sig: z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'an Ed25519 signature in base64'),
      }),
    )
    .length(1),
})
export type Receipt = z.infer<typeof Receipt>

/** Something that was released, by its SHA-256; `scores` is the canonical JSON of the released scores. */
export const ReceiptSubject = z.strictObject({
  name: z.enum([...ArtefactName.options, 'hold']),
  digest: z.strictObject({ sha256: Digest }),
})
export type ReceiptSubject = z.infer<typeof ReceiptSubject>

const approver = {
  reviewer: z.string().min(1).max(64),
  /** The absent reviewer in whose place they decided. */
  for: z.string().min(1).max(64).optional(),
}

/**
 * Who decided. The name of a reviewer is on what they released, where people ask for it; a refusal names nobody, so
 * that nothing written at the site goes up with it.
 */
export const ReceiptDecision = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('approve'),
    /** Whose approval decided, at `decidedAt`. */
    ...approver,
    /** Where two had to approve: whose approval stood before. */
    first: z.strictObject(approver).optional(),
    decidedAt: z.iso.datetime(),
    /** By the passkeys of those who approved it, one for each who has used theirs; absent where nobody has. */
    signatures: z.array(DecisionSignature).min(1).max(2).optional(),
  }),
  /** The site's policy asks for no review of this competition. */
  z.strictObject({ kind: z.literal('auto'), decidedAt: z.iso.datetime() }),
  z.strictObject({ kind: z.literal('reject'), decidedAt: z.iso.datetime() }),
  z.strictObject({ kind: z.literal('expire'), decidedAt: z.iso.datetime() }),
  /** A failure that the policy lets out at once, before anybody decides. */
  z.strictObject({ kind: z.literal('none') }),
])
export type ReceiptDecision = z.infer<typeof ReceiptDecision>

/** The names of all who approved, the first of them first. */
export function approversOn(decision: Extract<ReceiptDecision, { kind: 'approve' }>): string[] {
  return [...(decision.first === undefined ? [] : [decision.first.reviewer]), decision.reviewer]
}

export const ReceiptPredicate = z.strictObject({
  platform: z.url(),
  jobId: z.string().min(1).max(64),
  attempt: z.int().min(1),
  submissionId: z.int().min(1),
  /** Digest of the manifest: the hold's identity. */
  hold: Digest,
  /** The outcome that this receipt belongs to (`Outcome` in `release.ts`). */
  outcome: z.enum(['released', 'failure-released', 'failed']),
  /** Of a `failed` outcome. */
  reason: ReasonCode.optional(),
  /** Of a rejection, where the participant reads another sentence than that of the reason. */
  sentence: RejectionSentence.optional(),
  decision: ReceiptDecision,
  /** What the decision lets out; empty unless it is an approval. */
  artefacts: z.array(ArtefactName),
  policyDigest: Digest,
  /** The site's audit chain right after the entry of this outcome: its length and the hash of its last entry. */
  chain: z.strictObject({ sequence: z.int().min(1), head: Digest }),
})
export type ReceiptPredicate = z.infer<typeof ReceiptPredicate>

export const ReceiptStatement = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  /**
   * Exactly what was released, sorted by name. Where nothing was, in-toto still wants a subject: the one subject is then
   * `hold`, the digest of the manifest.
   */
  subject: z.array(ReceiptSubject).min(1),
  predicateType: z.literal(RECEIPT_PREDICATE_TYPE),
  predicate: ReceiptPredicate,
})
export type ReceiptStatement = z.infer<typeof ReceiptStatement>
