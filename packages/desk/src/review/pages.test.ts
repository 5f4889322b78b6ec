import { writeFile } from 'node:fs/promises'
import { REJECTION_SENTENCES } from '@scoregate/protocol/reason-code'
import { describe, expect, it } from 'vitest'
import { ENDPOINTS } from '../api/openapi.ts'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig, PASSWORD, POLICY } from '../desk-rig.ts'

/** The hidden and chosen fields of the form that posts to this address, as a browser would send them. */
function fieldsOf(html: string, action: string): [string, string][] {
  const form = new RegExp(`<form[^>]*action="${action}"[^>]*>(.*?)</form>`, 's').exec(html)?.[1]
  if (form === undefined) throw new Error(`The page has no form for ${action}.`)
  return [...form.matchAll(/<input[^>]*>/g)].flatMap(([input]) => {
    const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1]
    const isChecked = !/type="(?:checkbox|radio)"/.test(input) || /\bchecked\b/.test(input)
    const name = attribute('name')
    return name === undefined || !isChecked ? [] : [[name, attribute('value') ?? '']]
  })
}

describe('the pages of the desk', () => {
  it('lead whoever is not signed in to the sign-in page and back', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    for (const [path, to] of [
      ['/', '/sign-in'],
      [`/holds/${id}`, `/sign-in?next=${encodeURIComponent(`/holds/${id}`)}`],
      ['/site', `/sign-in?next=${encodeURIComponent('/site')}`],
    ] as const) {
      const answer = await fetch(rig.url + path, { redirect: 'manual' })
      expect(answer.status).toBe(303)
      expect(answer.headers.get('location')).toBe(to)
    }
    const wrong = await fetch(`${rig.url}/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'first-reviewer', password: 'wrong' }),
    })
    expect(wrong.status).toBe(401)
    expect(await wrong.text()).toContain('The name or the password is wrong.')
    for (const next of ['//elsewhere.example/', '/\\elsewhere.example', 'https://elsewhere.example']) {
      const answer = await fetch(`${rig.url}/sign-in`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ username: 'first-reviewer', password: PASSWORD, next }),
      })
      expect(answer.headers.get('location')).toBe('/')
    }
  })

  it('sign in by a link, as often as needed', async () => {
    await using rig = await DeskRig.start()
    for (let time = 0; time < 2; time += 1) {
      const answer = await fetch(`${rig.url}/sign-in/link?token=link-token`, { redirect: 'manual' })
      expect(answer.headers.get('set-cookie')).toContain('scoregate_desk=')
    }
    expect((await fetch(`${rig.url}/sign-in/link?token=other`)).status).toBe(401)
  })

  it('approve by a plain form, with what the policy ticked', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    expect(await (await browser.get('/')).text()).toContain('Nothing is waiting for you')
    const { id, deposit } = await rig.deposit()
    const inbox = await (await browser.get('/')).text()
    expect(inbox).toContain(`href="/holds/${id}"`)
    expect(inbox).toContain('0.812')

    const page = await (await browser.get(`/holds/${id}`)).text()
    expect(page).toContain(deposit.manifestDigest)
    // What nobody opened is not on the page, and cannot be released.
    expect(page).not.toContain('PLANTED-LOG-WORDS')
    expect(page).not.toContain('<script')
    const fields = fieldsOf(page, `/holds/${id}/approve`)
    expect(fields.map(([name]) => name)).toEqual(['csrf', 'digest', 'artefacts'])
    const early = await browser.post(`/holds/${id}/approve`, [...fields, ['artefacts', 'scoring_stdout']])
    expect(early.status).toBe(409)
    expect(await early.text()).toContain('You have not seen all of what you would release: Scoring log')
    const log = (await rig.show(id)).files.find(({ path }) => path === 'scoring_stdout')?.number
    expect(await (await browser.get(`/holds/${id}/files/${log}`)).text()).toContain('PLANTED-LOG-WORDS')
    const answer = await browser.post(`/holds/${id}/approve`, [...fields, ['artefacts', 'scoring_stdout']])
    expect(answer.status).toBe(303)
    await rig.untilState(id, 'released')
    expect([...rig.platform.artefacts.keys()]).toEqual([`${deposit.job.jobId}/scoring_stdout`])
    const after = await (await browser.get(answer.headers.get('location') ?? '')).text()
    expect(after).toContain('first-reviewer')
    expect(after).not.toContain(`action="/holds/${id}/approve"`)

    const again = await browser.post(`/holds/${id}/approve`, fields)
    expect(again.status).toBe(409)
    expect(await again.text()).toContain('A decision is final')
  })

  it('reject by a plain form, with a reason', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const { id } = await rig.deposit()
    const page = await (await browser.get(`/holds/${id}`)).text()
    const fields = fieldsOf(page, `/holds/${id}/reject`)
    expect((await browser.post(`/holds/${id}/reject`, [...fields, ['reason', '']])).status).toBe(409)
    const answer = await browser.post(`/holds/${id}/reject`, [
      ...fields.filter(([name]) => name !== 'sentence'),
      ['reason', 'private-data'],
      ['note', 'see row 3'],
      ['sentence', 'implausible'],
    ])
    expect(answer.status).toBe(303)
    expect((await rig.untilState(id, 'closed')).decision).toMatchObject({
      reason: 'private-data',
      note: 'see row 3',
    })
    expect(await (await browser.get(`/holds/${id}`)).text()).toContain('data of a person')
    // The participant gets the code of a fixed sentence, and the page says which it is; the note stays.
    expect(rig.platform.outcomes.find(({ kind }) => kind === 'failed')).toMatchObject({
      reason: 'not-released',
      sentence: 'implausible',
    })
    expect(await (await browser.get(`/holds/${id}`)).text()).toContain(REJECTION_SENTENCES.implausible)
    expect(rig.platform.received()).not.toMatch(/see row 3|do not look right/)
  })

  it('refuse a form that another site made a browser send', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const { id, deposit } = await rig.deposit()
    const answer = await browser.post(`/holds/${id}/approve`, [
      ['digest', deposit.manifestDigest],
      ['artefacts', 'scores'],
    ])
    expect(answer.status).toBe(403)
    expect((await rig.show(id)).state).toBe('awaiting')
  })

  it('offer only rejection of a hostile hold, and say what sealing met', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const { id } = await rig.deposit({
      refusals: [{ section: 'scoring_output', shownPath: 'private<b>.csv', kind: 'symbolic-link' }],
    })
    const page = await (await browser.get(`/holds/${id}`)).text()
    expect(page).toContain('private&lt;b&gt;.csv')
    expect(page).toContain('a link to another place')
    expect(page).not.toContain(`action="/holds/${id}/approve"`)
    expect(page).toContain(`action="/holds/${id}/reject"`)
  })

  it('show what comes from outside as text and nothing else', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const evil = '<img src=x onerror=alert(1)>'
    const { id } = await rig.deposit({
      participant: `${evil}\u202Eevil`,
      competition: { id: 3, title: `"><script>alert(1)</script>${'long '.repeat(40)}` },
      files: {
        'scoring_output/scores.json': JSON.stringify({ auc: 0.5, [evil]: 1 }),
        [`scoring_output/${evil}.html`]: `<script>alert(1)</script>${evil}`,
        'logs/scoring_stdout': `\u001b[2J\u001b]0;title\u0007${evil}\u202E</pre></section>`,
      },
    })
    const paths = [
      '/',
      `/holds/${id}`,
      `/holds/${id}/files/0`,
      `/holds/${id}/files/1`,
      `/holds/${id}/files/2`,
    ]
    for (const path of paths) {
      const answer = await browser.get(path)
      const html = await answer.text()
      expect(answer.status, path).toBe(200)
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(html, path).not.toMatch(/<img|<script|onerror=(?!alert\(1\)&gt;)/)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
      expect(html, path).not.toMatch(/[\u001b\u0007\u202E]/)
    }
    expect(await (await browser.get(`/holds/${id}/files/0`)).text()).toContain('\\u{1b}')
  })

  it('give files as attachments of no type, byte for byte', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const { id } = await rig.deposit()
    const { files } = await rig.show(id)
    const html = files.find((file) => file.path === 'detailed_results.html')
    const answer = await browser.get(`/holds/${id}/files/${html?.number}/download`)
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="detailed_results.html"')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await answer.text()).toBe(HONEST_RUN['scoring_output/detailed_results.html'])
    expect((await browser.get(`/holds/${id}/files/99`)).status).toBe(404)
    const tail = await rig.api(`/api/holds/${id}/files/${html?.number}?offset=4`)
    expect(await tail.text()).toBe('Detailed</h1>')
  })

  it('page through long text without cutting a character, and show other bytes as numbers', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const text = `x${'é'.repeat(70_000)}`
    const { id } = await rig.deposit({
      files: {
        'scoring_output/scores.json': '{"auc": 0.5}',
        'logs/scoring_stdout': text,
        'predictions/p.bin': Buffer.from([0, 1, 2, 255, 65]),
      },
    })
    const { files } = await rig.show(id)
    const log = files.find((file) => file.section === 'logs')?.number
    const count = async (offset: number) => {
      const html = await (await browser.get(`/holds/${id}/files/${log}?as=text&offset=${offset}`)).text()
      expect(html).not.toContain('\ufffd')
      return html.match(/é/g)?.length ?? 0
    }
    expect((await count(0)) + (await count(65_536)) + (await count(131_072))).toBe(70_000)
    const binary = files.find((file) => file.path === 'p.bin')?.number
    const dump = await (await browser.get(`/holds/${id}/files/${binary}`)).text()
    expect(dump).toContain('00 01 02 ff 41')
    expect(dump).toContain('not plain text')
    const failed = await rig.deposit({ files: { 'logs/scoring_stdout': text }, failure: 'time-limit' })
    expect(await (await browser.get(`/holds/${failed.id}`)).text()).toContain('Only the first')
  })

  it('say that a file was altered instead of showing it', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const { id } = await rig.deposit({ failure: 'scoring-failed' })
    const content = HONEST_RUN['logs/scoring_stdout'] ?? ''
    await writeFile(rig.blobFile(content), String(content).replace('LOG', 'DOG'))
    const page = await (await browser.get(`/holds/${id}`)).text()
    expect(page).toContain('not as they were sealed')
    expect(page).not.toContain('PLANTED-DOG')
    const { files } = await rig.show(id)
    const file = await browser.get(
      `/holds/${id}/files/${files.find(({ section }) => section === 'logs')?.number}`,
    )
    expect(await file.text()).not.toContain('PLANTED-DOG')
  })

  it('show the policy as text, the platform, and what is still on its way', async () => {
    await using rig = await DeskRig.start({ policy: `${POLICY}# <b>bold</b>\n` })
    await rig.platform.down()
    const browser = await rig.signIn()
    const { id } = await rig.deposit()
    const page = await (await browser.get('/site')).text()
    expect(page).toContain('# &lt;b&gt;bold&lt;/b&gt;')
    expect(page).toContain(rig.platform.url)
    expect(page).toContain(`href="/holds/${id}"`)
    expect((await fetch(`${rig.url}/healthz`)).status).toBe(200)
  })

  it('stay quick and short with a thousand holds and a hold of a thousand files', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    await rig.copyHold((await rig.deposit()).id, 999)
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, at) => [`predictions/${at}.csv`, 'same']),
    )
    const { id } = await rig.deposit({ files: many })
    const first = await (await browser.get('/')).text()
    expect(first).toContain('of 1,000')
    expect(first.match(/>Review</g)).toHaveLength(50)
    const seen = new Set<string>()
    for (let path: string | undefined = '/'; path !== undefined; ) {
      const html = await (await browser.get(path)).text()
      for (const [, hold] of html.matchAll(/href="\/holds\/([a-z2-7]{8})"/g)) seen.add(hold ?? '')
      path = /href="([^"]*)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(seen.size).toBe(1000)
    const page = await (await browser.get(`/holds/${id}`)).text()
    expect(page).toContain('1–100 of 1000 files')
    expect(page.length).toBeLessThan(300_000)
  })
})

