import { describe, expect, it } from 'vitest'
import { HoldPage } from '../api/hold-api.ts'
import { readActs } from '../audit/audit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import { until } from '../until-rig.ts'

/** Every hold of a list, page by page, as a program that asks for the next page does. */
async function walk(rig: DeskRig, search: string, between?: () => Promise<void>): Promise<string[]> {
  const ids: string[] = []
  for (let after: string | undefined = ''; after !== undefined; ) {
    const answer = await rig.api(`/api/holds?${search}&after=${after}`)
    const page: HoldPage = HoldPage.parse(await answer.json())
    ids.push(...page.holds.map(({ id }) => id))
    after = page.nextAfter
    await between?.()
  }
  return ids
}

/** Gives every hold a deadline and an arrival of its own, so that the lists have an order to keep. */
async function spread(rig: DeskRig): Promise<void> {
  await rig.changeRecords(
    `update hold set expires_at = strftime('%Y-%m-%dT%H:%M:%fZ', expires_at, '+' || (rowid * 7 % 101) || ' minutes'),
      deposited_at = strftime('%Y-%m-%dT%H:%M:%fZ', deposited_at, '-' || rowid || ' minutes')`,
    [],
  )
}

async function found(rig: DeskRig, search: string): Promise<HoldPage> {
  return HoldPage.parse(await (await rig.api(`/api/holds?${search}`)).json())
}

describe('the pages of a list', () => {
  it('show every hold once, in the order of the deadlines, whatever arrives and is decided meanwhile', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await rig.copyHold(id, 170)
    await spread(rig)
    const before = await walk(rig, 'list=waiting')
    expect(new Set(before).size).toBe(171)
    expect(before).toHaveLength(171)

    const meanwhile = await walk(rig, 'list=waiting', async () => {
      // One arrives that is due first, and one that was shown on the first page is decided.
      const next = await rig.deposit()
      await rig.changeRecords(`update hold set expires_at = '2000-01-01T00:00:00.000Z' where id = ?`, [
        next.id,
      ])
      await rig.changeRecords(`update hold set state = 'rejected', decided_at = deposited_at where id = ?`, [
        before[49],
      ])
    })
    expect(meanwhile).toEqual(before)
  })

  it('lead on and back through the same pages, by the addresses of their links', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await rig.copyHold(id, 120)
    await spread(rig)
    const browser = await rig.signIn()
    const idsOf = (html: string) =>
      [...html.matchAll(/href="\/holds\/([a-z2-7]{8})"/g)].map(([, hold]) => hold)
    const link = (html: string, rel: string) =>
      new RegExp(`href="([^"]*)" rel="${rel}"`).exec(html)?.[1]?.replaceAll('&amp;', '&')
    const read = async (path: string | undefined) => (await browser.get(path ?? 'no link')).text()

    const first = await read('/?sort=arrived')
    expect(first).toContain('1 to 50 of 121 waiting results')
    expect(link(first, 'prev')).toBeUndefined()
    const second = await read(link(first, 'next'))
    expect(second).toContain('About 51 to 100 of 121 waiting results')
    const third = await read(link(second, 'next'))
    expect(third).toContain('About 101 to 121 of 121 waiting results')
    expect(link(third, 'next')).toBeUndefined()
    expect(new Set([first, second, third].flatMap(idsOf)).size).toBe(121)
    expect(idsOf(await read(link(third, 'prev')))).toEqual(idsOf(second))
    expect(idsOf(await read(link(second, 'prev')))).toEqual(idsOf(first))
  })

  it('are sorted by each heading, both ways round', async () => {
    await using rig = await DeskRig.start()
    for (const participant of ['carol', 'Alice', 'bob']) await rig.deposit({ participant })
    const names = async (search: string) => (await found(rig, search)).holds.map((hold) => hold.participant)
    expect(await names('sort=participant')).toEqual(['Alice', 'bob', 'carol'])
    expect(await names('sort=participant&order=desc')).toEqual(['carol', 'bob', 'Alice'])
    expect(await names('sort=arrived')).toEqual(['bob', 'Alice', 'carol'])
    expect((await rig.api('/api/holds?sort=decided')).status).toBe(400)
    expect((await rig.api('/api/holds?list=decided&sort=decided')).status).toBe(200)
  })
})

