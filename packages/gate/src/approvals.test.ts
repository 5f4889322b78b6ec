import type { ArtefactName } from '@scoregate/protocol/artefact'
import { Digest } from '@scoregate/protocol/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Approvals, type Approver, approvalsNeeded, isSameSeat, leavingArtefacts } from './approvals.ts'
import { type DecidableHold, type Decision, decide } from './hold.ts'

const DIGEST = Digest.parse('a'.repeat(64))
const NONE = { critical: 0, serious: 0, notice: 0 }

describe('how many must approve', () => {
  const needed = (
    twoFor: readonly ('critical' | 'serious' | 'notice')[],
    checks: Parameters<typeof approvalsNeeded>[1],
  ) => approvalsNeeded({ approvals: 1, twoFor }, checks)

  it('is what the policy says, and two for findings of the ranks that it lists or of a worse one', () => {
    expect(approvalsNeeded({ approvals: 2, twoFor: [] }, { counts: NONE, failed: [] })).toBe(2)
    expect(needed([], { counts: { ...NONE, critical: 3 }, failed: [] })).toBe(1)
    expect(needed(['serious'], { counts: NONE, failed: [] })).toBe(1)
    expect(needed(['serious'], { counts: { ...NONE, notice: 1 }, failed: [] })).toBe(1)
    expect(needed(['serious'], { counts: { ...NONE, serious: 1 }, failed: [] })).toBe(2)
    expect(needed(['serious'], { counts: { ...NONE, critical: 1 }, failed: [] })).toBe(2)
  })

  it('counts a check that crashed, and checks that have not ended, as the worst finding', () => {
    expect(needed(['critical'], { counts: NONE, failed: ['personal-data'] })).toBe(2)
    expect(needed(['critical'], undefined)).toBe(2)
    expect(needed([], undefined)).toBe(1)
  })
})

describe('two approvals', () => {
  const first = { reviewer: 'anna', artefacts: ['scores', 'scoring_stdout'] } as const

  it('let out what both ticked', () => {
    expect(leavingArtefacts({ needed: 2, first }, ['output', 'scores'])).toEqual(['scores'])
    expect(leavingArtefacts({ needed: 2, first }, ['output'])).toEqual([])
    expect(leavingArtefacts({ needed: 1 }, ['output'])).toEqual(['output'])
  })

  it.each<[Approver, Approver, boolean]>([
    [{ reviewer: 'anna' }, { reviewer: 'ben' }, false],
    [{ reviewer: 'anna' }, { reviewer: 'ANNA' }, true],
    [{ reviewer: 'anna' }, { reviewer: 'ben', for: 'anna' }, true],
    [{ reviewer: 'ben', for: 'anna' }, { reviewer: 'anna' }, true],
    [{ reviewer: 'ben', for: 'anna' }, { reviewer: 'carla', for: 'anna' }, true],
    [{ reviewer: 'ben', for: 'anna' }, { reviewer: 'ben', for: 'carla' }, true],
    [{ reviewer: 'ben', for: 'anna' }, { reviewer: 'carla' }, false],
  ])('of %o and %o are of one person: %s', (one, other, isSame) => {
    expect(isSameSeat(one, other)).toBe(isSame)
    expect(isSameSeat(other, one)).toBe(isSame)
  })

  it('are two different people in any interleaving, and release no more than each of them ticked', () => {
    const name = fc.constantFrom('anna', 'Anna', 'ben', 'carla')
    const artefact = fc.constantFrom<ArtefactName>('scores', 'scoring_stdout', 'output')
    const act = fc.oneof(
      fc.record({
        kind: fc.constant('approve' as const),
        reviewer: name,
        for: fc.option(name, { nil: undefined }),
        artefacts: fc.uniqueArray(artefact, { maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('withdraw' as const) }),
      fc.record({ kind: fc.constant('reject' as const), reviewer: name }),
    )
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        let approvals: Approvals = { needed: 2 }
        for (const one of acts) {
          if (one.kind === 'withdraw') {
            approvals = { needed: 2 }
            continue
          }
          const hold: DecidableHold = { ...HOLD, approvals }
          const result = decide(hold, decisionOf(one), { now: NOW, look: { unseen: 'warn', seenWhole: [] } })
          if (result.kind === 'recorded') {
            if (one.kind !== 'approve') throw new Error('Only approvals are recorded.')
            approvals = { needed: 2, first: one }
          }
          if (result.kind !== 'decided') continue
          if (result.state === 'approved') {
            const before = approvals.needed === 2 ? approvals.first : undefined
            if (before === undefined || one.kind !== 'approve') throw new Error('Approved by one alone.')
            expect(result.first).toEqual(before)
            expect(before.reviewer.toLowerCase()).not.toBe(one.reviewer.toLowerCase())
            expect(result.artefacts.length).toBeGreaterThan(0)
            for (const artefactName of result.artefacts) {
              expect(before.artefacts).toContain(artefactName)
              expect(one.artefacts).toContain(artefactName)
            }
          }
          return
        }
      }),
      { numRuns: 1000 },
    )
  })
})

