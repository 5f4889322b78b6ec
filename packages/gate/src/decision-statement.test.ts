import { createHash } from 'node:crypto'
import { ArtefactName } from '@scoregate/protocol/artefact'
import { DecisionStatement } from '@scoregate/protocol/decision-statement'
import { Digest } from '@scoregate/protocol/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decisionDigest, decisionListDigest, decisionStatement } from './decision-statement.ts'

const sha256 = (text: string) => Digest.parse(createHash('sha256').update(text).digest('hex'))
const given = {
  hold: sha256('hold'),
  kind: 'approve',
  artefacts: ['scores', 'output'],
  reviewer: 'anna',
  policyDigest: sha256('policy'),
  nonce: '0123456789abcdef0123456789abcdef',
} as const

describe('the statement of a decision', () => {
  it('has the SHA-256 of its canonical JSON for a challenge', () => {
    expect(decisionDigest(decisionStatement(given))).toBe(
      sha256(
        `{"artefacts":["output","scores"],"hold":"${given.hold}","kind":"approve","nonce":"${given.nonce}","policyDigest":"${given.policyDigest}","reviewer":"anna","type":"urn:scoregate:decision:v1"}`,
      ),
    )
  })

  it('is the same for the same ticks in any order, and another for any other decision', () => {
    const same = decisionStatement({ ...given, artefacts: ['output', 'scores', 'output'] })
    expect(same).toEqual(decisionStatement(given))
    const others = [
      { ...given, hold: sha256('other') },
      { ...given, kind: 'reject' as const },
      { ...given, artefacts: ['scores'] as const },
      { ...given, reviewer: 'bert' },
      { ...given, policyDigest: sha256('other') },
      { ...given, nonce: 'f'.repeat(32) },
    ].map((other) => decisionDigest(decisionStatement(other)))
    expect(new Set([decisionDigest(same), ...others]).size).toBe(7)
  })

  it('cannot be said in two ways', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ArtefactName.options)), (artefacts) => {
        const isOneForm = [...new Set(artefacts)].sort().join() === artefacts.join()
        const statement = { ...decisionStatement(given), artefacts }
        expect(DecisionStatement.safeParse(statement).success).toBe(isOneForm)
      }),
    )
  })
})

describe('a list of decisions', () => {
  it('has one challenge in any order, which is that of no single decision', () => {
    const [one, two] = [decisionDigest(decisionStatement(given)), sha256('another decision')]
    expect(decisionListDigest([one, two])).toBe(decisionListDigest([two, one, two]))
    expect(decisionListDigest([one])).not.toBe(one)
    expect(decisionListDigest([one])).not.toBe(decisionListDigest([two]))
  })

  it('has at least one decision and at most a hundred', () => {
    const many = Array.from({ length: 101 }, (_, index) => sha256(`${index}`))
    expect(() => decisionListDigest([])).toThrow()
    expect(() => decisionListDigest(many)).toThrow()
    expect(decisionListDigest(many.slice(1))).toHaveLength(64)
  })
})
