import { createHash, generateKeyPairSync } from 'node:crypto'
import { ArtefactName } from '@scoregate/protocol/artefact'
import { DecisionSignature } from '@scoregate/protocol/decision-statement'
import { Digest } from '@scoregate/protocol/digest'
import { Receipt, type ReceiptPredicate } from '@scoregate/protocol/receipt'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decisionDigest, decisionListDigest, decisionStatement } from '../decision-statement.ts'
import { readReceipt, receiptStatement, signReceipt, sitePublicKeyOf } from '../receipt.ts'
import { createPasskey, type PasskeyRig } from './passkey-rig.ts'
import { findSignatureFlaw, verifyDecisionSignature } from './reviewer-signatures.ts'

const digest = (text: string) => Digest.parse(createHash('sha256').update(text).digest('hex'))
const passkey = createPasskey()
type Decided = Parameters<typeof decisionStatement>[0]
const decided: Decided = {
  hold: digest('hold'),
  kind: 'approve',
  artefacts: ['output', 'scores'],
  reviewer: 'anna',
  policyDigest: digest('policy'),
  nonce: '00112233445566778899aabbccddeeff',
}

function signed(given: Partial<Decided> = {}, by: PasskeyRig = passkey): DecisionSignature {
  const { hold, kind, ...words } = { ...decided, ...given }
  const challenge = decisionDigest(decisionStatement({ hold, kind, ...words }))
  return DecisionSignature.parse({
    ...words,
    artefacts: [...words.artefacts].sort(),
    publicKey: by.publicKey,
    assertion: by.assert({ challenge }),
  })
}

describe('the signature of a reviewer under a decision', () => {
  it('fits the decision that was signed, and no other', () => {
    const signature = signed()
    const check = (
      given: Partial<DecisionSignature>,
      hold = decided.hold,
      kind: 'approve' | 'reject' = 'approve',
    ) => verifyDecisionSignature({ hold, kind }, { ...signature, ...given }).kind
    expect(check({})).toBe('valid')
    expect(check({}, digest('another hold'))).toBe('invalid')
    expect(check({}, decided.hold, 'reject')).toBe('invalid')
    expect(check({ artefacts: ['scores'] })).toBe('invalid')
    expect(check({ artefacts: ['output', 'predictions', 'scores'] })).toBe('invalid')
    expect(check({ reviewer: 'bert' })).toBe('invalid')
    expect(check({ policyDigest: digest('another policy') })).toBe('invalid')
    expect(check({ nonce: 'f'.repeat(32) })).toBe('invalid')
    expect(check({ publicKey: createPasskey().publicKey })).toBe('invalid')
  })

  it('fits no two different sets of ticks', () => {
    const set = fc.subarray(ArtefactName.options)
    fc.assert(
      fc.property(set, set, (ticked, claimed) => {
        const signature = { ...signed({ artefacts: ticked }), artefacts: [...claimed].sort() }
        const isSame = [...ticked].sort().join() === [...claimed].sort().join()
        expect(verifyDecisionSignature(decided, signature).kind === 'valid').toBe(isSame)
      }),
      { numRuns: 60 },
    )
  })

  it('may be under a list of decisions that this one is in', () => {
    const own = decisionDigest(decisionStatement(decided))
    const signedTogether = [own, digest('another decision')].sort()
    const assertion = passkey.assert({ challenge: decisionListDigest(signedTogether) })
    const signature = { ...signed(), signedTogether, assertion }
    expect(verifyDecisionSignature(decided, signature).kind).toBe('valid')
    // Without the list, with a longer one, or for a decision that is not in it, it fits nothing.
    expect(verifyDecisionSignature(decided, { ...signed(), assertion }).kind).toBe('invalid')
    const longer = [...signedTogether, digest('a third')].sort()
    expect(verifyDecisionSignature(decided, { ...signature, signedTogether: longer }).kind).toBe('invalid')
    expect(verifyDecisionSignature(decided, { ...signature, artefacts: ['scores'] }).kind).toBe('invalid')
  })

  it('is of somebody who decided, once, over all that is released', () => {
    const decision = { ...decided, reviewers: ['anna', 'bert'] }
    const other = signed({ reviewer: 'bert' }, createPasskey('EdDSA'))
    expect(findSignatureFlaw(decision, [signed(), other])).toBeUndefined()
    expect(findSignatureFlaw({ ...decision, artefacts: ['scores'] }, [signed(), other])).toBeUndefined()
    expect(findSignatureFlaw(decision, [signed(), signed()])).toContain('twice')
    expect(findSignatureFlaw({ ...decision, reviewers: ['bert'] }, [signed()])).toContain('did not decide')
    expect(findSignatureFlaw(decision, [signed({ artefacts: ['scores'] })])).toContain('had not ticked')
  })
})

describe('a receipt with signatures of reviewers', () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const receiptWith = (signatures: DecisionSignature[] | undefined, reviewer = 'anna') => {
    const predicate: ReceiptPredicate = {
      ...{ platform: 'https://hub.example', jobId: 'job-1', attempt: 1, submissionId: 7 },
      ...{ hold: decided.hold, outcome: 'released', artefacts: ['scores', 'output'] },
      decision: {
        ...{ kind: 'approve', reviewer, decidedAt: '2026-01-02T03:04:05.000Z' },
        ...(signatures === undefined ? {} : { signatures }),
      },
      ...{ policyDigest: decided.policyDigest, chain: { sequence: 3, head: digest('head') } },
    }
    const released = predicate.artefacts.map((name) => ({ name, digest: { sha256: digest(name) } }))
    return signReceipt(receiptStatement({ predicate, released }), privateKey)
  }
  const read = (receipt: Receipt) => {
    const reading = readReceipt(receipt, sitePublicKeyOf(privateKey))
    return reading.kind === 'valid' ? 'valid' : reading.flaw.code
  }

  it('is believed when they fit, and without any', () => {
    expect(read(receiptWith([signed()]))).toBe('valid')
    expect(read(receiptWith(undefined))).toBe('valid')
  })

  it('is not believed when one does not fit, though the key of the site signed it', () => {
    const other = createPasskey()
    for (const signature of [
      signed({ hold: digest('another hold') }),
      signed({ artefacts: ['scores'] }),
      { ...signed(), publicKey: other.publicKey },
      { ...signed(), assertion: signed({}, other).assertion },
    ]) {
      expect(read(receiptWith([signature]))).toBe('bad-reviewer-signature')
    }
    expect(read(receiptWith([signed()], 'bert'))).toBe('bad-reviewer-signature')
  })

  it('stays within the size of a receipt, with the longest list and the largest key', () => {
    const own = decisionDigest(decisionStatement(decided))
    const signedTogether = [own, ...Array.from({ length: 99 }, (_, n) => digest(`${n}`))].sort()
    const large = createPasskey('RS256')
    const challenge = decisionListDigest(signedTogether)
    const two = ['anna', 'bert'].map((reviewer) => ({
      ...signed({ reviewer }, large),
      ...{ signedTogether, assertion: large.assert({ challenge, clientData: { more: 'x'.repeat(700) } }) },
    }))
    expect(Receipt.safeParse(receiptWith(two)).success).toBe(true)
  })
})
