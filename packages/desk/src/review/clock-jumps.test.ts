import { describe, expect, it } from 'vitest'
import { DeskRig, POLICY } from '../desk-rig.ts'
import { until } from '../until-rig.ts'

const HOUR = 3600

describe('a clock that is set back', () => {
  it('reopens nothing, and nothing can be approved while it is behind', async () => {
    await using rig = await DeskRig.start({ policy: POLICY.replace('24h', '1h') })
    const expired = await rig.deposit()
    rig.passTime(HOUR)
    await rig.untilState(expired.id, 'closed')
    const waiting = await rig.deposit()
    await rig.jumpClock(-2 * HOUR)
    expect((await rig.approve(expired.id)).status).toBe(409)
    const answer = await rig.approve(waiting.id)
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'clock-behind' })
    const page = await (await (await rig.signIn()).get('/')).text()
    expect(page).toContain('The clock of this machine is behind')
    await rig.jumpClock(2 * HOUR)
    rig.passTime(61)
    expect((await rig.approve(waiting.id)).status).toBe(200)
    expect(rig.told(expired.deposit.manifestDigest)).toEqual(['awaiting-validation', 'failed'])
  })

  it('while no desk runs, opens nothing either', async () => {
    await using rig = await DeskRig.start({ policy: POLICY.replace('24h', '1h') })
    const { id } = await rig.deposit()
    rig.passTime(HOUR / 2)
    await rig.deposit()
    await rig.stopDesk()
    await rig.jumpClock(-HOUR)
    await rig.startDesk()
    const answer = await rig.approve(id)
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'clock-behind' })
    expect((await rig.reject(id)).status).toBe(200)
  })

  it('does not keep back what is to be told, nor what lapses by the time that passes', async () => {
    await using rig = await DeskRig.start({ policy: POLICY.replace('24h', '1h') })
    await rig.platform.down()
    const { id } = await rig.deposit()
    await until('a failed try', async () => ((await rig.show(id)).publishing[0]?.tries ?? 0) > 0 || undefined)
    await rig.jumpClock(-1000 * HOUR)
    await rig.platform.up()
    await until('the word', () => rig.platform.outcomes[0])
    rig.passTime(HOUR)
    await rig.untilState(id, 'closed')
  })
})

describe('a clock that is set ahead', () => {
  it('is noticed: nothing can be approved, nothing lapses, and neither stays so once it is set right', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await rig.jumpClock(48 * HOUR)
    const answer = await rig.approve(id)
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'clock-jumped' })
    expect((await rig.show(id)).state).toBe('awaiting')
    expect(rig.log.join('')).toContain('The clock of this machine jumped')
    await rig.jumpClock(-48 * HOUR)
    rig.passTime(61)
    expect((await rig.approve(id)).status).toBe(200)
    await rig.untilState(id, 'released')
  })

  it('and stays there lets lapse what is due then, for good', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    await rig.jumpClock(48 * HOUR)
    expect((await rig.approve(id)).status).toBe(409)
    rig.passTime(61)
    expect((await rig.approve(id)).status).toBe(409)
    await rig.untilState(id, 'closed')
    await rig.jumpClock(-48 * HOUR)
    rig.passTime(61)
    expect((await rig.approve(id)).status).toBe(409)
    expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation', 'failed'])
  })
})

describe('the deadline that was stored', () => {
  it('decides even where the clock says otherwise: a time once known counts', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await rig.changeRecords('update clock_mark set latest = ?', ['2999-01-01T00:00:00.000Z'])
    expect((await rig.approve(id)).status).toBe(409)
    expect((await rig.show(id)).state).toBe('awaiting')
  })
})
