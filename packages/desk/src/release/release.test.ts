import { readFile, rm, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import { until } from '../until-rig.ts'
import { nextTryAt } from './back-off.ts'

describe('publishing', () => {
  it('waits for a platform that is away, and then tells everything in order, once', async () => {
    await using rig = await DeskRig.start()
    await rig.platform.down()
    const { id, deposit } = await rig.deposit()
    await rig.approve(id, ['scores', 'output', 'scoring_stdout'])
    const waiting = await until('a failed try', async () => {
      const hold = await rig.show(id)
      return (hold.publishing[0]?.tries ?? 0) > 0 ? hold : undefined
    })
    expect(waiting.publishing[0]?.lastError).toContain('could not be reached')
    expect(waiting.publishing[1]).toMatchObject({ kind: 'released', state: 'pending', tries: 0 })
    await rig.platform.up()
    await rig.untilState(id, 'released')
    expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation', 'released'])
  })

  it('survives a desk that ends in the middle: what was decided is published once', async () => {
    await using rig = await DeskRig.start()
    await rig.platform.down()
    const decided = await rig.deposit()
    const undecided = await rig.deposit()
    await rig.approve(decided.id, ['scores', 'predictions'])
    await rig.stopDesk()
    await rig.platform.up()
    await rig.startDesk()
    await rig.untilState(decided.id, 'released')
    await until('the word', () => rig.told(undecided.deposit.manifestDigest)[0])
    expect(rig.told(decided.deposit.manifestDigest)).toEqual(['awaiting-validation', 'released'])
    expect(rig.told(undecided.deposit.manifestDigest)).toEqual(['awaiting-validation'])
    expect((await rig.show(undecided.id)).state).toBe('awaiting')
    expect([...rig.platform.artefacts.keys()]).toEqual([`${decided.deposit.job.jobId}/predictions`])
  })

  it('gives up on what the platform no longer wants, without saying that it was released', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    await until('the word', () => rig.told(deposit.manifestDigest)[0])
    rig.platform.unwanted.add(deposit.job.jobId)
    await rig.approve(id)
    const hold = await until('the refusal', async () => {
      const shown = await rig.show(id)
      return shown.publishing[1]?.state === 'refused' ? shown : undefined
    })
    expect(hold.state).toBe('approved')
    expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation'])
    const page = await (await (await rig.signIn()).get(`/holds/${id}`)).text()
    expect(page).toContain('Approved, but not released')
  })

  it('goes on after records that could not be read for a while', async () => {
    await using rig = await DeskRig.start()
    await rig.changeRecords('alter table outbox rename to outbox_away', [])
    await until('the trouble', () => rig.log.join('').includes('The outbox could not be read') || undefined)
    await rig.changeRecords('alter table outbox_away rename to outbox', [])
    const { id, deposit } = await rig.deposit()
    await rig.approve(id)
    await rig.untilState(id, 'released')
    expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation', 'released'])
  })

  it('tells a platform nothing of a run before it is decided', async () => {
    await using rig = await DeskRig.start()
    const { deposit } = await rig.deposit({ participant: 'PLANTED-NAME' })
    await until('the word', () => rig.told(deposit.manifestDigest)[0])
    rig.passTime(31)
    await until('the question', () => rig.platform.received().includes('/standing') || undefined)
    expect(rig.platform.received()).not.toMatch(/PLANTED|0\.81|Detailed|scores\.json|predictions|worker-1/)
  })
})

