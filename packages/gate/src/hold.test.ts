import type { ArtefactName } from '@scoregate/protocol/artefact'
import { Digest } from '@scoregate/protocol/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type DecidableHold,
  type Decision,
  decide,
  expire,
  HOLD_TRANSITIONS,
  type HoldState,
  LONGEST_REASON,
  type Look,
  PLATFORM_WORD,
} from './hold.ts'

const DIGEST = Digest.parse('a'.repeat(64))
const OTHER_DIGEST = Digest.parse('b'.repeat(64))
const DEADLINE = new Date('2025-01-02T00:00:00Z')
const BEFORE = new Date(DEADLINE.getTime() - 1)

const HOLD: DecidableHold = {
  state: 'awaiting',
  manifestDigest: DIGEST,
  expiresAt: DEADLINE,
  hostile: false,
  superseded: false,
  offered: ['scores', 'scoring_stdout'],
  reasonAlone: false,
  approvals: { needed: 1 },
}
const BY = { digest: DIGEST, reviewer: 'reviewer', eligibility: { kind: 'may' } } as const
const APPROVE: Decision = { ...BY, kind: 'approve', artefacts: ['scores'] }
const REJECT: Decision = { ...BY, kind: 'reject', reason: 'labels in the log' }

const STATES = Object.keys(HOLD_TRANSITIONS) as HoldState[] // the keys of the table of states

function refusalOf(hold: Partial<DecidableHold>, decision: Decision, now: Date = BEFORE): string | undefined {
  const result = decide({ ...HOLD, ...hold }, decision, { now })
  return result.kind === 'refused' ? result.refusal.code : undefined
}

describe('the states of a hold', () => {
  it('are those that the drawing shows, and no others', () => {
    const ways = STATES.flatMap((from) => HOLD_TRANSITIONS[from].map((to) => `${from} -> ${to}`))
    expect(ways.sort()).toEqual([
      'approved -> released',
      'awaiting -> approved',
      'awaiting -> expired',
      'awaiting -> rejected',
      'expired -> closed',
      'rejected -> closed',
    ])
  })

  it('tell the platform nothing but a status and a reason from the closed lists', () => {
    expect(PLATFORM_WORD.approved).toEqual({ status: 'Finished' })
    expect(PLATFORM_WORD.rejected).toEqual({ status: 'Failed', reason: 'not-released' })
    expect(PLATFORM_WORD.expired).toEqual({ status: 'Failed', reason: 'validation-timed-out' })
  })
})

describe('deciding a hold', () => {
  it('takes an approval and a rejection of a hold that waits', () => {
    expect(decide(HOLD, APPROVE, { now: BEFORE })).toEqual({
      ...{ kind: 'decided', state: 'approved', artefacts: ['scores'] },
      first: undefined,
    })
    expect(decide(HOLD, REJECT, { now: BEFORE })).toEqual({ kind: 'decided', state: 'rejected' })
  })

  it.each(STATES.filter((state) => state !== 'awaiting'))('refuses both when it is %s', (state) => {
    expect(refusalOf({ state }, APPROVE)).toBe('not-awaiting')
    expect(refusalOf({ state }, REJECT)).toBe('not-awaiting')
  })

  it('refuses both from the instant of the deadline on', () => {
    for (const now of [DEADLINE, new Date(DEADLINE.getTime() + 1)]) {
      expect(refusalOf({}, APPROVE, now)).toBe('expired')
      expect(refusalOf({}, REJECT, now)).toBe('expired')
    }
  })

  it('control: by a clock that was set back, what has expired would be approved; hence the desk keeps a time of its own', () => {
    const after = new Date(DEADLINE.getTime() + 3_600_000)
    const setBack = new Date(after.getTime() - 2 * 3_600_000)
    expect(refusalOf({}, APPROVE, after)).toBe('expired')
    expect(refusalOf({}, APPROVE, setBack)).toBeUndefined()
  })

  it('refuses when a time is no time', () => {
    expect(refusalOf({}, APPROVE, new Date(Number.NaN))).toBe('expired')
    expect(refusalOf({ expiresAt: new Date(Number.NaN) }, APPROVE)).toBe('expired')
  })

  it('refuses a decision over anything but the contents of the hold', () => {
    expect(refusalOf({}, { ...APPROVE, digest: OTHER_DIGEST })).toBe('other-digest')
    expect(refusalOf({}, { ...REJECT, digest: OTHER_DIGEST })).toBe('other-digest')
  })

  it('offers only rejection for a hostile hold', () => {
    expect(refusalOf({ hostile: true }, APPROVE)).toBe('hostile')
    expect(refusalOf({ hostile: true }, REJECT)).toBeUndefined()
  })

  it('offers only rejection for an attempt that a later one superseded', () => {
    expect(refusalOf({ superseded: true }, APPROVE)).toBe('superseded')
    expect(refusalOf({ superseded: true }, REJECT)).toBeUndefined()
  })

  it('approves nothing by a clock that cannot be trusted, and rejects all the same', () => {
    for (const clockTrouble of ['behind', 'jumped'] as const) {
      expect(decide(HOLD, APPROVE, { now: BEFORE, clockTrouble })).toMatchObject({
        kind: 'refused',
        refusal: { code: `clock-${clockTrouble}` },
      })
      expect(decide(HOLD, REJECT, { now: BEFORE, clockTrouble }).kind).toBe('decided')
    }
  })

  it('refuses to release what is not offered, even beside what is', () => {
    expect(refusalOf({}, { ...APPROVE, artefacts: ['scores', 'output'] })).toBe('artefact-not-allowed')
    expect(refusalOf({ offered: [] }, APPROVE)).toBe('artefact-not-allowed')
  })

  it('refuses to release what this reviewer was not shown whole, and scores need nothing beside the hold', () => {
    const both: Decision = { ...APPROVE, artefacts: ['scores', 'scoring_stdout'] }
    const decideBy = (look: Look | undefined) => decide(HOLD, both, { now: BEFORE, look })
    for (const look of [undefined, { unseen: 'refuse', seenWhole: ['output'] }] as const) {
      expect(decideBy(look)).toMatchObject({
        kind: 'refused',
        refusal: { code: 'not-looked-at', sentence: expect.stringContaining('Scoring log: standard output') },
      })
      expect(decide(HOLD, APPROVE, { now: BEFORE, look }).kind).toBe('decided')
      expect(decide(HOLD, REJECT, { now: BEFORE, look }).kind).toBe('decided')
    }
    expect(decideBy({ unseen: 'refuse', seenWhole: ['scoring_stdout'] }).kind).toBe('decided')
  })

  it('cannot be approved without a signature where the policy wants one, and can be rejected', () => {
    const moment = { now: BEFORE, isSignatureMissing: true }
    expect(decide(HOLD, APPROVE, moment)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'signature-missing', sentence: expect.stringContaining('passkey') },
    })
    expect(decide(HOLD, REJECT, moment).kind).toBe('decided')
    expect(decide(HOLD, APPROVE, { ...moment, isSignatureMissing: false }).kind).toBe('decided')
  })

  it('control: with the rule off, what nobody has looked at is approved', () => {
    const unseen: Decision = { ...APPROVE, artefacts: ['scoring_stdout'] }
    const look: Look = { unseen: 'warn', seenWhole: [] }
    expect(decide(HOLD, unseen, { now: BEFORE, look }).kind).toBe('decided')
    expect(decide(HOLD, unseen, { now: BEFORE, look: { ...look, unseen: 'refuse' } }).kind).toBe('refused')
  })

  it('refuses an approval that releases nothing', () => {
    expect(refusalOf({}, { ...APPROVE, artefacts: [] })).toBe('nothing-to-release')
  })

  it('wants a reason for a rejection, of bearable length', () => {
    expect(refusalOf({}, { ...REJECT, reason: ' \n ' })).toBe('reason-missing')
    expect(refusalOf({}, { ...REJECT, reason: 'x'.repeat(LONGEST_REASON) })).toBeUndefined()
    expect(refusalOf({}, { ...REJECT, reason: 'x'.repeat(LONGEST_REASON + 1) })).toBe('reason-too-long')
    expect(refusalOf({}, { ...APPROVE, reason: 'x'.repeat(LONGEST_REASON + 1) })).toBe('reason-too-long')
  })
})

