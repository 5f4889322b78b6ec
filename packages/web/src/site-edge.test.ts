import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { ScoregateError } from '@scoregate/protocol/errors'
import { migrate } from '@scoregate/storage/migrate'
import { openRecords, type Records } from '@scoregate/storage/records'
import { Hono } from 'hono'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ACCOUNT_MIGRATIONS, type Accounts, type AccountTables, createAccounts } from './accounts.ts'
import type { WebEnv } from './environment.ts'
import { handleErrors, parseBody } from './error-answers.ts'
import { identify, requirePerson, startSession } from './identity.ts'
import { bodyStream, sendStream } from './request-body.ts'
import { securityHeaders } from './security-headers.ts'
import { type RunningServer, startServer } from './server.ts'
import { createLinkSigner } from './signed-links.ts'

const COOKIE = 'test_session'
const PASSWORD = 'a long enough password'

describe('the HTTP edge of a site', () => {
  let folder: string
  let records: Records<AccountTables>
  let accounts: Accounts
  let server: RunningServer
  let now = new Date('2026-05-01T12:00:00Z')

  beforeEach(async () => {
    now = new Date('2026-05-01T12:00:00Z')
    folder = await mkdtemp(join(tmpdir(), 'scoregate-web-'))
    records = await openRecords(join(folder, 'site.db'))
    await migrate(records.db, ACCOUNT_MIGRATIONS)
    accounts = createAccounts(records.db, () => now)
    const app = new Hono<WebEnv>()
    const errors = handleErrors({
      log: pino({ level: 'silent' }),
      errorPage: (_c, { body }) => `<h1>${body.detail}</h1>`,
    })
    app.onError(errors.onError)
    app.notFound(errors.notFound)
    app.use(securityHeaders())
    app.use(identify(accounts, { cookieName: COOKIE }))
    app.post('/sign-in', async (c) => {
      const { username, password } = await parseBody(
        c,
        z.object({ username: z.string(), password: z.string() }),
      )
      const person = await accounts.checkPassword(username, password)
      if (person) await startSession(c, accounts, person, COOKIE)
      return c.json({ signedIn: person !== undefined })
    })
    app.get('/api/me', (c) => c.json({ ...requirePerson(c), by: requirePerson(c).by }))
    app.post('/api/change', (c) => c.json({ changedBy: requirePerson(c).person.username }))
    app.get('/api/secret-crash', () => {
      throw new Error('patient 4711 has a fever')
    })
    app.put('/api/size', async (c) => {
      let size = 0
      for await (const chunk of bodyStream(c)) size += chunk.byteLength
      return c.json({ size })
    })
    app.get('/api/broken-file', (c) =>
      sendStream(c, {
        stream: Readable.from(
          (async function* () {
            yield Buffer.from('first')
            throw new ScoregateError({ kind: 'internal', code: 'x', message: 'x', remedy: 'x' })
          })(),
        ),
        sizeBytes: 10,
        mediaType: 'text/plain',
        disposition: 'attachment',
      }),
    )
    server = await startServer({ app, host: '127.0.0.1', port: 0 })
  })
  afterEach(async () => {
    await server.close()
    await records.close()
    await rm(folder, { recursive: true })
  })

  async function signIn(): Promise<{ cookie: string; csrf: string }> {
    const answer = await fetch(`${server.url}/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ username: 'reviewer', password: PASSWORD }),
    })
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const me = await fetch(`${server.url}/api/me`, { headers: { cookie } })
    const { by } = z.object({ by: z.object({ csrf: z.string() }) }).parse(await me.json())
    return { cookie, csrf: by.csrf }
  }

  it('lets a session change something only with its CSRF value', async () => {
    await accounts.createPerson({ username: 'reviewer', password: PASSWORD })
    const { cookie, csrf } = await signIn()
    const change = (headers: Record<string, string>) =>
      fetch(`${server.url}/api/change`, { method: 'POST', headers: { cookie, ...headers } })
    expect((await change({})).status).toBe(403)
    expect((await change({ 'x-csrf-token': 'guess' })).status).toBe(403)
    expect((await change({ 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    const allowed = await change({ 'x-csrf-token': csrf })
    expect(await allowed.json()).toEqual({ changedBy: 'reviewer' })
  })

  it('ends a session after its hours', async () => {
    await accounts.createPerson({ username: 'reviewer', password: PASSWORD })
    const { cookie } = await signIn()
    now = new Date(now.getTime() + 13 * 3_600_000)
    const answer = await fetch(`${server.url}/api/me`, { headers: { cookie } })
    expect(answer.status).toBe(401)
  })

  it('knows a person by an API token, in both spellings of the header', async () => {
    const person = await accounts.createPerson({ username: 'script', password: PASSWORD })
    const token = await accounts.createToken(person)
    for (const scheme of ['Token', 'Bearer']) {
      const answer = await fetch(`${server.url}/api/change`, {
        method: 'POST',
        headers: { authorization: `${scheme} ${token}` },
      })
      expect(await answer.json()).toEqual({ changedBy: 'script' })
    }
  })

  it('stops guessing after ten wrong passwords, for that name only, and for five minutes', async () => {
    await accounts.createPerson({ username: 'reviewer', password: PASSWORD })
    await accounts.createPerson({ username: 'other', password: PASSWORD })
    for (let tries = 0; tries < 10; tries++) {
      expect(await accounts.checkPassword('reviewer', 'wrong')).toBeUndefined()
    }
    await expect(accounts.checkPassword('Reviewer', PASSWORD)).rejects.toMatchObject({
      code: 'too-many-sign-ins',
    })
    expect(await accounts.checkPassword('other', PASSWORD)).toBeDefined()
    now = new Date(now.getTime() + 6 * 60_000)
    expect(await accounts.checkPassword('reviewer', PASSWORD)).toBeDefined()
  })

  it('refuses two people of one name, and names everything that is wrong with an account', async () => {
    await accounts.createPerson({ username: 'Reviewer', password: PASSWORD })
    await expect(accounts.createPerson({ username: 'reviewer', password: PASSWORD })).rejects.toMatchObject({
      code: 'username-taken',
    })
    await expect(accounts.createPerson({ username: '<b>', password: 'short' })).rejects.toMatchObject({
      problems: [{ where: 'username' }, { where: 'password' }],
    })
  })

  it('honours a sign-in link until its time is over', async () => {
    const person = await accounts.createPerson({ username: 'reviewer', password: PASSWORD })
    await accounts.createSignInLink(person, 'link-token', new Date(now.getTime() + 60_000))
    expect(await accounts.useSignInLink('link-token')).toMatchObject({ username: 'reviewer' })
    expect(await accounts.useSignInLink('another')).toBeUndefined()
    now = new Date(now.getTime() + 60_001)
    expect(await accounts.useSignInLink('link-token')).toBeUndefined()
  })

  it('answers an unexpected error without a word of its text', async () => {
    const answer = await fetch(`${server.url}/api/secret-crash`)
    expect(answer.status).toBe(500)
    const text = await answer.text()
    expect(text).not.toContain('4711')
    expect(JSON.parse(text)).toMatchObject({ code: 'internal', request_id: expect.any(String) })
  })

  it('streams a body, and breaks a download whose source fails instead of ending it', async () => {
    const answer = await fetch(`${server.url}/api/size`, { method: 'PUT', body: Buffer.alloc(3_000_000) })
    expect(await answer.json()).toEqual({ size: 3_000_000 })
    await expect(fetch(`${server.url}/api/broken-file`).then((sent) => sent.text())).rejects.toThrow()
  })

  it('says plainly that a port is taken', async () => {
    const app = new Hono<WebEnv>()
    await expect(startServer({ app, host: '127.0.0.1', port: server.port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(String(server.port)),
    })
  })

  it('sends the strict policy with every page', async () => {
    const answer = await fetch(`${server.url}/nothing-here`, { headers: { accept: 'text/html' } })
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('signed links', () => {
  let now = new Date('2026-05-01T12:00:00Z')
  const signer = createLinkSigner('key', () => now)
  const base = 'http://hub.example'

  it('hold for one method, one path and their claims, until they expire', () => {
    const link = signer.sign({
      method: 'PUT',
      path: '/upload/1',
      expiresAt: new Date('2026-05-01T13:00:00Z'),
      claims: { size: '5' },
    })
    const url = new URL(link, base)
    const reading = signer.verify('PUT', url)
    expect(reading.kind === 'valid' && reading.claims.get('size')).toBe('5')
    expect(signer.verify('GET', url).kind).toBe('invalid')
    expect(signer.verify('PUT', new URL(link.replace('/1?', '/2?'), base)).kind).toBe('invalid')
    expect(signer.verify('PUT', new URL(link.replace('size=5', 'size=6'), base)).kind).toBe('invalid')
    expect(createLinkSigner('other', () => now).verify('PUT', url).kind).toBe('invalid')
    now = new Date('2026-05-01T13:00:00Z')
    expect(signer.verify('PUT', url).kind).toBe('expired')
  })
})
