import { describe, expect, it } from 'vitest'
import { ChildDesks } from '../child-desk-rig.ts'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import { until } from '../until-rig.ts'

/** Something that is done to a hold, and how it must have ended. */
type Deed = {
  readonly policy: string
  readonly artefacts: readonly string[] | undefined
  readonly end: 'released' | 'closed'
  readonly told: readonly string[]
}

const APPROVAL: Deed = {
  policy: POLICY,
  artefacts: ['scores', 'scoring_stdout', 'predictions'],
  end: 'released',
  told: ['awaiting-validation', 'released'],
}
const REJECTION: Deed = {
  policy: POLICY,
  artefacts: undefined,
  end: 'closed',
  told: ['awaiting-validation', 'failed'],
}

/** Each step starts a desk anew, which takes seconds on a machine with much else to do. */
const MANY_STARTS = 900_000

/** More than any deed takes, so that a deed that never ends fails instead of going on. */
const MOST_STEPS = 400

/**
 * Does the deed to one hold after the other, in a desk that kills itself at the first step, then at the second, and so on
 * until a deed is through before its desk is killed. Answers how many desks were killed.
 */
async function killAtEveryStep(deed: Deed): Promise<number> {
  const desks = new ChildDesks()
  await using rig = await DeskRig.start({ policy: deed.policy, startWith: desks.start })
  for (let killAt = 1; killAt <= MOST_STEPS; killAt += 1) {
    const { id, deposit } = await rig.deposit()
    const digest = deposit.manifestDigest
    await until('the word', () => rig.told(digest)[0])
    if (deed.artefacts) await rig.seeAll(id)
    const decision = {
      digest,
      ...(deed.artefacts
        ? { decision: 'approve', artefacts: deed.artefacts }
        : { decision: 'reject', reason: 'other' }),
    }
    const decide = () => rig.api(`/api/holds/${id}/decision`, decision)
    await desks.ask({ kind: 'arm', killAt })
    const answer = await decide().then(
      ({ status }) => status,
      () => undefined,
    )
    await until(
      'the end or the kill',
      () => desks.hasEnded || rig.told(digest).length === deed.told.length || undefined,
    )
    const isThrough = await settled(desks)
    if (isThrough) {
      await desks.ask({ kind: 'arm', killAt: 0 })
      await rig.untilState(id, deed.end)
      expect(answer).toBe(200)
      return killAt - 1
    }
    const toldBefore = rig.told(digest)
    await rig.startDesk()
    const { state } = await rig.show(id)
    // What was answered was durable, and what was told had been decided before.
    if (answer === 200 || toldBefore.length > 1) expect(state).not.toBe('awaiting')
    if (state === 'awaiting') {
      expect([...rig.platform.artefacts.keys()].filter((key) => key.startsWith(deposit.job.jobId))).toEqual(
        [],
      )
      expect((await decide()).status).toBe(200)
    }
    await rig.untilState(id, deed.end)
    expect((await decide()).status).toBe(409)
    expect(rig.told(digest)).toEqual(deed.told)
    const log = rig.platform.artefacts.get(`${deposit.job.jobId}/scoring_stdout`)?.toString()
    expect(log).toBe(deed.artefacts === undefined ? undefined : HONEST_RUN['logs/scoring_stdout'])
  }
  throw new Error('The deed did not end.')
}

/** Whether the desk outlives the deed: what comes after the last answer takes a few steps more. */
async function settled(desks: ChildDesks): Promise<boolean> {
  return Promise.race([
    until('the kill', () => desks.hasEnded || undefined).then(() => false),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(!desks.hasEnded), 300)),
  ])
}

describe('a desk that is killed at any step', () => {
  it(
    'of approving and releasing: each hold is decided once, released whole and told once',
    async () => {
      expect(await killAtEveryStep(APPROVAL)).toBeGreaterThan(20)
    },
    MANY_STARTS,
  )

  it(
    'of rejecting: each hold is decided once and told once',
    async () => {
      expect(await killAtEveryStep(REJECTION)).toBeGreaterThan(10)
    },
    MANY_STARTS,
  )
})