describe('the deadline of a hold', () => {
  it('comes at its instant, to holds that wait only', () => {
    expect(expire(HOLD, { now: BEFORE })).toEqual({ kind: 'not-yet' })
    expect(expire(HOLD, { now: DEADLINE })).toEqual({ kind: 'expired' })
    for (const state of STATES.filter((one) => one !== 'awaiting')) {
      expect(expire({ ...HOLD, state }, { now: DEADLINE })).toEqual({ kind: 'not-awaiting' })
    }
  })
})

describe('any interleaving of approvals, rejections and deadlines', () => {
  const artefact = fc.constantFrom<ArtefactName>('scores', 'scoring_stdout', 'output')
  const digest = fc.constantFrom(DIGEST, OTHER_DIGEST)
  const by = { reviewer: fc.constant('reviewer'), eligibility: fc.constant({ kind: 'may' } as const) }
  const step = fc.record({
    // The clock may stand still, jump ahead, and jump back.
    now: fc.integer({ min: -5, max: 5 }).map((offset) => new Date(DEADLINE.getTime() + offset)),
    act: fc.oneof(
      fc.record({
        kind: fc.constant('approve' as const),
        digest,
        artefacts: fc.array(artefact, { maxLength: 3 }),
        ...by,
      }),
      fc.record({
        kind: fc.constant('reject' as const),
        digest,
        ...by,
        reason: fc.constantFrom('', 'no'),
      }),
      fc.record({ kind: fc.constant('expire' as const) }),
    ),
  })

  it('has at most one outcome, and an approval only over the contents, in time, of what is offered', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.boolean(), (steps, hostile) => {
        let hold: DecidableHold = { ...HOLD, hostile }
        const outcomes: HoldState[] = []
        for (const { now, act } of steps) {
          const next = nextState(hold, act, now)
          if (next === undefined) continue
          const allowed: readonly HoldState[] = HOLD_TRANSITIONS[hold.state]
          expect(allowed).toContain(next)
          if (act.kind === 'approve') {
            expect(hostile).toBe(false)
            expect(act.digest).toBe(DIGEST)
            expect(now.getTime()).toBeLessThan(DEADLINE.getTime())
            expect(act.artefacts.length).toBeGreaterThan(0)
            for (const name of act.artefacts) expect(HOLD.offered).toContain(name)
          }
          outcomes.push(next)
          hold = { ...hold, state: next }
        }
        expect(outcomes.length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 500 },
    )
  })
})

function nextState(
  hold: DecidableHold,
  act: Decision | { kind: 'expire' },
  now: Date,
): HoldState | undefined {
  if (act.kind === 'expire') return expire(hold, { now }).kind === 'expired' ? 'expired' : undefined
  const result = decide(hold, act, { now })
  return result.kind === 'decided' ? result.state : undefined
}
