import { ScoregateError } from '@scoregate/protocol/errors'
import type { Migration } from '@scoregate/storage/migrate'
import type { Kysely, Selectable } from 'kysely'
import { z } from 'zod'
import { hashSecret, newSecret } from './secrets.ts'

/** What whoever holds a token may do: only look, or everything that its owner may. */
export const TokenScope = z.enum(['read', 'decide'])
export type TokenScope = z.infer<typeof TokenScope>

/** The table behind `PersonalTokens`; times are ISO texts in UTC. */
export interface PersonalTokenTable {
  token_hash: string
  person_id: number
  created_at: string
  scope: TokenScope
  label: string
  last_used_at: string | null
  expires_at: string | null
  /** A token that ended this way stays in the table, so that a start with the same first accounts does not bring it back. */
  revoked_at: string | null
}

/** Tokens from before the scopes could do everything, and can. */
export const PERSONAL_TOKEN_MIGRATION: Migration = {
  name: '0550-token-scopes',
  statements: [
    "alter table api_token add column scope text not null default 'decide'",
    "alter table api_token add column label text not null default ''",
    'alter table api_token add column last_used_at text',
    'alter table api_token add column expires_at text',
    'alter table api_token add column revoked_at text',
    'create index api_token_by_person on api_token (person_id)',
  ],
}

/** A token as its owner sees it; the secret is shown once, when it is made. */
export type PersonalToken = {
  /** Names it in lists and on the audit chain; tells nothing of the secret. */
  readonly id: string
  readonly label: string
  readonly scope: TokenScope
  readonly createdAt: Date
  readonly lastUsedAt?: Date
  /** Without one it holds until it is revoked. */
  readonly expiresAt?: Date
}

/** What a new token is to be. */
export type TokenWish = {
  readonly scope: TokenScope
  readonly label: string
  readonly expiresAt?: Date | undefined
}

/** So many a person can have at once: a list that nobody can read keeps no token in mind. */
const MAX_TOKENS = 100
/** The last use is known to the minute, so that reading by token is not a write each time. */
const USE_NOTED_MILLISECONDS = 60_000
/** As many signs of the hash as tell the tokens of a person apart. */
const ID_SIGNS = 16

/** The personal tokens of a site's people, stored as hashes. */
export type PersonalTokens = ReturnType<typeof createPersonalTokens>

/** Personal tokens over the table that `PERSONAL_TOKEN_MIGRATION` completes. */
export function createPersonalTokens(db: Kysely<{ api_token: PersonalTokenTable }>, clock: () => Date) {
  async function store(personId: number, secret: string, wish: TokenWish): Promise<PersonalToken> {
    const row: PersonalTokenTable = {
      token_hash: hashSecret(secret),
      person_id: personId,
      created_at: clock().toISOString(),
      scope: wish.scope,
      label: wish.label,
      last_used_at: null,
      expires_at: wish.expiresAt?.toISOString() ?? null,
      revoked_at: null,
    }
    await db
      .insertInto('api_token')
      .values(row)
      .onConflict((conflict) => conflict.column('token_hash').doNothing())
      .execute()
    return toToken(row)
  }

  async function listTokens(personId: number): Promise<PersonalToken[]> {
    const rows = await db
      .selectFrom('api_token')
      .selectAll()
      .where('person_id', '=', personId)
      .where('revoked_at', 'is', null)
      .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', clock().toISOString())]))
      .orderBy('created_at', 'desc')
      .orderBy('token_hash')
      .execute()
    return rows.map(toToken)
  }

  return {
    /** Those that are in force, the newest first. */
    listTokens,

    /** A new token with its secret, which nobody can see again. Throws `ScoregateError` (`too-many-tokens`). */
    async makeToken(personId: number, wish: TokenWish): Promise<{ secret: string; token: PersonalToken }> {
      if ((await listTokens(personId)).length >= MAX_TOKENS) throw tooManyTokens()
      const secret = newSecret()
      return { secret, token: await store(personId, secret, wish) }
    },

    /** Stores a secret that was made elsewhere as a token that does not expire. One that was revoked stays so. */
    async keepToken(personId: number, secret: string, label = ''): Promise<void> {
      await store(personId, secret, { scope: 'decide', label })
    },

    /** Whose token this is, noting its use. Throws `ScoregateError` (`token-ended`) for one that was revoked or has expired. */
    async findToken(secret: string): Promise<{ personId: number; token: PersonalToken } | undefined> {
      const row = await db
        .selectFrom('api_token')
        .selectAll()
        .where('token_hash', '=', hashSecret(secret))
        .executeTakeFirst()
      if (row === undefined) return undefined
      const now = clock()
      if (row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now.toISOString()))
        throw tokenEnded(row)
      const noted = new Date(now.getTime() - USE_NOTED_MILLISECONDS).toISOString()
      if (row.last_used_at === null || row.last_used_at < noted) {
        await db
          .updateTable('api_token')
          .set({ last_used_at: now.toISOString() })
          .where('token_hash', '=', row.token_hash)
          .execute()
      }
      return { personId: row.person_id, token: toToken(row) }
    },

    /** Ends a token of this person at once. Throws `ScoregateError` (`no-such-token`). */
    async revokeToken(personId: number, id: string): Promise<PersonalToken> {
      const token = (await listTokens(personId)).find((token) => token.id === id)
      if (token === undefined) throw noSuchToken()
      await db
        .updateTable('api_token')
        .set({ revoked_at: clock().toISOString() })
        .where('person_id', '=', personId)
        .where('token_hash', 'like', `${token.id}%`)
        .where('revoked_at', 'is', null)
        .execute()
      return token
    },
  }
}

function toToken(row: Selectable<PersonalTokenTable>): PersonalToken {
  return {
    id: row.token_hash.slice(0, ID_SIGNS),
    label: row.label,
    scope: TokenScope.parse(row.scope),
    createdAt: new Date(row.created_at),
    ...(row.last_used_at === null ? {} : { lastUsedAt: new Date(row.last_used_at) }),
    ...(row.expires_at === null ? {} : { expiresAt: new Date(row.expires_at) }),
  }
}

function tooManyTokens(): ScoregateError {
  return new ScoregateError({
    kind: 'limit-reached',
    code: 'too-many-tokens',
    message: `You have ${MAX_TOKENS} tokens in force, and cannot have more.`,
    remedy: 'Revoke those that you need no more.',
  })
}

function noSuchToken(): ScoregateError {
  return new ScoregateError({
    kind: 'not-found',
    code: 'no-such-token',
    message: 'You have no such token in force.',
    remedy: 'Look at the list of your tokens.',
  })
}

function tokenEnded({ revoked_at, expires_at }: Selectable<PersonalTokenTable>): ScoregateError {
  return new ScoregateError({
    kind: 'not-signed-in',
    code: 'token-ended',
    message:
      revoked_at === null
        ? `This token expired on ${expires_at?.slice(0, 10)}.`
        : `This token was revoked on ${revoked_at.slice(0, 10)}.`,
    remedy: 'Make another one on your account page, or use one that holds.',
  })
}