const NOW = new Date('2026-01-01T00:00:00Z')
const HOLD: DecidableHold = {
  ...{ state: 'awaiting', manifestDigest: DIGEST, expiresAt: new Date(NOW.getTime() + 1) },
  ...{ hostile: false, superseded: false, offered: ['scores', 'scoring_stdout', 'output'] },
  ...{ reasonAlone: false, approvals: { needed: 2 } },
}

function decisionOf(
  act:
    | { kind: 'approve'; reviewer: string; for: string | undefined; artefacts: DecidableHold['offered'] }
    | { kind: 'reject'; reviewer: string },
): Decision {
  const { reviewer } = act
  return act.kind === 'approve'
    ? {
        ...{ kind: 'approve', digest: DIGEST, reviewer, artefacts: [...act.artefacts] },
        eligibility: { kind: 'may', for: act.for },
      }
    : { kind: 'reject', digest: DIGEST, reviewer, reason: 'no', eligibility: { kind: 'may' } }
}

describe('deciding where two must approve', () => {
  const approve = (reviewer: string, artefacts: ArtefactName[], more: { for?: string } = {}) =>
    decisionOf({ kind: 'approve', reviewer, artefacts, for: more.for })
  const first = { reviewer: 'anna', artefacts: ['scores'] } as const
  const WAITING: DecidableHold = { ...HOLD, approvals: { needed: 2, first } }

  it('records the first and decides with the second', () => {
    expect(decide(HOLD, approve('anna', ['scores']), { now: NOW })).toEqual({
      ...{ kind: 'recorded', standing: 1, needed: 2 },
    })
    expect(decide(WAITING, approve('ben', ['scores']), { now: NOW })).toEqual({
      ...{ kind: 'decided', state: 'approved', artefacts: ['scores'], first },
    })
  })

  it('refuses the second of the same person, whatever their name looks like or whoever is away', () => {
    for (const decision of [
      approve('anna', ['scores']),
      approve('ANNA', ['scores']),
      approve('ben', ['scores'], { for: 'anna' }),
    ]) {
      expect(decide(WAITING, decision, { now: NOW })).toMatchObject({ refusal: { code: 'approved-by-you' } })
    }
  })

  it('refuses what has nothing in common, and lets anybody reject', () => {
    const look = { unseen: 'warn', seenWhole: [] } as const
    expect(decide(WAITING, approve('ben', ['output']), { now: NOW, look })).toMatchObject({
      refusal: { code: 'nothing-in-common' },
    })
    for (const reviewer of ['anna', 'ben'])
      expect(decide(WAITING, decisionOf({ kind: 'reject', reviewer }), { now: NOW })).toEqual({
        ...{ kind: 'decided', state: 'rejected' },
      })
  })

  it('refuses whoever may not decide, to approve and to reject', () => {
    const eligibility = { kind: 'may-not', why: 'not-named' } as const
    for (const decision of [approve('ben', ['scores']), decisionOf({ kind: 'reject', reviewer: 'ben' })])
      expect(decide(WAITING, { ...decision, eligibility }, { now: NOW })).toMatchObject({
        refusal: { code: 'may-not-decide' },
      })
  })

  it('voids the first with the deadline, and with a later attempt', () => {
    const late = decide(WAITING, approve('ben', ['scores']), { now: HOLD.expiresAt })
    expect(late).toMatchObject({ refusal: { code: 'expired' } })
    const gone = decide({ ...WAITING, superseded: true }, approve('ben', ['scores']), { now: NOW })
    expect(gone).toMatchObject({ refusal: { code: 'superseded' } })
  })
})
