import { hash, verify } from '@node-rs/argon2'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Kysely, Selectable } from 'kysely'
import { ACCOUNT_MIGRATIONS as MIGRATIONS } from './account-migrations.ts'
import type { SignedIn } from './environment.ts'
import {
  createPersonalTokens,
  type PersonalToken,
  type PersonalTokenTable,
  type TokenWish,
} from './personal-tokens.ts'
import { hashSecret, newSecret } from './secrets.ts'

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
  }
  session: { id_hash: string; person_id: number; csrf: string; expires_at: string }
  api_token: PersonalTokenTable
  sign_in_link: { token_hash: string; person_id: number; valid_until: string }
  failed_sign_in: { username_key: string; at: string }
}

/** Somebody with an account at this site. */
export type Person = { readonly id: number; readonly username: string; readonly createdAt: Date }

const SESSION_HOURS = 12
const MIN_PASSWORD_LENGTH = 10
const MAX_PASSWORD_LENGTH = 1000
/** The label of tokens that a site is started with. */
const MADE_AT_SETUP = 'made when the site was set up'
const MAX_FAILURES = 10
const FAILURE_MINUTES = 5
const USERNAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{1,63}$/
/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** The people of one site: accounts, passwords, sessions, API tokens and sign-in links. */
export type Accounts = ReturnType<typeof createAccounts>

/** Accounts over a site's own database. Secrets are stored as hashes only. */
export function createAccounts<Tables extends AccountTables>(siteDb: Kysely<Tables>, clock: () => Date) {
  // The tables of a site are a superset of the account tables, so every query below is valid on its database.
  const db = siteDb as unknown as Kysely<AccountTables>
  const tokens = createPersonalTokens(siteDb as unknown as Kysely<Pick<AccountTables, 'api_token'>>, clock)
  // Compared with when a name is unknown, so that unknown names cost as much time as wrong passwords.
  const decoyHash = hash(newSecret(), ARGON2)

  const toPerson = (row: Selectable<AccountTables['person']>): Person => ({
    id: row.id,
    username: row.username,
    createdAt: new Date(row.created_at),
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

  async function refuseManyFailures(usernameKey: string): Promise<void> {
    const since = new Date(clock().getTime() - FAILURE_MINUTES * 60_000).toISOString()
    await db.deleteFrom('failed_sign_in').where('at', '<', since).execute()
    const { failures } = await db
      .selectFrom('failed_sign_in')
      .select((eb) => eb.fn.countAll<number>().as('failures'))
      .where('username_key', '=', usernameKey)
      .executeTakeFirstOrThrow()
    if (failures < MAX_FAILURES) return
    throw new ScoregateError({
      kind: 'limit-reached',
      code: 'too-many-sign-ins',
      message: 'There were too many failed sign-ins for this name.',
      remedy: `Wait ${FAILURE_MINUTES} minutes and try again.`,
    })
  }

  return {
    /** Throws `ScoregateError`: `username-taken`, `bad-username`, `bad-password`. */
    async createPerson({ username, password }: { username: string; password: string }): Promise<Person> {
      refuseBadNames(username, password)
      if ((await findRow(username)) !== undefined) throw usernameTaken(username)
      const passwordHash = await hash(password, ARGON2)
      const row = await db
        .insertInto('person')
        .values({
          username,
          username_key: username.toLowerCase(),
          password_hash: passwordHash,
          created_at: clock().toISOString(),
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
      if (existing && !(await verify(existing.password_hash, given.password))) {
        const passwordHash = await hash(given.password, ARGON2)
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

    /** The person, if the password is theirs. Throws `ScoregateError` (`too-many-sign-ins`) after ten failures in five minutes. */
    async checkPassword(username: string, password: string): Promise<Person | undefined> {
      const usernameKey = username.toLowerCase().slice(0, 64)
      await refuseManyFailures(usernameKey)
      const row = await findRow(username)
      const matches = await verify(
        row?.password_hash ?? (await decoyHash),
        password.slice(0, MAX_PASSWORD_LENGTH),
      )
      if (row !== undefined && matches) return toPerson(row)
      await db
        .insertInto('failed_sign_in')
        .values({ username_key: usernameKey, at: clock().toISOString() })
        .execute()
      return undefined
    },

    async createSession(person: Person): Promise<{ id: string; csrf: string; expiresAt: Date }> {
      const session = {
        id: newSecret(),
        csrf: newSecret(),
        expiresAt: new Date(clock().getTime() + SESSION_HOURS * 3_600_000),
      }
      await db.deleteFrom('session').where('expires_at', '<', clock().toISOString()).execute()
      await db
        .insertInto('session')
        .values({
          id_hash: hashSecret(session.id),
          person_id: person.id,
          csrf: session.csrf,
          expires_at: session.expiresAt.toISOString(),
        })
        .execute()
      return session
    },

    async endSession(id: string): Promise<void> {
      await db.deleteFrom('session').where('id_hash', '=', hashSecret(id)).execute()
    },

    async findSession(id: string): Promise<SignedIn | undefined> {
      const row = await db
        .selectFrom('session')
        .selectAll()
        .where('id_hash', '=', hashSecret(id))
        .where('expires_at', '>', clock().toISOString())
        .executeTakeFirst()
      const person = row && (await findPerson(row.person_id))
      return row && person && { person, by: { kind: 'session', sessionId: id, csrf: row.csrf } }
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
      const person = found && (await findPerson(found.personId))
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
      return row && findPerson(row.person_id)
    },
  }
}

function refuseBadNames(username: string, password: string): void {
  const problems = [
    ...(USERNAME.test(username)
      ? []
      : [
          {
            where: 'username',
            what: 'is not a name that can be used',
            remedy:
              'Use 2 to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit.',
          },
        ]),
    ...(password.length >= MIN_PASSWORD_LENGTH && password.length <= MAX_PASSWORD_LENGTH
      ? []
      : [
          {
            where: 'password',
            what: 'is too short or too long',
            remedy: `Use at least ${MIN_PASSWORD_LENGTH} characters; a few words that you remember do well.`,
          },
        ]),
  ]
  if (problems.length === 0) return
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'bad-account',
    message: 'The account was not made.',
    remedy: 'Correct what is listed and send it again.',
    problems,
  })
}

function usernameTaken(username: string): ScoregateError {
  return new ScoregateError({
    kind: 'conflict',
    code: 'username-taken',
    message: `The name "${username}" is taken.`,
    remedy: 'Choose another name.',
    problems: [{ where: 'username', what: 'is taken', remedy: 'Choose another name.' }],
  })
}
