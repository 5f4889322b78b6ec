import { FAILURE_BITS, STATUS_BITS, scoresBits } from '@scoregate/gate/ledger'
import { describe, expect, it } from 'vitest'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import { until } from '../until-rig.ts'

/** What the two columns of the rig's competition can tell: three decimals from 0 to 1, and two without bounds. */
const SCORES_BITS = scoresBits([
  { key: 'auc', title: 'x', decimals: 3, sorting: 'desc', range: [0, 1], computed: false },
  { key: 'brier', title: 'x', decimals: 2, sorting: 'asc', computed: false },
])
const RELEASE_BITS = SCORES_BITS + STATUS_BITS
const FAILED = { files: { 'logs/scoring_stderr': 'words' }, failure: 'scoring-failed' } as const

describe('the ledger', () => {
  it('adds up what a participant can have learned, and says beside a hold what it would add', async () => {
    await using rig = await DeskRig.start()
    const first = await rig.deposit()
    const before = await rig.show(first.id)
    expect(before.ledger.learnedBits).toBe(0)
    expect(before.ledger.addedBits).toBeCloseTo(RELEASE_BITS)
    expect(before.offered.find(({ name }) => name === 'scoring_stdout')?.bits).toBe(
      8 * (Buffer.byteLength(HONEST_RUN['logs/scoring_stdout'] ?? '') + 'scoring_stdout'.length) + 64,
    )
    const page = await (await (await rig.signIn()).get(`/holds/${first.id}`)).text()
    expect(page).toContain('This participant has learned at most <strong>0 bits</strong>')
    expect(page).toContain(`adds at most <strong>${Math.ceil(RELEASE_BITS)} bits</strong>`)

    await rig.approve(first.id)
    const second = await rig.deposit()
    expect((await rig.show(second.id)).ledger.learnedBits).toBeCloseTo(RELEASE_BITS)
    const released = await rig.untilState(first.id, 'released')
    expect(released.ledger.learnedBits).toBeCloseTo(RELEASE_BITS)
    expect(released.ledger.addedBits).toBeUndefined()
  })

  it('counts a failure that was told at once, and what is released of it later by its bytes alone', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit(FAILED)
    expect((await rig.show(id)).ledger.learnedBits).toBe(FAILURE_BITS)
    await rig.approve(id, ['scoring_stderr'])
    const bytes = 8 * ('words'.length + 'scoring_stderr'.length) + 64
    expect((await rig.untilState(id, 'released')).ledger.learnedBits).toBe(FAILURE_BITS + bytes)
  })

  it('counts the word that a rejection or a deadline tells', async () => {
    await using rig = await DeskRig.start()
    const rejected = await rig.deposit()
    await rig.reject(rejected.id)
    expect((await rig.show(rejected.id)).ledger.learnedBits).toBeCloseTo(STATUS_BITS)
    const expired = await rig.deposit()
    rig.passTime(24 * 3600)
    await rig.untilState(expired.id, 'closed')
    expect((await rig.show(expired.id)).ledger.learnedBits).toBeCloseTo(2 * STATUS_BITS)
  })

  it('is of one participant of one competition', async () => {
    await using rig = await DeskRig.start()
    await rig.approve((await rig.deposit()).id)
    const elsewhere = await rig.deposit({ competition: { id: 99, title: 'Another' } })
    expect((await rig.show(elsewhere.id)).ledger.learnedBits).toBe(0)
  })

  it('is written with the decision or not at all', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    const digest = deposit.manifestDigest
    await Promise.all(
      ['first-reviewer', 'second-reviewer'].map((reviewer) =>
        rig.api(`/api/holds/${id}/decision`, { digest, decision: 'approve' }, reviewer),
      ),
    )
    expect((await rig.show(id)).ledger.learnedBits).toBeCloseTo(RELEASE_BITS)
  })
})

describe('a budget', () => {
  const budget = (bits: number) => `${POLICY}budget: { bits: ${bits} }\n`

  it('that is used up lets no scores be approved, while rejecting stays open; without it the same is approved', async () => {
    await using rig = await DeskRig.start({ policy: budget(Math.ceil(RELEASE_BITS) + 1) })
    await using control = await DeskRig.start()
    for (const site of [rig, control])
      expect((await site.approve((await site.deposit()).id)).status).toBe(200)
    const second = await rig.deposit()
    const answer = await rig.approve(second.id)
    expect(answer.status).toBe(409)
    const words = await answer.text()
    expect(words).toContain('budget-exhausted')
    expect(words).toContain('that the policy lets one participant learn')
    expect((await rig.show(second.id)).state).toBe('awaiting')
    const page = await (await (await rig.signIn()).get(`/holds/${second.id}`)).text()
    expect(page).toContain('That is more than the policy allows.')
    expect((await rig.reject(second.id)).status).toBe(200)
    expect((await control.approve((await control.deposit()).id)).status).toBe(200)
  })

  it('that is used up keeps failures, too, until a person has looked', async () => {
    await using rig = await DeskRig.start({ policy: budget(FAILURE_BITS + 1) })
    const told = await rig.deposit(FAILED)
    await until('the failure', () => rig.told(told.deposit.manifestDigest)[0])
    const kept = await rig.deposit(FAILED)
    await until('the word', () => rig.told(kept.deposit.manifestDigest)[0])
    expect(rig.told(told.deposit.manifestDigest)).toEqual(['failed'])
    expect(rig.told(kept.deposit.manifestDigest)).toEqual(['awaiting-validation'])
    expect((await rig.approve(kept.id, [])).status).toBe(409)
    await rig.reject(kept.id)
    await rig.untilState(kept.id, 'closed')
    expect(rig.platform.outcomes.at(-1)).toMatchObject({ kind: 'failed', reason: 'not-released' })
  })

  it('binds a policy that publishes without review: what does not fit waits for a person', async () => {
    const policy = budget(Math.ceil(RELEASE_BITS) + 1).replace('always', 'when-asked')
    await using rig = await DeskRig.start({ policy })
    const first = await rig.deposit({ humanInTheLoop: false })
    await rig.untilState(first.id, 'released')
    const second = await rig.deposit({ humanInTheLoop: false })
    await until('the word', () => rig.told(second.deposit.manifestDigest)[0])
    expect((await rig.show(second.id)).state).toBe('awaiting')
  })
})

describe('scores', () => {
  it('outside the range of the policy are not released, though the competition allows them', async () => {
    const policy = `${POLICY}release: { columns: { brier: { range: [0, 1] } } }\n`
    await using rig = await DeskRig.start({ policy })
    const files = { 'scoring_output/scores.json': '{"auc": 0.5, "brier": 7.25}' }
    const { id } = await rig.deposit({ files })
    const hold = await rig.show(id)
    expect(hold).toMatchObject({ kind: 'failed-run', failure: 'scores-unreadable' })
    expect(hold.scoresProblem).toContain('"brier" is outside the declared range from 0 to 1')
    expect((await rig.approve(id, ['scores'])).status).toBe(400)
    expect(rig.platform.received()).not.toContain('7.25')
  })

  it('keep the fewest decimals of policy and competition', async () => {
    await using rig = await DeskRig.start({
      policy: `${POLICY}release: { columns: { auc: { decimals: 1 } } }\n`,
    })
    const { id } = await rig.deposit()
    expect((await rig.show(id)).scores[0]).toMatchObject({ written: '0.81249', released: '0.8' })
  })
})
