import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DeskRig, PASSWORD } from '../desk-rig.ts'
import { until } from '../until-rig.ts'
import { FIREFOX, FormBrowser } from './form-browser-rig.ts'

const SAFARI = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Version/17.0 Safari/605.1.15'

let rig: DeskRig

beforeEach(async () => {
  rig = await DeskRig.start()
})

afterEach(() => rig[Symbol.asyncDispose]())

async function signedIn(agent = FIREFOX): Promise<FormBrowser> {
  const browser = new FormBrowser(rig.url, { agent })
  expect((await browser.signIn()).status).toBe(303)
  return browser
}

async function chainWords(): Promise<string> {
  return await (await rig.api('/audit?group=people')).text()
}

describe('the session of a person at the desk', () => {
  it('is a cookie of this host alone, out of reach for scripts and for other sites', async () => {
    const answer = await new FormBrowser(rig.url).signIn()
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    expect(cookie).not.toMatch(/Domain=/i)
    expect(cookie).not.toMatch(/Secure/)
    const behindTls = await new FormBrowser(rig.url).ask(
      '/sign-in',
      { username: 'first-reviewer', password: PASSWORD },
      { 'x-forwarded-proto': 'https' },
    )
    expect(behindTls.headers.get('set-cookie')).toMatch(/Secure/)
  })

  it('has a new secret at each sign-in, and the old one is at an end', async () => {
    const browser = await signedIn()
    const old = browser.cookie
    await browser.send('/sign-in', { username: 'first-reviewer', password: PASSWORD })
    expect(browser.cookie).not.toBe(old)
    browser.cookie = old
    expect(await browser.isIn()).toBe(false)
  })

  it('is refused in another browser and ended, and both the chain and its owner can tell', async () => {
    const browser = await signedIn()
    const thief = new FormBrowser(rig.url, { agent: SAFARI })
    thief.cookie = browser.cookie
    expect((await thief.ask('/')).status).toBe(303)
    expect(await browser.isIn()).toBe(false)
    expect(await (await rig.api('/audit')).text()).toContain(
      'a session of first-reviewer came from another browser than its own, and was ended',
    )
  })

  it('ends without use, whatever the live number of the inbox asks meanwhile', async () => {
    const browser = await signedIn()
    const news = () => browser.ask(`/news/waiting?since=${new Date().toISOString()}`)
    for (let minutes = 0; minutes < 30; minutes += 10) {
      expect((await news()).status).toBe(200)
      rig.passTime(10.1 * 60)
    }
    expect((await news()).status).toBe(303)
    expect(await browser.isIn()).toBe(false)
  })

  it('leads on from a link of another site by a page of its own', async () => {
    const browser = await signedIn()
    browser.cookie = ''
    const answer = await browser.ask('/report?month=2026-05', undefined, { 'sec-fetch-site': 'cross-site' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('refresh')).toBe('0; url=/report?month=2026-05')
  })
})

describe('the page of my account', () => {
  it('lists where I am signed in, and ends one session or all others', async () => {
    const here = await signedIn()
    const there = await signedIn(SAFARI)
    const page = await (await here.ask('/account')).text()
    expect(page).toContain('Firefox on Linux')
    expect(page).toContain('Safari on macOS')
    expect(page).toContain('This one')
    const ref = /\/account\/sessions\/([0-9a-f]+)\/end/.exec(page)?.[1] ?? ''
    expect((await here.send(`/account/sessions/${ref}/end`)).status).toBe(303)
    expect([await here.isIn(), await there.isIn()]).toEqual([true, false])

    await there.signIn()
    await here.send('/account/other-sessions/end')
    expect([await here.isIn(), await there.isIn()]).toEqual([true, false])
    expect(await chainWords()).toContain('first-reviewer ended 1 session of their own')
  })

  it('ends nobody else’s session', async () => {
    const other = new FormBrowser(rig.url)
    await other.ask('/sign-in', { username: 'second-reviewer', password: PASSWORD })
    const page = await (await other.ask('/account')).text()
    expect(page).toContain('This one')
    const mine = await signedIn()
    // The name of a session in lists is of its hash, which a person could learn of another only from the records.
    await mine.send('/account/sessions/%25/end')
    await mine.send(`/account/sessions/${'0'.repeat(16)}/end`)
    await mine.send('/account/other-sessions/end')
    expect(await other.isIn()).toBe(true)
  })

  it('changes the password against the old one, and ends the other sessions', async () => {
    const here = await signedIn()
    const there = await signedIn(SAFARI)
    const wrong = await here.send('/account/password', {
      current: 'not it',
      'new-password': 'another password',
    })
    expect(wrong.status).toBe(400)
    expect(await wrong.text()).toContain('This is not your password.')
    const short = await here.send('/account/password', { current: PASSWORD, 'new-password': 'short' })
    expect(await short.text()).toContain('Use at least 10 characters')
    const done = await here.send('/account/password', {
      current: PASSWORD,
      'new-password': 'another password',
    })
    expect(done.headers.get('location')).toBe('/account?done=password')
    expect([await here.isIn(), await there.isIn()]).toEqual([true, false])
    expect((await there.signIn()).status).toBe(401)
    expect((await there.signIn('another password')).status).toBe(303)
    expect(await chainWords()).toContain('first-reviewer changed their password')
  })

  it('keeps a changed password when the desk starts again with its first accounts', async () => {
    const here = await signedIn()
    await here.send('/account/password', { current: PASSWORD, 'new-password': 'another password' })
    await rig.stopDesk()
    await rig.startDesk()
    expect((await new FormBrowser(rig.url).signIn()).status).toBe(401)
    expect((await new FormBrowser(rig.url).signIn('another password')).status).toBe(303)
  })

  it('asks again for the password, and says when it is wrong', async () => {
    const here = await signedIn()
    const wrong = await here.send('/account/prove', { password: 'not it', next: '/people' })
    expect(wrong.status).toBe(401)
    const right = await here.send('/account/prove', { password: PASSWORD, next: '//elsewhere.example' })
    expect(right.headers.get('location')).toBe('/')
    await until('the chain to tell', async () => (await chainWords()).includes('proved again who they are'))
  })
})
