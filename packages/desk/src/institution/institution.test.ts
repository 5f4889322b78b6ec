import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { auditFileOf } from '../audit/audit-file-name.ts'
import { DeskRig, PASSWORD } from '../desk-rig.ts'
import {
  CookieBrowser,
  type ProviderAccount,
  type ProviderRig,
  startProvider,
  type Visited,
} from './provider-rig.ts'

let provider: ProviderRig
let rig: DeskRig

const ALICE: ProviderAccount = { sub: 'alice-1', email: 'Alice@University.example', email_verified: true }

beforeAll(async () => {
  provider = await startProvider()
  rig = await DeskRig.start({ config: { institution: provider.settings } })
  provider.register(rig.url)
})

afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

beforeEach(async () => {
  provider.state.account = ALICE
  provider.state.isBroken = false
  provider.state.tamper = (answer) => answer
  await rig.changeRecords('update person set disabled_at = null', [])
  for (const table of ['person_identity', 'expected_identity'])
    await rig.changeRecords(`delete from ${table}`, [])
})

const isReturn = (url: URL) => url.pathname === '/sign-in/institution/return'
const isAuthorization = (url: URL) => url.pathname === '/auth'

function begin(browser: CookieBrowser, stopAt?: (url: URL) => boolean): Promise<Visited> {
  return browser.go(`${rig.url}/sign-in/institution`, stopAt === undefined ? {} : { stopAt })
}

async function isSignedIn(browser: CookieBrowser): Promise<boolean> {
  const page = await browser.go(`${rig.url}/account`)
  return page.url.pathname === '/account' && page.text.includes('My account')
}

const KINDS = [
  'signed-in',
  'institution-refused',
  'identity-connected',
  'identity-expected',
  'identity-removed',
]

/** The newest acts on the chain that have to do with signing in. */
async function lastActs(count: number): Promise<unknown[]> {
  const lines = (await readFile(auditFileOf(rig.dataFolder), 'utf8')).trimEnd().split('\n')
  const acts = lines.map((line): { kind: string } => JSON.parse(line).act)
  return acts.filter(({ kind }) => KINDS.includes(kind)).slice(-count)
}

async function expectRefusal(
  page: Visited,
  browser: CookieBrowser,
  code: string,
  status: number,
): Promise<void> {
  expect({ status: page.status, acts: await lastActs(1) }).toEqual({
    status,
    acts: [{ kind: 'institution-refused', code }],
  })
  expect(page.text).toContain('autocomplete="current-password"')
  expect(page.text).not.toContain('planted-words')
  expect(await isSignedIn(browser)).toBe(false)
}

/** Signs in by password and connects the account of whoever sits before the provider. */
async function connectAs(username: string): Promise<{ browser: CookieBrowser; page: Visited }> {
  const browser = new CookieBrowser()
  await signInByPassword(browser, username)
  const account = await browser.go(`${rig.url}/account`)
  const departure = await browser.go(`${rig.url}/account/institution/connect`, {
    fields: [['csrf', csrfIn(account.text)]],
  })
  return { browser, page: await browser.go(hrefTo(departure.text)) }
}

function signInByPassword(browser: CookieBrowser, username: string): Promise<Visited> {
  const fields: [string, string][] = [
    ['username', username],
    ['password', PASSWORD],
  ]
  return browser.go(`${rig.url}/sign-in`, { fields })
}

/** What a steward says, written into the records. */
async function expectAccount(username: string, kind: string, value: string): Promise<void> {
  await rig.changeRecords(
    `insert into expected_identity select ?, ?, ?, id, 'salt', '2026-01-01T00:00:00.000Z' from person where username = ?`,
    [provider.issuer, kind, value, username],
  )
}

function csrfIn(html: string): string {
  return /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''
}

function hrefTo(html: string): string {
  const found = new RegExp(`href="(${provider.issuer}[^"]+)"`).exec(html)?.[1] ?? ''
  return found.replaceAll('&amp;', '&')
}

