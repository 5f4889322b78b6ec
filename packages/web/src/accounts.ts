import type { Kysely, Selectable } from 'kysely'
import { ACCOUNT_MIGRATIONS as MIGRATIONS } from './account-migrations.ts'
import type { SignedIn } from './environment.ts'
import { hashPassword, isPassword, refuseBadAccount, usernameTaken } from './passwords.ts'
import {
  createPersonalTokens,
  type PersonalToken,
  type PersonalTokenTable,
  type TokenWish,
} from './personal-tokens.ts'
import { hashSecret, newSecret } from './secrets.ts'
import {
  createSessions,
  type SessionRules,
  type SessionTable,
  type ShownSession,
  USUAL_SESSION_RULES,
} from './sessions.ts'
import { createSignInLimits, type FailedSignInTable } from './sign-in-limits.ts'

/** Put these before a site's own migrations. */
export const ACCOUNT_MIGRATIONS = MIGRATIONS

/** The tables behind `Accounts`; times are ISO texts in UTC. */
export interface AccountTables {
  person: {
    id: number
    username: string
    username_key: string
    password_hash: string
    created_at: string
    disabled_at: string | null
    last_seen_at: string | null
  }
  session: SessionTable
  api_token: PersonalTokenTable
  sign_in_link: { token_hash: string; person_id: number; valid_until: string }
  failed_sign_in: FailedSignInTable
}

/** Somebody with an account at this site. */
export type Person = {
  readonly id: number
  readonly username: string
  readonly createdAt: Date
  /** A disabled account signs in by nothing, and what it had signed in with no longer holds. */
  readonly isDisabled: boolean
}

/** What a site wants of its accounts beside the usual. */
export type AccountOptions = {
  readonly sessions?: SessionRules
  /** Is told of a session that was sent by another browser than the one that it is bound to; it was ended. */
  readonly onOtherBrowser?: (person: Person) => Promise<void>
}

/** The label of tokens that a site is started with. */
const MADE_AT_SETUP = 'made when the site was set up'

/** The people of one site: accounts, passwords, sessions, API tokens and sign-in links. */
export type Accounts = ReturnType<typeof createAccounts>