describe('a vault that was altered', () => {
  const SECRET = 'PLANTED-CHANGE\n'

  it.each([
    ['a log', 'logs/scoring_stdout', SECRET],
    ['a file of an archive', 'predictions/predictions.csv', SECRET],
    ['the scores', 'scoring_output/scores.json', '{"auc": 0.99999, "brier": 0.1}'],
  ])('cannot be approved, says so, and can be once it is restored: %s', async (_what, name, change) => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    await until('the word', () => rig.told(deposit.manifestDigest)[0])
    const file = rig.blobFile(HONEST_RUN[name] ?? '')
    const original = await readFile(file)
    await writeFile(file, change)
    const before = rig.platform.requestCount()
    const answer = await rig.approve(id, ['scores', 'scoring_stdout', 'predictions'])
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'vault-altered' })
    expect(await rig.show(id)).toMatchObject({ state: 'awaiting', alarm: expect.any(String) })
    expect(rig.platform.requestCount()).toBe(before)
    expect(rig.log.join('')).toContain('An approval was refused')

    await writeFile(file, original)
    expect((await rig.approve(id, ['scores', 'scoring_stdout', 'predictions'])).status).toBe(200)
    expect((await rig.untilState(id, 'released')).alarm).toBeUndefined()
    expect(rig.platform.received()).not.toContain('PLANTED-CHANGE')
  })

  it('can be rejected, since nothing leaves then', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await rm(rig.blobFile(HONEST_RUN['scoring_output/scores.json'] ?? ''))
    expect((await rig.approve(id)).status).toBe(409)
    expect((await rig.reject(id)).status).toBe(200)
    await rig.untilState(id, 'closed')
  })

  it.each([
    ['a log', 'logs/scoring_stdout', SECRET],
    ['a file of an archive', 'predictions/predictions.csv', SECRET],
    ['the scores', 'scoring_output/scores.json', '{"auc": 0.99999, "brier": 0.1}'],
  ])('between decision and release lets nothing out: %s', async (_what, name, change) => {
    await using rig = await DeskRig.start()
    await rig.platform.down()
    const { id } = await rig.deposit()
    expect((await rig.approve(id, ['scores', 'scoring_stdout', 'predictions'])).status).toBe(200)
    const file = rig.blobFile(HONEST_RUN[name] ?? '')
    const original = await readFile(file)
    await writeFile(file, change)
    await rig.platform.up()
    const hold = await until('the alarm', async () => {
      const shown = await rig.show(id)
      return shown.alarm === undefined ? undefined : shown
    })
    expect(hold.state).toBe('approved')
    expect(hold.publishing[1]?.state).toBe('stopped')
    expect(rig.platform.outcomes.map((outcome) => outcome.kind)).toEqual(['awaiting-validation'])
    expect(rig.platform.artefacts.size).toBe(0)
    expect(rig.log.join('')).toContain('A release was stopped')

    await writeFile(file, original)
    await rig.stopDesk()
    await rig.startDesk()
    const released = await rig.untilState(id, 'released')
    expect(released.alarm).toBeUndefined()
    expect(rig.platform.received()).not.toContain('PLANTED-CHANGE')
  })

  it('lets nothing out when a file is missing', async () => {
    await using rig = await DeskRig.start()
    await rig.platform.down()
    const { id } = await rig.deposit()
    await rig.approve(id, ['scores', 'scoring_stdout'])
    await rm(rig.blobFile(HONEST_RUN['logs/scoring_stdout'] ?? ''))
    await rig.platform.up()
    await until('the alarm', async () => (await rig.show(id)).alarm)
    expect(rig.platform.artefacts.size).toBe(0)
  })
})

describe('retention', () => {
  it('removes the files of a hold that ended, but not those that another hold needs', async () => {
    await using rig = await DeskRig.start({ policy: POLICY.replace('retention: 1d', 'retention: 1h') })
    const shared = { 'scoring_output/scores.json': '{"auc": 0.5}' }
    const ended = await rig.deposit({ files: { ...shared, 'logs/scoring_stdout': 'only here' } })
    await rig.deposit({ files: { ...shared, 'logs/scoring_stdout': 'there' } })
    await rig.approve(ended.id)
    await rig.untilState(ended.id, 'released')
    expect(await rig.blobCount()).toBe(3)
    rig.passTime(3601)
    await until('the removal', async () => (await rig.blobCount()) === 2 || undefined)
    expect((await rig.show(ended.id)).contentRemovedAt).toBeDefined()
    expect((await rig.api(`/api/holds/${ended.id}/files/0`)).status).toBe(410)
  })
})

describe('the time of the next try', () => {
  const now = new Date('2026-05-01T12:00:00Z')
  const seconds = (tries: number, chance = 0) =>
    (nextTryAt({ tries, now, chance }).getTime() - now.getTime()) / 1000

  it('doubles from a second to five minutes, and is spread', () => {
    expect([1, 2, 3, 9, 10, 1000].map((tries) => seconds(tries))).toEqual([1, 2, 4, 256, 300, 300])
    expect(seconds(10, 1)).toBe(150)
  })
})