describe('signing in by an institution', () => {
  it('gives nobody an account: an unknown identity is refused, whatever address it has', async () => {
    const browser = new CookieBrowser()
    provider.state.account = { ...ALICE, email: 'first-reviewer' }
    await expectRefusal(await begin(browser), browser, 'unknown-identity', 403)
  })

  it('signs in with an account that its owner connected, and leads to what was asked for', async () => {
    const connected = await connectAs('first-reviewer')
    expect(connected.page.url.pathname).toBe('/account')
    expect(connected.page.text).toContain('alice@university.example')
    expect(await lastActs(1)).toMatchObject([
      { kind: 'identity-connected', reviewer: 'first-reviewer', how: 'self' },
    ])
    expect(JSON.stringify(await lastActs(5))).not.toContain('alice-1')

    const browser = new CookieBrowser()
    const page = await browser.go(`${rig.url}/sign-in/institution?next=%2Fworkers`)
    expect(page.url.href).toBe(`${rig.url}/workers`)
    expect(page.text).toContain('first-reviewer')
    expect(await lastActs(1)).toMatchObject([
      { kind: 'signed-in', reviewer: 'first-reviewer', by: 'institution' },
    ])
  })

  it('refuses a state that this browser did not begin with, a used cookie, and a browser without one', async () => {
    await connectAs('first-reviewer')
    const browser = new CookieBrowser()
    const back = await begin(browser, isReturn)
    const other = new URL(back.url)
    other.searchParams.set('state', 'of-somebody-else')
    await expectRefusal(await browser.clone().go(other), new CookieBrowser(), 'journey-unknown', 400)

    const stranger = new CookieBrowser()
    await expectRefusal(await stranger.go(back.url), stranger, 'journey-unknown', 400)

    const thief = browser.clone()
    expect((await browser.go(back.url)).url.pathname).toBe('/')
    expect(await isSignedIn(browser)).toBe(true)
    // The same address and the same cookie, once more.
    await expectRefusal(await thief.go(back.url), thief, 'journey-unknown', 400)
  })

  it('refuses a code of another journey, and one that was used', async () => {
    await connectAs('first-reviewer')
    const first = await begin(new CookieBrowser(), isReturn)
    const browser = new CookieBrowser()
    const second = await begin(browser, isReturn)
    const stolen = new URL(second.url)
    stolen.searchParams.set('code', first.url.searchParams.get('code') ?? '')
    await expectRefusal(await browser.go(stolen), browser, 'bad-answer', 401)

    const honest = new CookieBrowser()
    const used = await begin(honest, isReturn)
    expect((await honest.go(used.url)).url.pathname).toBe('/')
    const replaying = new CookieBrowser()
    const third = new URL((await begin(replaying, isReturn)).url)
    third.searchParams.set('code', used.url.searchParams.get('code') ?? '')
    await expectRefusal(await replaying.go(third), replaying, 'bad-answer', 401)
  })

  it('refuses an ID token with another nonce', async () => {
    await connectAs('first-reviewer')
    const browser = new CookieBrowser()
    const departure = await begin(browser, isAuthorization)
    departure.url.searchParams.set('nonce', 'of-another-journey')
    await expectRefusal(await browser.go(departure.url), browser, 'bad-answer', 401)
  })

  it.each([
    ['for another client', (token: string) => token],
    ['with another signature', (token: string) => `${token.slice(0, -8)}AAAAAAAA`],
  ])('refuses an ID token %s', async (which, change) => {
    await connectAs('first-reviewer')
    const browser = new CookieBrowser()
    const departure = await begin(browser, isAuthorization)
    const back = await browser.go(departure.url, { stopAt: isReturn })
    const nonce = departure.url.searchParams.get('nonce') ?? ''
    const foreign = await tokenForOtherClient(back.url, nonce)
    provider.state.tamper = (answer) => ({
      ...answer,
      id_token: change(which === 'for another client' ? foreign : String(answer['id_token'])),
    })
    await expectRefusal(await browser.go(back.url), browser, 'bad-answer', 401)
  })

  it('says that the provider does not answer, and signs in by password all the same', async () => {
    provider.state.isBroken = true
    const fresh = await DeskRig.start({ config: { institution: provider.settings } })
    try {
      const page = await new CookieBrowser().go(`${fresh.url}/sign-in/institution`)
      expect(page.status).toBe(503)
      expect(page.text).toContain('Test University does not answer.')
      expect(page.text).not.toContain('planted-words')
    } finally {
      await fresh[Symbol.asyncDispose]()
    }
    provider.state.isBroken = false
    const browser = new CookieBrowser()
    const back = await begin(browser, isReturn)
    provider.state.isBroken = true
    await expectRefusal(await browser.go(back.url), browser, 'unavailable', 503)
    await signInByPassword(browser, 'first-reviewer')
    expect(await isSignedIn(browser)).toBe(true)
  })

  it('shows nothing that a provider writes when it refuses', async () => {
    provider.state.account = undefined
    const browser = new CookieBrowser()
    await expectRefusal(await begin(browser), browser, 'denied', 401)
  })

  it('signs nobody in whose account is disabled, and connects nothing to it', async () => {
    await connectAs('first-reviewer')
    await expectAccount('second-reviewer', 'subject', 'bob-1')
    await rig.changeRecords('update person set disabled_at = ?', [new Date().toISOString()])
    for (const [account, reviewer] of [
      [ALICE, 'first-reviewer'],
      [{ sub: 'bob-1' }, 'second-reviewer'],
    ] as const) {
      provider.state.account = account
      const page = await begin(new CookieBrowser())
      expect(page.status).toBe(403)
      expect(await lastActs(1)).toEqual([{ kind: 'institution-refused', code: 'account-disabled', reviewer }])
    }
    await rig.changeRecords('update person set disabled_at = null', [])
    // The control: both come in when they are not disabled.
    expect((await begin(new CookieBrowser())).url.pathname).toBe('/')
    expect(await lastActs(2)).toMatchObject([
      { kind: 'identity-connected', reviewer: 'second-reviewer', how: 'expected' },
      { kind: 'signed-in', reviewer: 'second-reviewer', by: 'institution' },
    ])
  })

  it('connects whom a steward expects by a confirmed address, and by no other', async () => {
    await expectAccount('second-reviewer', 'email', 'carol@university.example')
    for (const email_verified of [false, undefined, 'true', 1]) {
      provider.state.account = {
        sub: `carol-${email_verified}`,
        email: 'carol@university.example',
        email_verified,
      }
      const browser = new CookieBrowser()
      await expectRefusal(await begin(browser), browser, 'email-unconfirmed', 403)
    }
    for (const email of [
      'carol@university.example.org',
      'xcarol@university.example',
      'carol@university.example\u{212a}',
    ]) {
      provider.state.account = { sub: 'other', email, email_verified: true }
      const browser = new CookieBrowser()
      await expectRefusal(await begin(browser), browser, 'unknown-identity', 403)
    }
    provider.state.account = { sub: 'carol-1', email: 'Carol@University.example', email_verified: true }
    expect((await begin(new CookieBrowser())).url.pathname).toBe('/')
    // Once: whoever has the address later is somebody else.
    provider.state.account = { sub: 'carol-2', email: 'carol@university.example', email_verified: true }
    const browser = new CookieBrowser()
    await expectRefusal(await begin(browser), browser, 'unknown-identity', 403)
    provider.state.account = { sub: 'carol-1' }
    expect((await begin(new CookieBrowser())).url.pathname).toBe('/')
  })

  it('connects whom a steward says on the page of a person, until that is taken back', async () => {
    const steward = new CookieBrowser()
    await signInByPassword(steward, 'first-reviewer')
    const personPage = `${rig.url}/people/of/second-reviewer`
    const csrf = csrfIn((await steward.go(personPage)).text)
    const say = (fields: [string, string][], path = '/institution') =>
      steward.go(`${personPage}${path}`, { fields: [['csrf', csrf], ...fields] })
    const wrong = await say([
      ['kind', 'email'],
      ['value', 'no address'],
    ])
    expect(wrong.status).toBe(400)
    const said = await say([
      ['kind', 'email'],
      ['value', 'Dave@University.example'],
    ])
    expect(said.text).toContain('dave@university.example')
    expect(await lastActs(1)).toMatchObject([
      { kind: 'identity-expected', reviewer: 'first-reviewer', person: 'second-reviewer', by: 'email' },
    ])
    provider.state.account = { sub: 'dave-1', email: 'dave@university.example', email_verified: true }
    expect((await begin(new CookieBrowser())).url.pathname).toBe('/')
    expect((await steward.go(`${rig.url}/people`)).text).toContain('institution, 1 token')

    await say([], '/institution/remove')
    expect(await lastActs(1)).toMatchObject([
      { kind: 'identity-removed', reviewer: 'first-reviewer', person: 'second-reviewer' },
    ])
    const browser = new CookieBrowser()
    await expectRefusal(await begin(browser), browser, 'unknown-identity', 403)
  })

  it('connects an account of the institution to one person only, and one to each', async () => {
    await connectAs('first-reviewer')
    const other = await connectAs('second-reviewer')
    expect(other.page.status).toBe(409)
    expect(await lastActs(1)).toEqual([
      { kind: 'institution-refused', code: 'identity-taken', reviewer: 'second-reviewer' },
    ])
    provider.state.account = { sub: 'another-of-alice' }
    expect((await connectAs('first-reviewer')).page.status).toBe(409)
  })

  it('is parted again by its owner, after which it lets nobody in', async () => {
    const { browser } = await connectAs('first-reviewer')
    const account = await browser.go(`${rig.url}/account`)
    const fields: [string, string][] = [['csrf', csrfIn(account.text)]]
    const after = await browser.go(`${rig.url}/account/institution/remove`, { fields })
    expect(after.text).toContain('Not connected.')
    expect(await lastActs(1)).toMatchObject([
      { kind: 'identity-removed', reviewer: 'first-reviewer', person: 'first-reviewer' },
    ])
    const later = new CookieBrowser()
    await expectRefusal(await begin(later), later, 'unknown-identity', 403)
  })

  it('connects nothing for a session that ended meanwhile, nor for another site, nor without a fresh proof', async () => {
    const browser = new CookieBrowser()
    await signInByPassword(browser, 'first-reviewer')
    const csrf = csrfIn((await browser.go(`${rig.url}/account`)).text)
    const connectAddress = `${rig.url}/account/institution/connect`
    expect((await browser.go(connectAddress, { fields: [] })).status).toBe(403)
    const departure = await browser.go(connectAddress, { fields: [['csrf', csrf]] })
    await rig.changeRecords('delete from session', [])
    const page = await browser.go(hrefTo(departure.text))
    expect(page.status).toBe(401)
    expect(await lastActs(1)).toEqual([{ kind: 'institution-refused', code: 'session-ended' }])

    const old = new CookieBrowser()
    await signInByPassword(old, 'first-reviewer')
    const again = csrfIn((await old.go(`${rig.url}/account`)).text)
    rig.passTime(11 * 60)
    const asked = await old.go(connectAddress, { fields: [['csrf', again]] })
    expect(asked.url.pathname).toBe('/account/prove')
  })

  it('asks for the claims that the desk requires, wherever the provider gives them', async () => {
    const requiredClaims = [
      { claim: 'acr', values: ['two-factors'] },
      { claim: 'groups', values: ['data-reviewers', 'stewards'] },
    ]
    const institution = { ...provider.settings, requiredClaims }
    await using strict = await DeskRig.start({ config: { institution } })
    provider.register(strict.url)
    try {
      const come = async (account: Partial<ProviderAccount>) => {
        provider.state.account = { ...ALICE, ...account }
        return (await new CookieBrowser().go(`${strict.url}/sign-in/institution`)).text
      }
      const groups = ['others', 'stewards']
      const refused = 'did not confirm that you signed in there as this desk asks for'
      expect(await come({ acr: 'password', groups })).toContain(refused)
      expect(await come({ groups })).toContain(refused)
      expect(await come({ acr: 'two-factors', groups: ['others'] })).toContain(refused)
      expect(await come({ acr: 'two-factors' })).toContain(refused)
      // The control: with all of them only the account is missing.
      expect(await come({ acr: 'two-factors', groups })).toContain('is not connected to an account')
    } finally {
      provider.register(rig.url)
    }
  })

  it('does not begin for another site, and leads on whoever is signed in', async () => {
    const page = await new CookieBrowser().go(`${rig.url}/sign-in/institution`, {
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(page.url.pathname).toBe('/sign-in')
    const { browser } = await connectAs('first-reviewer')
    expect((await begin(browser)).url.origin).toBe(rig.url)
  })
})

/** A token that the provider signed for another of its clients, with the nonce of this journey. */
async function tokenForOtherClient(back: URL, nonce: string): Promise<string> {
  const browser = new CookieBrowser()
  const redirect = `${back.origin}${back.pathname}`
  const verifier = 'v'.repeat(64)
  const address = new URL('/auth', provider.issuer)
  address.search = new URLSearchParams({
    ...{
      client_id: provider.otherClient,
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'openid',
      nonce,
    },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
  const { url } = await browser.go(address, { stopAt: isReturn })
  const answer = await fetch(new URL('/token', provider.issuer), {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${provider.otherClient}:${provider.settings.clientSecret}`)}`,
    },
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', redirect_uri: redirect, code_verifier: verifier },
      code: url.searchParams.get('code') ?? '',
    }),
  })
  return z.object({ id_token: z.string() }).parse(await answer.json()).id_token
}
