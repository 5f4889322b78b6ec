import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ShownToken, TOKEN_PATH, TOKENS_PATH, TokenAnswer, TokenList } from '../api/token-api.ts'
import { DeskRig, PASSWORD } from '../desk-rig.ts'

const DAY_SECONDS = 86_400
const REVIEWER = 'first-reviewer'

/** Asks the desk with a token, and with nothing else. */
function withToken(rig: DeskRig, token: string) {
  return async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${rig.url}${path}`, {
      method,
      headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json().catch(() => undefined) }
  }
}

async function newToken(rig: DeskRig, wish: object = {}): Promise<TokenAnswer> {
  return TokenAnswer.parse(await (await rig.api(TOKENS_PATH, wish)).json())
}

async function ownTokens(rig: DeskRig): Promise<ShownToken[]> {
  return TokenList.parse(await (await rig.api(TOKENS_PATH)).json()).tokens
}

describe('personal tokens', () => {
  it('lets one for reading read everything and change nothing, whatever its owner may do', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    const { digest } = await rig.show(id)
    const { token } = await newToken(rig, { scope: 'read', label: 'nightly list' })
    const ask = withToken(rig, token)
    expect((await ask('GET', '/api/holds')).status).toBe(200)
    expect((await ask('GET', `/api/holds/${id}`)).status).toBe(200)
    const changes: [string, string, object?][] = [
      ['POST', `/api/holds/${id}/decision`, { digest, decision: 'approve' }],
      ['POST', `/api/holds/${id}/decision`, { digest, decision: 'reject', reason: 'other' }],
      ['POST', `/api/holds/${id}/claim`],
      ['DELETE', `/api/holds/${id}/claim`],
      ['POST', TOKENS_PATH, { scope: 'decide' }],
      ['DELETE', `${TOKENS_PATH}/${(await ownTokens(rig))[0]?.id}`],
      ['POST', '/bulk'],
      ['POST', `/holds/${id}/approve`],
    ]
    for (const [method, path, body] of changes) {
      const { status, body: answer } = await ask(method, path, body)
      expect([path, status]).toEqual([path, 403])
      if (path.startsWith('/api/'))
        expect(answer).toMatchObject({
          code: 'read-only-token',
          detail: 'This token is for reading only, so nothing was changed.',
        })
    }
    expect((await rig.show(id)).state).toBe('awaiting')

    // The control: the same request with a token that may decide is obeyed.
    const deciding = withToken(rig, (await newToken(rig)).token)
    expect((await deciding(...(changes[0] ?? ['', '']))).status).toBe(200)
  })

  it('lists label, scope, end and last use to their owner alone, and never the secret', async () => {
    await using rig = await DeskRig.start()
    const { token, id } = await newToken(rig, { scope: 'read', label: 'nightly list', days: 7 })
    const before = (await ownTokens(rig)).find((token) => token.id === id)
    expect(before).toMatchObject({ label: 'nightly list', scope: 'read' })
    expect(before?.lastUsedAt).toBeUndefined()
    const held = Date.parse(before?.expiresAt ?? '') - Date.parse(before?.createdAt ?? '')
    // It is made a moment after its end is reckoned.
    expect(Math.round(held / DAY_SECONDS / 1000)).toBe(7)

    const listed = await (await rig.api(TOKENS_PATH)).text()
    expect(listed).not.toContain(token)
    await withToken(rig, token)('GET', '/api/holds')
    expect((await ownTokens(rig)).find((token) => token.id === id)?.lastUsedAt).toBeDefined()

    const other = await (await rig.api(TOKENS_PATH, undefined, 'second-reviewer')).json()
    expect(TokenList.parse(other).tokens.map((token) => token.id)).not.toContain(id)
    const stranger = withToken(rig, 'token-of-second-reviewer')
    expect(await stranger('DELETE', `${TOKENS_PATH}/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'no-such-token' },
    })
  })

  it('ends one that is revoked at once and for good, also one that the start command made', async () => {
    await using rig = await DeskRig.start()
    const { token } = await newToken(rig)
    const ask = withToken(rig, token)
    const provided = (await ownTokens(rig)).find((token) => token.label.includes('set up'))
    expect(provided).toMatchObject({ scope: 'decide' })
    expect(await ask('DELETE', `${TOKENS_PATH}/${provided?.id}`)).toMatchObject({ status: 200 })
    expect(await (await rig.api('/api/holds')).json()).toMatchObject({ code: 'token-ended' })
    await rig.stopDesk()
    await rig.startDesk()
    expect((await rig.api('/api/holds')).status).toBe(401)
    expect((await withToken(rig, token)('GET', '/api/holds')).status).toBe(200)
  })

  it('ends one on its day, 90 days on unless something else was asked for', async () => {
    await using rig = await DeskRig.start()
    const { token, expiresAt } = await newToken(rig)
    const { token: lasting } = await newToken(rig, { days: null })
    expect(expiresAt).toBeDefined()
    rig.passTime(89 * DAY_SECONDS)
    expect((await withToken(rig, token)('GET', '/api/holds')).status).toBe(200)
    rig.passTime(2 * DAY_SECONDS)
    expect(await withToken(rig, token)('GET', '/api/holds')).toMatchObject({
      status: 401,
      body: { code: 'token-ended', detail: expect.stringContaining('expired on') },
    })
    expect((await withToken(rig, lasting)('GET', '/api/holds')).status).toBe(200)
  })

  it('does not let a token prolong itself', async () => {
    await using rig = await DeskRig.start()
    const { token, expiresAt } = await newToken(rig, { days: 1 })
    const answer = await withToken(rig, token)('POST', TOKENS_PATH, { days: null })
    expect(TokenAnswer.parse(answer.body).expiresAt).toBe(expiresAt)
  })

  it('makes one by name and password, and refuses what makes no sense', async () => {
    await using rig = await DeskRig.start()
    const answer = await fetch(`${rig.url}${TOKEN_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: REVIEWER, password: PASSWORD, scope: 'read', label: 'laptop' }),
    })
    const made = TokenAnswer.parse(await answer.json())
    expect(made).toMatchObject({ scope: 'read', label: 'laptop' })
    for (const wish of [{ scope: 'all' }, { days: 0 }, { label: 'x'.repeat(101) }, { until: 'ever' }])
      expect((await rig.api(TOKENS_PATH, wish)).status).toBe(400)
  })

  it('tells each making and each end on the chain, without label or secret', async () => {
    await using rig = await DeskRig.start()
    const { token, id } = await newToken(rig, { scope: 'read', label: 'nightly list' })
    await withToken(rig, 'token-of-first-reviewer')('DELETE', `${TOKENS_PATH}/${id}`)
    const chain = await readFile(join(rig.dataFolder, 'audit.jsonl'), 'utf8')
    const acts = chain
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line).act)
    const about = { reviewer: REVIEWER, token: id }
    expect(acts).toContainEqual({
      kind: 'token-issued',
      ...about,
      scope: 'read',
      expiresAt: expect.any(String),
    })
    expect(acts).toContainEqual({ kind: 'token-revoked', ...about })
    expect(chain).not.toContain('nightly list')
    expect(chain).not.toContain(token)
  })

  it('are listed, made and revoked by plain forms, and the secret is shown once', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const account = await (await browser.get('/account')).text()
    const csrf = /name="csrf" value="([^"]+)"/.exec(account)?.[1] ?? ''
    const make = (fields: [string, string][]) => browser.post('/account/tokens', [['csrf', csrf], ...fields])
    const wish: [string, string][] = [
      ['label', '<b>laptop'],
      ['scope', 'read'],
    ]
    const refused = await make([...wish, ['days', '12345']])
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('Choose from the list.')
    const made = await (await make([...wish, ['days', '30']])).text()
    const secret = /<code>([\w-]{43})<\/code>/.exec(made)?.[1] ?? ''
    expect((await withToken(rig, secret)('GET', '/api/holds')).status).toBe(200)
    const shown = await (await browser.get('/account')).text()
    expect(shown).toContain('&lt;b&gt;laptop')
    expect(shown).not.toContain(secret)
    const id = (await ownTokens(rig)).find(({ label }) => label === '<b>laptop')?.id
    await browser.post(`/account/tokens/${id}/end`, [['csrf', csrf]])
    expect((await withToken(rig, secret)('GET', '/api/holds')).status).toBe(401)
  })

  it('does not let a token use the forms, which know no bound', async () => {
    await using rig = await DeskRig.start()
    const { token } = await newToken(rig, { days: 1 })
    const form = { label: 'x', scope: 'decide', days: 'none' }
    expect((await withToken(rig, token)('POST', '/account/tokens', form)).status).toBe(403)
  })
})
