import { describe, expect, it } from 'vitest'
import { readActs } from '../audit/audit-rig.ts'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig } from '../desk-rig.ts'

type Browser = Awaited<ReturnType<DeskRig['signIn']>>

/** The fields of the form that decides, as a browser would send them. */
function fieldsOf(html: string): [string, string][] {
  const form = /<form[^>]*action="\/bulk"[^>]*>(.*?)<\/form>/s.exec(html)?.[1] ?? ''
  return [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value])
}

async function lookAt(browser: Browser, act: 'release' | 'reject', ids: readonly string[]): Promise<string> {
  const search = new URLSearchParams([['act', act], ...ids.map((id) => ['hold', id])])
  return (await browser.get(`/bulk?${search}`)).text()
}

describe('deciding together', () => {
  it('releases what the page listed, each with its own decision and entry, and says who was faster', async () => {
    await using rig = await DeskRig.start()
    const ids: string[] = []
    for (let at = 0; at < 4; at++) ids.push((await rig.deposit({ participant: `team-${at}` })).id)
    const browser = await rig.signIn()
    const inbox = await (await browser.get('/?tick=all')).text()
    const ticks = [...inbox.matchAll(/<input[^>]*name="hold"[^>]*>/g)].map(([tick]) => tick)
    expect(ticks).toHaveLength(4)
    for (const tick of ticks) expect(tick).toMatch(/checked/)

    const page = await lookAt(browser, 'release', ids)
    expect(page).toContain('You are about to release 4 results')
    expect(page.match(/0\.812</g)).toHaveLength(4)
    const fields = fieldsOf(page)
    expect(fields.filter(([name]) => name === 'hold')).toHaveLength(4)

    expect((await rig.reject(ids[2] ?? '')).status).toBe(200)
    const done = await (await browser.post('/bulk', fields)).text()
    expect(done).toContain('3 released, 1 was decided by somebody else meanwhile')
    for (const id of [ids[0], ids[1], ids[3]]) {
      const hold = await rig.untilState(id ?? '', 'released')
      expect(hold.decision).toMatchObject({
        kind: 'approve',
        artefacts: ['scores'],
        reviewer: 'first-reviewer',
      })
    }
    const decided = (await readActs(rig.dataFolder)).filter(({ kind }) => kind === 'decided')
    expect(decided).toHaveLength(4)

    // Sent again, as by a reload, it decides nothing.
    expect(await (await browser.post('/bulk', fields)).text()).toContain('0 released, 4 were decided')
    expect(rig.platform.outcomes.filter(({ kind }) => kind === 'released')).toHaveLength(3)
  })

  it('rejects with one reason of the list, and with no other', async () => {
    await using rig = await DeskRig.start()
    const ids = [(await rig.deposit()).id, (await rig.deposit()).id]
    const browser = await rig.signIn()
    const fields = fieldsOf(await lookAt(browser, 'reject', ids))
    expect((await browser.post('/bulk', [...fields, ['reason', 'because']])).status).toBe(400)
    expect((await browser.post('/bulk', [...fields, ['reason', '']])).status).toBe(400)
    expect((await rig.list('waiting')).total).toBe(2)
    const done = await (await browser.post('/bulk', [...fields, ['reason', 'implausible-scores']])).text()
    expect(done).toContain('2 rejected')
    expect((await rig.show(ids[0] ?? '')).decision).toMatchObject({ reason: 'implausible-scores' })
    expect(rig.platform.outcomes.filter(({ kind }) => kind === 'released')).toEqual([])
  })

  it('leaves out what needs a look of its own, on the page and when it is sent all the same', async () => {
    await using rig = await DeskRig.start()
    const hostile = await rig.deposit({
      refusals: [{ kind: 'symbolic-link', section: 'scoring_output', shownPath: 'x' }],
    })
    const failed = await rig.deposit({ files: { 'logs/scoring_stdout': 'no' }, failure: 'time-limit' })
    const extra = await rig.deposit({
      files: { ...HONEST_RUN, 'scoring_output/scores.json': '{"auc": 0.5, "brier": 0.1, "hidden": 3}' },
    })
    const clean = await rig.deposit()
    const all = [hostile, failed, extra, clean]
    const browser = await rig.signIn()
    const inbox = await (await browser.get('/')).text()
    expect([...inbox.matchAll(/name="hold" value="([^"]*)"/g)].map(([, id]) => id)).toEqual([clean.id])
    const page = await lookAt(
      browser,
      'release',
      all.map(({ id }) => id),
    )
    expect(page).toContain('You are about to release 1 result')
    for (const words of ['has suspicious output', 'is a failed run', 'has scores that no column declares']) {
      expect(page).toContain(words)
    }
    const forged: [string, string][] = [
      ...fieldsOf(page).filter(([name]) => name !== 'hold'),
      ...all.map(({ id, deposit }): [string, string] => ['hold', `${id}:${deposit.manifestDigest}`]),
    ]
    const done = await (await browser.post('/bulk', forged)).text()
    expect(done).toContain('1 released, 3 were not decided')
    for (const { id } of [hostile, failed, extra]) expect((await rig.show(id)).state).toBe('awaiting')
  })

  it('leaves out what the policy ticks more of than scores', async () => {
    await using rig = await DeskRig.start({
      policy: `version: 1\nsite: S\nreview: { required: always }\nrelease: { ticked: [scores, logs] }\nimages: {}\n`,
    })
    const { id, deposit } = await rig.deposit()
    const browser = await rig.signIn()
    expect(await (await browser.get('/')).text()).not.toContain('name="hold"')
    const page = await lookAt(browser, 'release', [id])
    expect(page).toContain('would release more or less than its scores')
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
    await browser.post('/bulk', [
      ['csrf', csrf],
      ['act', 'release'],
      ['hold', `${id}:${deposit.manifestDigest}`],
    ])
    expect((await rig.show(id)).state).toBe('awaiting')
  })

  it('leaves out what has a finding of any rank, or checks that have not ended', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    const browser = await rig.signIn()
    const fields = fieldsOf(await lookAt(browser, 'release', [id]))
    for (const trouble of ['notice = 1', `notice = 0, state = 'skipped'`]) {
      await rig.changeRecords(`update hold_checks set ${trouble} where hold_id = ?`, [id])
      expect(await (await browser.get('/')).text()).not.toContain('name="hold"')
      expect(await (await browser.post('/bulk', fields)).text()).toContain('0 released, 1 was not decided')
    }
    expect((await rig.show(id)).state).toBe('awaiting')
  })

  it('takes no decision over another digest, from a forged form, or from nobody', async () => {
    await using rig = await DeskRig.start()
    const { id, deposit } = await rig.deposit()
    const browser = await rig.signIn()
    const fields = fieldsOf(await lookAt(browser, 'release', [id]))
    const other = fields.map(([name, value]): [string, string] =>
      name === 'hold' ? [name, `${id}:${'0'.repeat(64)}`] : [name, value],
    )
    expect(await (await browser.post('/bulk', other)).text()).toContain('0 released, 1 was not decided')
    const noCsrf = fields.filter(([name]) => name !== 'csrf')
    expect((await browser.post('/bulk', noCsrf)).status).toBe(403)
    const nobody = await fetch(`${rig.url}/bulk`, {
      method: 'POST',
      body: new URLSearchParams([
        ['act', 'release'],
        ['hold', `${id}:${deposit.manifestDigest}`],
      ]),
    })
    expect(nobody.status).toBe(401)
    expect((await rig.show(id)).state).toBe('awaiting')
    // Control: the form as it was decides.
    expect(await (await browser.post('/bulk', fields)).text()).toContain('1 released')
  })
})

