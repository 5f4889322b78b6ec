import { ScoregateError } from '@scoregate/protocol/errors'
import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Accounts, Person } from './accounts.ts'
import type { SignedIn, WebEnv } from './environment.ts'
import { sameSecret } from './secrets.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Finds out who makes a request: by session cookie, or by `Authorization: Token …` / `Bearer …`. A request that changes
 * something and is made by a session must carry the session's CSRF value, as form field `csrf` or header
 * `X-CSRF-Token`; one by token needs none, since no other site can make a browser send it. A token for reading changes
 * nothing, whatever its owner may: that is refused here (`read-only-token`), before any route.
 *
 * A bearer secret that belongs to no person is left to the handler (workers and desks have their own).
 */
export function identify(
  accounts: Accounts,
  {
    cookieName,
    isBackground = () => false,
  }: {
    cookieName: string
    /** What a page asks by itself: it does not keep a session alive. */
    isBackground?: (c: Context<WebEnv>) => boolean
  },
): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    // A browser says so itself when another site made it send this; signing somebody in or out by force ends here.
    if (!SAFE_METHODS.has(c.req.method) && c.req.header('sec-fetch-site') === 'cross-site') throw forgery()
    const signedIn = await findSignedIn(c, accounts, { cookieName, isUse: !isBackground(c) })
    if (signedIn !== undefined) {
      if (signedIn.by.kind === 'session' && !SAFE_METHODS.has(c.req.method))
        await refuseForgery(c, signedIn.by.csrf)
      if (
        signedIn.by.kind === 'token' &&
        signedIn.by.token.scope === 'read' &&
        !SAFE_METHODS.has(c.req.method)
      )
        throw readOnlyToken()
      c.set('person', signedIn)
    }
    await next()
  }
}

async function findSignedIn(
  c: Context<WebEnv>,
  accounts: Accounts,
  { cookieName, isUse }: { cookieName: string; isUse: boolean },
): Promise<SignedIn | undefined> {
  const token = bearerToken(c)
  if (token !== undefined) return accounts.findByToken(token)
  const session = getCookie(c, cookieName)
  if (session === undefined) return undefined
  return accounts.findSession(session, { agent: c.req.header('user-agent'), isUse })
}

async function refuseForgery(c: Context<WebEnv>, expected: string): Promise<void> {
  const given = c.req.header('x-csrf-token') ?? (await formCsrf(c))
  if (given !== undefined && sameSecret(given, expected)) return
  throw forgery()
}

function forgery(): ScoregateError {
  return new ScoregateError({
    kind: 'not-allowed',
    code: 'stale-form',
    message: 'This form was made for another sign-in, so nothing was changed.',
    remedy: 'Go back, reload the page and send the form again.',
  })
}

function readOnlyToken(): ScoregateError {
  return new ScoregateError({
    kind: 'not-allowed',
    code: 'read-only-token',
    message: 'This token is for reading only, so nothing was changed.',
    remedy: 'Use a token that may decide; you can make one on your account page.',
  })
}

async function formCsrf(c: Context<WebEnv>): Promise<string | undefined> {
  const type = c.req.header('content-type') ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded')) return undefined
  const value = new URLSearchParams(await c.req.text()).get('csrf')
  return value ?? undefined
}

/** The person who makes this request. Throws `ScoregateError` (`not-signed-in`) when nobody is signed in. */
export function requirePerson(c: Context<WebEnv>): SignedIn {
  const person = c.get('person')
  if (person !== undefined) return person
  throw new ScoregateError({
    kind: 'not-signed-in',
    code: 'not-signed-in',
    message: 'You are not signed in.',
    remedy: 'Sign in, or send a valid token in the Authorization header.',
  })
}

/** The secret of `Authorization: Bearer …` or `Token …`, if one was sent. */
export function bearerToken(c: Context<WebEnv>): string | undefined {
  return /^(?:Bearer|Token) ([\x21-\x7e]{1,512})$/i.exec(c.req.header('authorization') ?? '')?.[1]
}

/** Signs a person in with a new session cookie; an older session of the same browser ends. */
export async function startSession(
  c: Context<WebEnv>,
  accounts: Accounts,
  person: Person,
  cookieName: string,
): Promise<void> {
  const previous = getCookie(c, cookieName)
  if (previous !== undefined) await accounts.endSession(previous)
  const session = await accounts.createSession(person, c.req.header('user-agent'))
  setCookie(c, cookieName, session.id, {
    path: '/',
    httpOnly: true,
    sameSite: accounts.sessionRules.sameSite,
    secure: new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https',
    expires: session.expiresAt,
  })
}

/** Signs the browser out. */
export async function endSession(c: Context<WebEnv>, accounts: Accounts, cookieName: string): Promise<void> {
  const session = getCookie(c, cookieName)
  if (session !== undefined) await accounts.endSession(session)
  deleteCookie(c, cookieName, { path: '/' })
}