describe('a filter', () => {
  it('finds by parts of names in any case, by age, by finding and by state, and counts what it finds', async () => {
    await using rig = await DeskRig.start()
    const early = await rig.deposit({ participant: 'Team-Larch' })
    const other = await rig.deposit({ participant: 'team-oak', competition: { id: 9, title: 'Sepsis' } })
    const hostile = await rig.deposit({
      refusals: [{ kind: 'symbolic-link', section: 'scoring_output', shownPath: 'x' }],
    })
    await rig.changeRecords(`update hold set deposited_at = '2020-01-01T00:00:00.000Z' where id = ?`, [
      early.id,
    ])
    for (const [search, ids] of [
      ['participant=LARCH', [early.id]],
      ['participant=team', [early.id, other.id]],
      ['participant=team&competition=seps', [other.id]],
      ['worker=worker-1&participant=100%25', []],
      ['older=2d', [early.id]],
      ['finding=suspicious', [hostile.id]],
    ] as const) {
      const page = await found(rig, search)
      expect(new Set(page.holds.map(({ id }) => id)), search).toEqual(new Set(ids))
      expect(page.total, search).toBe(ids.length)
    }
    await rig.reject(other.id)
    await rig.untilState(other.id, 'closed')
    expect((await found(rig, 'list=decided&state=closed')).holds).toHaveLength(1)
    expect((await found(rig, 'list=decided&state=released')).holds).toEqual([])
    expect((await rig.api('/api/holds?older=yesterday')).status).toBe(400)
  })

  it('stays in the address of every heading and page, and an address that makes no sense shows the list', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ participant: 'larch & "oak"' })
    await rig.copyHold(id, 60)
    const browser = await rig.signIn()
    const html = await (await browser.get('/?participant=larch+%26&sort=competition')).text()
    expect(html).toContain('61 waiting results found with participant')
    for (const [, href = ''] of html.matchAll(/class="sort-link" href="([^"]*)"/g)) {
      expect(href).toContain('participant=larch+%26&amp;')
      expect(href).not.toContain('after=')
    }
    expect(/href="([^"]*)" rel="next"/.exec(html)?.[1]).toContain('participant=larch')
    expect(html).toContain('value="larch &amp;"')

    const nonsense = await (await browser.get('/?sort=nothing&older=x&after=!&from=-1&order=up')).text()
    expect(nonsense).toContain('1 to 50 of 61 waiting results')
  })

  it('says that nothing fits and leads back, other than a list with nothing in it', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const empty = await (await browser.get('/')).text()
    expect(empty).toContain('Nothing is waiting for you')
    await rig.deposit()
    const html = await (await browser.get('/?participant=nobody')).text()
    expect(html).toContain('Nothing fits this filter')
    expect(html).toContain('The list has 1 waiting result in all.')
    expect(html).toMatch(/<a [^>]*href="\/"[^>]*><span>Show all/)
  })

  it('says how many there are only up to a thousand', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    await rig.copyHold(id, 1100)
    const page = await found(rig, 'participant=participant')
    expect([page.total, page.isMore]).toEqual([1000, true])
    expect((await found(rig, 'list=waiting')).total).toBe(1101)
    const browser = await rig.signIn()
    const html = await (await browser.get('/?participant=participant')).text()
    expect(html).toContain('1 to 50 of more than 1,000 waiting results found')
  })
})

