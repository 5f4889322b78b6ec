import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { CanonicalScore } from '@scoregate/protocol/columns'
import { Digest } from '@scoregate/protocol/digest'
import {
  approversOn,
  RECEIPT_PAYLOAD_TYPE,
  RECEIPT_PREDICATE_TYPE,
  Receipt,
  type ReceiptPredicate,
  ReceiptStatement,
  type ReceiptSubject,
  SitePublicKey,
  STATEMENT_TYPE,
} from '@scoregate/protocol/receipt'
import { isSameSeat } from './approvals.ts'
import { canonicalJson } from './canonical-json.ts'
import { digestOfJson } from './manifest.ts'
import { findSignatureFlaw } from './passkeys/reviewer-signatures.ts'

/** Why a receipt is not believed; `sentence` says so to people. */
export type ReceiptFlaw = {
  readonly code:
    | 'not-a-receipt'
    | 'other-key'
    | 'bad-signature'
    | 'not-canonical'
    | 'contradicts-itself'
    | 'bad-reviewer-signature'
  readonly sentence: string
}

/** A receipt that was believed, or why it was not. */
export type ReceiptReading =
  | { readonly kind: 'valid'; readonly statement: ReceiptStatement }
  | { readonly kind: 'invalid'; readonly flaw: ReceiptFlaw }

/** The public half of a site's key as it is stored and shown: SPKI DER in base64. */
export function sitePublicKeyOf(key: KeyObject): SitePublicKey {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return SitePublicKey.parse(publicKey.export({ format: 'der', type: 'spki' }).toString('base64'))
}

/** The name of a key: SHA-256 of its SPKI DER. */
export function keyIdOf(key: SitePublicKey): Digest {
  return Digest.parse(createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex'))
}

/** The first 16 digits of a key's name in groups of four, for people to compare by eye; no machine decides by them. */
export function shortKeyId(keyId: Digest): string {
  return (keyId.slice(0, 16).match(/.{4}/g) ?? []).join(' ')
}

/** SHA-256 of the canonical JSON of released scores: their subject on a receipt. The order is that of the release. */
export function scoresDigest(scores: readonly CanonicalScore[]): Digest {
  return digestOfJson(scores)
}

/**
 * What a receipt says, in the one form in which it can be said: subjects sorted by name, and the hold itself where nothing
 * was released.
 */
export function receiptStatement(given: {
  predicate: ReceiptPredicate
  released: readonly ReceiptSubject[]
}): ReceiptStatement {
  const { predicate, released } = given
  const hold: ReceiptSubject = { name: 'hold', digest: { sha256: predicate.hold } }
  return ReceiptStatement.parse({
    _type: STATEMENT_TYPE,
    subject: released.length === 0 ? [hold] : [...released].sort((a, b) => (a.name < b.name ? -1 : 1)),
    predicateType: RECEIPT_PREDICATE_TYPE,
    predicate,
  })
}

/** Signs a statement with the site's Ed25519 private key. The same statement and key give the same receipt (RFC 8032). */
export function signReceipt(statement: ReceiptStatement, privateKey: KeyObject): Receipt {
  const body = Buffer.from(canonicalJson(JSON.parse(JSON.stringify(statement))), 'utf8')
  return {
    payloadType: RECEIPT_PAYLOAD_TYPE,
    payload: body.toString('base64'),
    signatures: [
      {
        keyid: keyIdOf(sitePublicKeyOf(privateKey)),
        sig: sign(null, preAuthEncoding(body), privateKey).toString('base64'),
      },
    ],
  }
}

/**
 * Reads a receipt of anybody: believed only when this key signed exactly these bytes, they are the canonical form of a
 * statement, the statement does not contradict itself, and every signature of a reviewer on it fits. Never throws for what
 * the receipt says.
 */
export function readReceipt(value: unknown, publicKey: SitePublicKey): ReceiptReading {
  const envelope = Receipt.safeParse(value)
  if (!envelope.success) return invalid('not-a-receipt', 'This is not a receipt of Scoregate.')
  const { payload, signatures } = envelope.data
  const [signature] = signatures
  if (signature?.keyid !== keyIdOf(publicKey)) {
    return invalid('other-key', 'Another key than that of the site signed this receipt.')
  }
  const body = Buffer.from(payload, 'base64')
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  if (!verify(null, preAuthEncoding(body), key, Buffer.from(signature.sig, 'base64'))) {
    return invalid(
      'bad-signature',
      'The signature does not fit: the receipt was changed after it was signed.',
    )
  }
  const statement = parseStatement(body)
  if (statement === undefined) {
    return invalid('not-a-receipt', 'What was signed is not a statement that this version understands.')
  }
  if (canonicalJson(JSON.parse(JSON.stringify(statement))) !== body.toString('utf8')) {
    return invalid('not-canonical', 'What was signed is not in canonical form.')
  }
  const contradiction = findContradiction(statement)
  if (contradiction !== undefined) return invalid('contradicts-itself', contradiction)
  const unsigned = findReviewerFlaw(statement)
  if (unsigned !== undefined) return invalid('bad-reviewer-signature', unsigned)
  return { kind: 'valid', statement }
}

function parseStatement(body: Buffer): ReceiptStatement | undefined {
  try {
    return ReceiptStatement.safeParse(JSON.parse(body.toString('utf8'))).data
  } catch {
    return undefined
  }
}

/** What the schema cannot say: which subjects and which words go with which decision. */
function findContradiction({ subject, predicate }: ReceiptStatement): string | undefined {
  const names = subject.map(({ name }) => name)
  if (new Set(names).size !== names.length) return 'It names something twice.'
  const { outcome, decision, reason, sentence, artefacts } = predicate
  if (sentence !== undefined && (reason !== 'not-released' || decision.kind !== 'reject'))
    return 'It has the sentence of a rejection, and is not about one.'
  const isApproval = decision.kind === 'approve' || decision.kind === 'auto'
  if (outcome === 'failed') {
    const [only] = subject
    if (names.length !== 1 || only?.name !== 'hold' || only.digest.sha256 !== predicate.hold)
      return 'It is about a failure, and names other things than the hold.'
    if (reason === undefined) return 'It is about a failure, and has no reason.'
    return !isApproval && artefacts.length > 0 ? 'It releases something that nobody approved.' : undefined
  }
  if (!isApproval) return 'It is about a release, and nobody approved it.'
  if (reason !== undefined) return 'It is about a release, and has a reason for a failure.'
  if (decision.kind === 'approve' && decision.first !== undefined && isSameSeat(decision, decision.first))
    return 'It names one person as two who approved.'
  const released = names.toSorted().join()
  return released === [...artefacts].sort().join()
    ? undefined
    : 'It releases other things than were approved.'
}

/** What is wrong with the signatures of the reviewers; each was made by a passkey over the decision as it stands here. */
function findReviewerFlaw({ predicate }: ReceiptStatement): string | undefined {
  const { decision, hold, artefacts } = predicate
  if (decision.kind !== 'approve' || decision.signatures === undefined) return undefined
  const reviewers = approversOn(decision)
  const flaw = findSignatureFlaw({ hold, artefacts, reviewers }, decision.signatures)
  return flaw && `A signature of a reviewer on it does not fit. ${flaw}`
}

/** DSSE's pre-authentication encoding, so that a signature over one type can never pass for one over another. */
function preAuthEncoding(body: Buffer): Buffer {
  const type = RECEIPT_PAYLOAD_TYPE
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${body.length} `), body])
}

function invalid(code: ReceiptFlaw['code'], sentence: string): ReceiptReading {
  return { kind: 'invalid', flaw: { code, sentence } }
}
