import { generateKeyPairSync, sign } from 'node:crypto'
import { Digest } from '@scoregate/protocol/digest'
import type { ReceiptPredicate } from '@scoregate/protocol/receipt'
import { describe, expect, it } from 'vitest'
import {
  readReceipt,
  receiptStatement,
  scoresDigest,
  shortKeyId,
  signReceipt,
  sitePublicKeyOf,
} from './receipt.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const publicKey = sitePublicKeyOf(privateKey)
const digest = (letter: string) => Digest.parse(letter.repeat(64))
const released: ReceiptPredicate = {
  platform: 'https://hub.example',
  jobId: 'job-1',
  attempt: 1,
  submissionId: 7,
  hold: digest('a'),
  outcome: 'released',
  decision: { kind: 'approve', reviewer: 'reviewer', decidedAt: '2026-01-02T03:04:05.000Z' },
  artefacts: ['scores', 'output'],
  policyDigest: digest('b'),
  chain: { sequence: 3, head: digest('c') },
}
const SUBJECTS = [
  { name: 'scores' as const, digest: { sha256: digest('d') } },
  { name: 'output' as const, digest: { sha256: digest('e') } },
]
const failed: ReceiptPredicate = {
  ...released,
  outcome: 'failed',
  reason: 'not-released',
  decision: { kind: 'reject', decidedAt: '2026-01-02T03:04:05.000Z' },
  artefacts: [],
}

function flawOf(value: unknown): string | undefined {
  const reading = readReceipt(value, publicKey)
  return reading.kind === 'invalid' ? reading.flaw.code : undefined
}

describe('a receipt', () => {
  it('is believed when the key of the site signed it, and says what was released', () => {
    const receipt = signReceipt(receiptStatement({ predicate: released, released: SUBJECTS }), privateKey)
    const reading = readReceipt(JSON.parse(JSON.stringify(receipt)), publicKey)
    expect(reading).toMatchObject({ kind: 'valid', statement: { predicate: released } })
    expect(reading.kind === 'valid' && reading.statement.subject.map(({ name }) => name)).toEqual([
      'output',
      'scores',
    ])
  })

  it('is the same twice, so that sending it again is the same message', () => {
    const statement = receiptStatement({ predicate: failed, released: [] })
    expect(signReceipt(statement, privateKey)).toEqual(signReceipt(statement, privateKey))
  })

  it('names the hold where nothing was released', () => {
    expect(receiptStatement({ predicate: failed, released: [] }).subject).toEqual([
      { name: 'hold', digest: { sha256: digest('a') } },
    ])
  })

  it('is not believed with another key, another signature or another byte', () => {
    const receipt = signReceipt(receiptStatement({ predicate: failed, released: [] }), privateKey)
    const other = generateKeyPairSync('ed25519').privateKey
    expect(flawOf(signReceipt(receiptStatement({ predicate: failed, released: [] }), other))).toBe(
      'other-key',
    )
    const [signature] = receipt.signatures
    const forged = sign(null, Buffer.from('something else'), privateKey).toString('base64')
    expect(flawOf({ ...receipt, signatures: [{ ...signature, sig: forged }] })).toBe('bad-signature')
    const text = Buffer.from(receipt.payload, 'base64').toString().replace('not-released', 'worker-failed')
    expect(flawOf({ ...receipt, payload: Buffer.from(text).toString('base64') })).toBe('bad-signature')
    // Control: untouched, the same receipt is believed.
    expect(flawOf(receipt)).toBeUndefined()
  })

  it('is not believed when it is no receipt at all', () => {
    for (const value of [undefined, null, 'receipt', {}, [], { payload: 'AAAA' }]) {
      expect(flawOf(value)).toBe('not-a-receipt')
    }
  })

  it('is not believed when it contradicts itself, whoever signed it', () => {
    const contradictions: [ReceiptPredicate, typeof SUBJECTS][] = [
      [released, SUBJECTS.slice(0, 1)],
      [{ ...released, artefacts: ['scores'] }, SUBJECTS],
      [{ ...released, decision: { kind: 'none' } }, SUBJECTS],
      [{ ...released, reason: 'not-released' }, SUBJECTS],
      [failed, SUBJECTS],
      [{ ...failed, artefacts: ['scores'] }, []],
    ]
    for (const [predicate, subjects] of contradictions) {
      const receipt = signReceipt(receiptStatement({ predicate, released: subjects }), privateKey)
      expect(flawOf(receipt)).toBe('contradicts-itself')
    }
  })

  it('names its key for people by the first 16 digits', () => {
    expect(shortKeyId(Digest.parse('0123456789abcdef'.repeat(4)))).toBe('0123 4567 89ab cdef')
  })

  it('has one digest for the same scores, and another for any other', () => {
    const scores = [{ column: 'auc', value: '0.81' }]
    expect(scoresDigest(scores)).toBe(scoresDigest([{ value: '0.81', column: 'auc' }]))
    expect(scoresDigest(scores)).not.toBe(scoresDigest([{ column: 'auc', value: '0.82' }]))
  })
})