/** Accounts over a site's own database. Secrets are stored as hashes only. */
export function createAccounts<Tables extends AccountTables>(
  siteDb: Kysely<Tables>,
  clock: () => Date,
  { sessions: sessionRules = USUAL_SESSION_RULES, onOtherBrowser }: AccountOptions = {},
) {
  // The tables of a site are a superset of the account tables, so every query below is valid on its database.
  const db = siteDb as unknown as Kysely<AccountTables>
  const tokens = createPersonalTokens(siteDb as unknown as Kysely<Pick<AccountTables, 'api_token'>>, clock)
  const sessions = createSessions(
    siteDb as unknown as Kysely<Pick<AccountTables, 'session' | 'person'>>,
    clock,
    sessionRules,
  )
  const limits = createSignInLimits(siteDb as unknown as Kysely<Pick<AccountTables, 'failed_sign_in'>>, clock)

  const toPerson = (row: Selectable<AccountTables['person']>): Person => ({
    id: row.id,
    username: row.username,
    createdAt: new Date(row.created_at),
    isDisabled: row.disabled_at !== null,
  })

  async function findRow(username: string) {
    return db
      .selectFrom('person')
      .selectAll()
      .where('username_key', '=', username.toLowerCase())
      .executeTakeFirst()
  }

  async function findPerson(id: number): Promise<Person | undefined> {
    const row = await db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toPerson(row)
  }

  /** The person, unless their account is disabled. */
  async function findActive(id: number): Promise<Person | undefined> {
    const person = await findPerson(id)
    return person?.isDisabled === true ? undefined : person
  }

  return {
    /** Throws `ScoregateError`: `username-taken`, `bad-username`, `bad-password`. */
    async createPerson({ username, password }: { username: string; password: string }): Promise<Person> {
      refuseBadAccount({ username, password })
      if ((await findRow(username)) !== undefined) throw usernameTaken(username)
      const passwordHash = await hashPassword(password)
      const row = await db
        .insertInto('person')
        .values({
          username,
          username_key: username.toLowerCase(),
          password_hash: passwordHash,
          created_at: clock().toISOString(),
          disabled_at: null,
          last_seen_at: null,
        } as AccountTables['person']) // the id is given by the database
        .onConflict((conflict) => conflict.column('username_key').doNothing())
        .returningAll()
        .executeTakeFirst()
      if (row === undefined) throw usernameTaken(username)
      return toPerson(row)
    },

    /** Provisioning: makes the account if it is not there, and sets its password and token to these. */
    async ensurePerson(given: { username: string; password: string; token: string }): Promise<Person> {
      const existing = await findRow(given.username)
      const person = existing ? toPerson(existing) : await this.createPerson(given)
      if (existing && !(await isPassword(existing.password_hash, given.password))) {
        const passwordHash = await hashPassword(given.password)
        await db
          .updateTable('person')
          .set({ password_hash: passwordHash })
          .where('id', '=', person.id)
          .execute()
      }
      await tokens.keepToken(person.id, given.token, MADE_AT_SETUP)
      return person
    },

    /** Provisioning: makes sure that this token is this person's; one that was revoked stays so. */
    async ensureToken(person: Person, token: string): Promise<void> {
      await tokens.keepToken(person.id, token, MADE_AT_SETUP)
    },

    findPerson,

    async findPersonByUsername(username: string): Promise<Person | undefined> {
      const row = await findRow(username)
      return row && toPerson(row)
    },

    /**
     * The person, if the password is theirs and the account not disabled. An attempt costs the same time whether or not
     * somebody has the name. Throws `ScoregateError` (`too-many-sign-ins`) after ten failures for a name, and after many
     * from one `address`.
     */
    async checkPassword(username: string, password: string, address?: string): Promise<Person | undefined> {
      await limits.admit({ username, address })
      const row = await findRow(username)
      const matches = await isPassword(row?.password_hash, password)
      if (row === undefined || !matches || row.disabled_at !== null) return undefined
      await limits.forget({ username })
      return toPerson(row)
    },

    /** What slows down guessing, for whatever else signs somebody in, such as a link. */
    limits,

    sessionRules,

    /** A new session of the browser with this `User-Agent`. Throws `ScoregateError` (`account-disabled`). */
    createSession: (person: Person, agent?: string): Promise<{ id: string; csrf: string; expiresAt: Date }> =>
      sessions.createSession(person.id, agent),

    endSession: sessions.endSession,

    /** The sessions of a person that still hold; `thisId` is that of whoever looks. */
    listSessions: (person: Person, thisId?: string): Promise<ShownSession[]> =>
      sessions.listSessions(person.id, thisId),

    /** The person of this session has just proved again to be who they are. */
    noteProof: sessions.noteProof,

    /** `isUse`: the person does something, other than a page that asks by itself. */
    async findSession(
      id: string,
      use: { agent?: string | undefined; isUse: boolean } = { isUse: true },
    ): Promise<SignedIn | undefined> {
      const found = await sessions.findSession(id, { agent: use.agent, isUse: use.isUse })
      const person = found && (await findActive(found.personId))
      if (found === undefined || person === undefined) return undefined
      if (found.kind === 'other-browser') {
        await onOtherBrowser?.(person)
        return undefined
      }
      const { csrf, provenAt } = found
      return { person, by: { kind: 'session', sessionId: id, csrf, provenAt } }
    },

    /** A new token that may do all that its owner may and does not expire; shown once, stored as a hash. */
    async createToken(person: Person): Promise<string> {
      const secret = newSecret()
      await tokens.keepToken(person.id, secret)
      return secret
    },

    /** As `createToken`, of a scope and with an end. Throws `ScoregateError` (`too-many-tokens`). */
    makeToken: (person: Person, wish: TokenWish): Promise<{ secret: string; token: PersonalToken }> =>
      tokens.makeToken(person.id, wish),

    /** The tokens of a person that are in force, the newest first. */
    listTokens: (person: Person): Promise<PersonalToken[]> => tokens.listTokens(person.id),

    /** Ends a token of this person. Throws `ScoregateError` (`no-such-token`). */
    revokeToken: (person: Person, id: string): Promise<PersonalToken> => tokens.revokeToken(person.id, id),

    /** Throws `ScoregateError` (`token-ended`) for a token that was revoked or has expired. */
    async findByToken(secret: string): Promise<SignedIn | undefined> {
      const found = await tokens.findToken(secret)
      const person = found && (await findActive(found.personId))
      return person && { person, by: { kind: 'token', token: found.token } }
    },

    /** A link that signs in without a password until `validUntil`; for the terminal of whoever started the program. */
    async createSignInLink(person: Person, token: string, validUntil: Date): Promise<void> {
      await db.deleteFrom('sign_in_link').where('valid_until', '<', clock().toISOString()).execute()
      await db
        .insertInto('sign_in_link')
        .values({
          token_hash: hashSecret(token),
          person_id: person.id,
          valid_until: validUntil.toISOString(),
        })
        .onConflict((conflict) =>
          conflict.column('token_hash').doUpdateSet({ valid_until: validUntil.toISOString() }),
        )
        .execute()
    },

    async useSignInLink(token: string): Promise<Person | undefined> {
      const row = await db
        .selectFrom('sign_in_link')
        .selectAll()
        .where('token_hash', '=', hashSecret(token))
        .where('valid_until', '>', clock().toISOString())
        .executeTakeFirst()
      return row && findActive(row.person_id)
    },
  }
}