describe('the counts of the lists', () => {
  it('follow every way in and out of a list', async () => {
    await using rig = await DeskRig.start()
    const counts = async () => [
      (await rig.list('waiting')).total,
      (await rig.list('failed')).total,
      (await rig.list('decided')).total,
    ]
    expect(await counts()).toEqual([0, 0, 0])
    const { id } = await rig.deposit()
    await rig.deposit()
    await rig.deposit({ files: { 'logs/scoring_stdout': 'no' }, failure: 'time-limit' })
    expect(await counts()).toEqual([2, 1, 0])
    await rig.approve(id)
    await rig.untilState(id, 'released')
    expect(await counts()).toEqual([1, 1, 1])
    // What lapses by its deadline moves, too; and what was counted act by act is what counting all of them finds.
    rig.passTime(25 * 3600)
    await until('the waiting one to lapse', async () => (await counts())[2] === 3 || undefined)
    expect(await counts()).toEqual([0, 0, 3])
    expect(await walk(rig, 'list=decided')).toHaveLength(3)
  })
})

describe('a claim', () => {
  it('is made by the button of the line, seen by the others everywhere, binds nobody, and ends with the decision', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    const browser = await rig.signIn()
    const csrf = /name="csrf" value="([^"]+)"/.exec(await (await browser.get('/')).text())?.[1] ?? ''
    const answer = await browser.post(`/holds/${id}/claim`, [['csrf', csrf]])
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/holds/${id}`])

    const words = /Being looked at by ([^,]+), until \d\d:\d\d UTC/
    expect(words.exec(await (await browser.get('/')).text())?.[1]).toBe('you')
    const other = { headers: { cookie: await rig.cookieOf('second-reviewer') } }
    for (const path of ['/', `/holds/${id}`]) {
      expect(words.exec(await (await fetch(rig.url + path, other)).text())?.[1], path).toBe('first-reviewer')
    }
    expect((await rig.list('waiting')).holds[0]?.claims).toEqual([
      { reviewer: 'first-reviewer', until: expect.any(String) },
    ])
    const claimedUntil = new Date((await rig.show(id)).claims[0]?.until ?? 0).getTime()
    expect(Math.abs(claimedUntil - Date.now() - 900_000)).toBeLessThan(60_000)

    const { digest } = await rig.show(id)
    const decision = { digest, decision: 'approve' }
    expect((await rig.api(`/api/holds/${id}/decision`, decision, 'second-reviewer')).status).toBe(200)
    expect((await rig.show(id)).claims).toEqual([])
    expect((await browser.post(`/holds/${id}/claim`, [['csrf', csrf]])).status).toBe(303)
    expect((await rig.show(id)).claims).toEqual([])
    const claims = (await readActs(rig.dataFolder)).filter(({ kind }) => kind === 'hold-claimed')
    expect(claims).toHaveLength(1)
  })

  it('lapses by itself, is prolonged and ended by its owner alone, and lasts as long as the policy says', async () => {
    await using rig = await DeskRig.start({
      policy: POLICY.replace('timeout: 24h', 'timeout: 24h, claim: 2m'),
    })
    const { id } = await rig.deposit()
    const claims = async () => (await rig.show(id)).claims.map(({ reviewer }) => reviewer)
    await rig.api(`/api/holds/${id}/claim`, {})
    await rig.api(`/api/holds/${id}/claim`, {}, 'second-reviewer')
    expect(await claims()).toEqual(['first-reviewer', 'second-reviewer'])
    rig.passTime(90)
    await rig.api(`/api/holds/${id}/claim`, {})
    rig.passTime(60)
    expect(await claims()).toEqual(['first-reviewer'])
    await rig.unclaim(id, 'second-reviewer')
    expect(await claims()).toEqual(['first-reviewer'])
    await rig.unclaim(id)
    expect(await claims()).toEqual([])
    const ended = (await readActs(rig.dataFolder)).filter(({ kind }) => kind === 'claim-ended')
    // The other's had lapsed: there was nothing to end.
    expect(ended).toHaveLength(1)
    rig.passTime(24 * 3600)
    await rig.untilState(id, 'closed')
  })
})
