import { policyDeadline } from '@scoregate/gate/deadline'
import { WorkingCalendar } from '@scoregate/gate/working-hours'
import { describe, expect, it } from 'vitest'
import { DeskRig, POLICY } from '../desk-rig.ts'

const HOUR = 3_600_000
const CALENDAR =
  'timezone: Europe/Berlin, days: [mon, tue, wed], hours: [08:00, 18:00], holidays: [2026-12-24]'
const WORKING_POLICY = POLICY.replace('timeout: 24h', `timeout: 24h, calendar: { ${CALENDAR} }`)

describe('the deadline of a hold', () => {
  it('counts working time where the policy says so, and says so', async () => {
    await using rig = await DeskRig.start({ policy: WORKING_POLICY })
    const { id } = await rig.deposit()
    const hold = await rig.show(id)
    const calendar = WorkingCalendar.parse({
      ...{ timezone: 'Europe/Berlin', days: ['mon', 'tue', 'wed'] },
      ...{ hours: ['08:00', '18:00'], holidays: ['2026-12-24'] },
    })
    const deposited = new Date(hold.depositedAt)
    const expected = policyDeadline({ timeoutSeconds: 86_400, calendar }, deposited)
    expect(hold).toMatchObject({ expiresAt: expected.toISOString(), deadlineCause: 'policy' })
    // Twenty-four hours of ten a day are never over in two days.
    expect(expected.getTime() - deposited.getTime()).toBeGreaterThan(48 * HOUR)
    const browser = await rig.signIn()
    const page = await (await browser.get(`/holds/${id}`)).text()
    expect(page).toContain(
      'set by the policy of this site: 24 hours of working time (Mon, Tue, Wed 08:00 to 18:00 without holidays, Europe/Berlin) after the deposit',
    )
    expect(await (await browser.get('/')).text()).toContain('working time counts')
  })

  it('is before the end of the links by which the platform takes the result, where that is earlier', async () => {
    await using rig = await DeskRig.start({ policy: WORKING_POLICY })
    const linksExpireAt = new Date(Date.now() + 5 * HOUR).toISOString()
    const { id, deposit } = await rig.deposit({ linksExpireAt })
    const hold = await rig.show(id)
    expect(hold.deadlineCause).toBe('links')
    const left = Date.parse(linksExpireAt) - Date.parse(hold.depositedAt)
    expect(Date.parse(hold.expiresAt)).toBe(Math.floor(Date.parse(hold.depositedAt) + left * 0.9))
    const browser = await rig.signIn()
    const page = await (await browser.get(`/holds/${id}`)).text()
    expect(page).toContain('shortly before the links end by which the platform takes the result')
    expect(await (await browser.get('/')).text()).toContain('until the platform stops taking it')

    rig.passTime(4.4 * 3600)
    expect((await rig.show(id)).state).toBe('awaiting')
    rig.passTime(0.2 * 3600)
    await rig.untilState(id, 'closed')
    expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation', 'failed'])
  })

  it('is the policy’s where the links last longer', async () => {
    await using rig = await DeskRig.start()
    const linksExpireAt = new Date(Date.now() + 120 * HOUR).toISOString()
    const { id } = await rig.deposit({ linksExpireAt })
    const hold = await rig.show(id)
    expect(hold.deadlineCause).toBe('policy')
    expect(Date.parse(hold.expiresAt) - Date.parse(hold.depositedAt)).toBe(24 * HOUR)
  })
})
