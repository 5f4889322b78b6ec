import { createHash } from 'node:crypto'
import { scoresDigest } from '@scoregate/gate/receipt'
import { Digest } from '@scoregate/protocol/digest'
import { RECEIPT_PAYLOAD_TYPE, type Receipt, type ReceiptSubject } from '@scoregate/protocol/receipt'
import { Outcome } from '@scoregate/protocol/release'

/** Stands where the receipt will be, so that an outcome can be read before it is signed. */
export const TO_BE_SIGNED: Receipt = {
  payloadType: RECEIPT_PAYLOAD_TYPE,
  payload: 'AAAA',
  signatures: [{ keyid: Digest.parse('0'.repeat(64)), sig: `${'A'.repeat(86)}==` }],
}

/** An outcome in the form in which it can be read before it is signed. */
export function unsigned(outcome: object): object {
  const isWord = 'kind' in outcome && outcome.kind === 'awaiting-validation'
  return isWord ? outcome : { ...outcome, receipt: TO_BE_SIGNED }
}

/** Whether an outcome is one that a site signs. */
export function isSigned(outcome: object): boolean {
  const parsed = Outcome.safeParse(unsigned(outcome))
  return parsed.success && parsed.data.kind !== 'awaiting-validation'
}

/** What an honest site names on the receipt of an outcome. */
export function releasedSubjects(outcome: Outcome): ReceiptSubject[] {
  if (outcome.kind !== 'released' && outcome.kind !== 'failure-released') return []
  return [
    ...outcome.artefacts.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    ...(outcome.kind === 'released'
      ? [{ name: 'scores' as const, digest: { sha256: scoresDigest(outcome.scores) } }]
      : []),
  ]
}

/** The digest of a hold, as tests name it. */
export const HOLD = digest('hold')

export function digest(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex')
}
