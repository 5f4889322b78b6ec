import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readActs } from '../audit/audit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import { monthAt, monthOf, monthsLater } from './month.ts'
import { rankOf } from './report-numbers.ts'

/** The numbers of the CSV, by part, of and what. */
async function numbersOf(rig: DeskRig, month: string): Promise<Map<string, string>> {
  const browser = await rig.signIn()
  const text = await (await browser.get(`/report/${month}.csv`)).text()
  return new Map(
    text
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => {
        const cells = line.split(',')
        return [cells.slice(1, -1).join('|'), cells.at(-1) ?? '']
      }),
  )
}

describe('the report of a month', () => {
  it('counts what was deposited, released, rejected and expired, and how long reviewers took', async () => {
    await using rig = await DeskRig.start()
    // In the middle of a month, so that an hour before is in the same.
    const today = new Date()
    const middle = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 15)
    rig.passTime((middle - today.getTime()) / 1000)
    const month = monthAt(new Date(middle))
    const competition = { id: 9, title: '=Sum' }
    const first = await rig.deposit({ competition })
    const second = await rig.deposit({ competition })
    const third = await rig.deposit()
    await rig.deposit({ failure: 'scoring-failed' })
    for (const [seconds, { id }] of [
      [600, first],
      [6000, second],
    ] as const) {
      await rig.changeRecords('update hold set deposited_at = ? where id = ?', [
        new Date(middle - seconds * 1000).toISOString(),
        id,
      ])
    }
    expect((await rig.approve(first.id)).status).toBe(200)
    await rig.untilState(first.id, 'released')
    expect((await rig.reject(second.id)).status).toBe(200)
    await rig.changeRecords('update hold set expires_at = ? where id = ?', [
      new Date(0).toISOString(),
      third.id,
    ])
    await rig.stopDesk()
    await writeFile(join(rig.folder, 'policy.yaml'), POLICY.replace('retention: 1d', 'retention: 2d'))
    await rig.startDesk()
    await rig.untilState(third.id, 'closed')
    await rig.untilState(second.id, 'closed')

    const numbers = await numbersOf(rig, month)
    const all = (what: string) => numbers.get(`all||${what}`)
    expect(all('deposited')).toBe('4')
    expect(all('failed runs')).toBe('1')
    expect([all('approved'), all('rejected'), all('expired'), all('released')]).toEqual(['1', '1', '1', '1'])
    expect(Math.abs(Number(all('median seconds to decision')) - 600)).toBeLessThan(30)
    expect(Math.abs(Number(all('90th percentile of seconds to decision')) - 6000)).toBeLessThan(30)
    expect(numbers.get('failure|scoring-failed|runs')).toBe('1')
    expect(numbers.get('expired|deadline|holds')).toBe('1')
    expect(numbers.get('what left|scores|releases')).toBe('1')
    expect(numbers.get('reviewer|first-reviewer|approved')).toBe('1')
    expect(numbers.get(`competition|"'=Sum (${rig.platform.url})"|released`)).toBe('1')

    const page = await (await (await rig.signIn()).get(`/report/${month}`)).text()
    expect(page).toContain('=Sum')
    expect(page).toContain('first-reviewer')
    expect(page).toContain('the policy changed from')
    expect(page).toContain('10 min')
    expect(page).toContain('role="img"')
    expect(page).not.toMatch(/<script|style=/)
    // Whoever cannot see a plot finds its numbers in a table beside it.
    expect(page.match(/<figure class="plot">/g)).toHaveLength(2)
    expect(page.match(/<div class="plot-with-table">/g)).toHaveLength(2)
    const acts = (await readActs(rig.dataFolder)).map(({ kind }) => kind)
    expect(acts).toContain('report-exported')
    expect(acts.at(-1)).toBe('report-viewed')
  })

  it('is there also for a month in which nothing happened, and not for one that has not begun', async () => {
    await using rig = await DeskRig.start()
    expect((await fetch(`${rig.url}/report/2026-05`, { redirect: 'manual' })).status).toBe(303)
    const browser = await rig.signIn()
    const now = monthAt(new Date())
    expect((await browser.get('/report')).headers.get('location')).toBe(`/report/${now}`)
    expect((await browser.get('/report?month=2024-02')).headers.get('location')).toBe('/report/2024-02')
    const empty = await (await browser.get('/report/2024-02')).text()
    expect(empty).toContain('Report of February 2024')
    expect(empty).toContain('Nothing was deposited or decided in this month.')
    expect(empty).toContain('There was no alarm.')
    expect((await numbersOf(rig, '2024-02')).get('day|2024-02-29|deposited')).toBe('0')
    expect((await browser.get(`/report/${monthsLater(now, 1)}`)).status).toBe(404)
    expect((await browser.get('/report/2026-13')).status).toBe(404)
  })

  it('knows its months, and ranks as the nearest rank does', () => {
    expect(monthOf('2024-02')?.days).toHaveLength(29)
    expect(monthOf('2026-12')?.before).toBe('2027-01-01T00:00:00.000Z')
    expect([monthsLater('2026-01', -1), monthsLater('2026-12', 1)]).toEqual(['2025-12', '2027-01'])
    const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    expect([rankOf(ten, 0.5), rankOf(ten, 0.9), rankOf([7], 0.9), rankOf([], 0.5)]).toEqual([
      5,
      9,
      7,
      undefined,
    ])
  })
})
