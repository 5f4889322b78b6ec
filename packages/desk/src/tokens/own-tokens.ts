import { ScoregateError } from '@scoregate/protocol/errors'
import type { Accounts, Person } from '@scoregate/web/accounts'
import type { SignedIn } from '@scoregate/web/environment'
import type { PersonalToken, TokenWish } from '@scoregate/web/personal-tokens'
import type { NewTokenRequest } from '../api/token-api.ts'
import type { Audit } from '../audit/audit.ts'

const DAY_MILLISECONDS = 86_400_000

/** What is needed to make and end the tokens of people. */
export type TokenDesk = {
  readonly accounts: Accounts
  readonly audit: Audit
  readonly clock: () => Date
}

/** Makes a token for its owner; who and until when is on the chain before the secret is told. */
export async function makeOwnToken(
  desk: TokenDesk,
  person: Person,
  { scope, label, days }: NewTokenRequest,
): Promise<{ secret: string; token: PersonalToken }> {
  const expiresAt = days === null ? undefined : new Date(desk.clock().getTime() + days * DAY_MILLISECONDS)
  return make(desk, person, { scope, label, expiresAt })
}

/**
 * As `makeOwnToken`, for whoever proves who they are by a token: what it makes holds no longer than it does itself, so that
 * a token that is found cannot prolong itself. (One for reading makes none: it changes nothing.)
 */
export async function makeTokenBy(
  desk: TokenDesk,
  { person, by }: SignedIn,
  request: NewTokenRequest,
): Promise<{ secret: string; token: PersonalToken }> {
  const bound = by.kind === 'token' ? by.token.expiresAt?.getTime() : undefined
  if (bound === undefined) return makeOwnToken(desk, person, request)
  const { scope, label, days } = request
  const wished = days === null ? bound : desk.clock().getTime() + days * DAY_MILLISECONDS
  return make(desk, person, { scope, label, expiresAt: new Date(Math.min(wished, bound)) })
}

/** Ends a token at once, and says so on the chain. Throws `ScoregateError` (`no-such-token`). */
export async function revokeOwnToken(desk: TokenDesk, person: Person, id: string): Promise<PersonalToken> {
  const token = await desk.accounts.revokeToken(person, id)
  await desk.audit.record({ kind: 'token-revoked', reviewer: person.username, token: token.id })
  return token
}

async function make(
  desk: TokenDesk,
  person: Person,
  wish: TokenWish,
): Promise<{ secret: string; token: PersonalToken }> {
  const { secret, token } = await desk.accounts.makeToken(person, wish)
  try {
    await desk.audit.record({
      kind: 'token-issued',
      reviewer: person.username,
      token: token.id,
      scope: token.scope,
      ...(token.expiresAt === undefined ? {} : { expiresAt: token.expiresAt.toISOString() }),
    })
  } catch (cause) {
    // Nobody has heard the secret. A token that the chain does not tell of must not stand in the list either.
    await desk.accounts.revokeToken(person, token.id)
    if (cause instanceof ScoregateError) throw cause
    throw new Error('The making of a token could not be recorded.', { cause })
  }
  return { secret, token }
}