describe('the API', () => {
  it('gives a token for a name and password', async () => {
    await using rig = await DeskRig.start()
    const ask = (password: string) =>
      fetch(`${rig.url}/api/api-token-auth/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'second-reviewer', password }),
      })
    const { token } = (await (await ask(PASSWORD)).json()) as { token: string }
    const lists = await fetch(`${rig.url}/api/holds`, { headers: { authorization: `Token ${token}` } })
    expect(await lists.json()).toEqual({ holds: [], total: 0, isMore: false })
    expect((await ask('wrong')).status).toBe(400)
  })

  it('answers each endpoint that it documents', async () => {
    await using rig = await DeskRig.start()
    const document = (await (await fetch(`${rig.url}/api/openapi.json`)).json()) as {
      openapi: string
      paths: Record<string, Record<string, unknown>>
    }
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths).toSorted()).toEqual(
      [...new Set(ENDPOINTS.map(({ path }) => path))].toSorted(),
    )
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods)) {
        const answer = await fetch(rig.url + path.replaceAll(/\{\w+\}/g, '0'), {
          method: method.toUpperCase(),
        })
        expect(((await answer.json()) as { code?: string }).code, `${method} ${path}`).not.toBe(
          'no-such-page',
        )
      }
    }
    const page = await (await fetch(`${rig.url}/api/docs`)).text()
    for (const path of Object.keys(document.paths)) expect(page).toContain(path)
  })
})