describe('what is new', () => {
  it('is a number for the filter of the page, without a look at any hold, and the same answer is not sent twice', async () => {
    await using rig = await DeskRig.start()
    await rig.deposit()
    const browser = await rig.signIn()
    const html = await (await browser.get('/?participant=larch')).text()
    const href = (/data-inbox-news="([^"]*)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&')
    const before = await readActs(rig.dataFolder)
    expect(await (await browser.get(href)).json()).toEqual({ count: 0, words: '0 new results: show' })
    rig.passTime(1)
    await rig.deposit({ participant: 'larch-one' })
    await rig.deposit({ participant: 'larch-two' })
    await rig.deposit({ participant: 'oak' })
    const answer = await browser.get(href)
    expect(await answer.json()).toEqual({ count: 2, words: '2 new results: show' })
    const cookie = await rig.cookieOf('first-reviewer')
    const again = await fetch(rig.url + href, {
      headers: { cookie, 'if-none-match': answer.headers.get('etag') ?? '' },
    })
    expect(again.status).toBe(304)
    const views = (acts: typeof before) => acts.filter(({ kind }) => /viewed/.test(kind)).length
    expect(views(await readActs(rig.dataFolder))).toBe(views(before))
    expect((await fetch(rig.url + href, { redirect: 'manual' })).status).toBe(303)
  })
})
