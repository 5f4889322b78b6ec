import type { Person } from '@scoregate/web/accounts'
import { usernameKey } from '@scoregate/web/sign-in-limits'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { noSuchPerson } from './invitations.ts'
import { Role } from './roles.ts'

/** A person as stewards see them. */
export type ListedPerson = {
  readonly person: Person
  readonly roles: readonly Role[]
  readonly lastSeenAt: Date | undefined
  /** By what they can sign in, or let a program in, in words. */
  readonly ways: readonly string[]
}

/** What a part of the desk says of how people get in by it: words for each person who can. */
export type WaysOfSigningIn = (db: DeskDb, now: Date) => Promise<ReadonlyMap<number, string>>

/** The people of this desk by name, those that are disabled last. */
export async function listPeople(
  db: DeskDb,
  { ways, now }: { ways: readonly WaysOfSigningIn[]; now: Date },
): Promise<ListedPerson[]> {
  const rows = await db
    .selectFrom('person')
    .select(['id', 'username', 'created_at', 'disabled_at', 'last_seen_at'])
    .orderBy((eb) => eb('disabled_at', 'is not', null))
    .orderBy('username_key')
    .execute()
  const roles = await db.selectFrom('person_role').selectAll().execute()
  const uses = await db
    .selectFrom('api_token')
    .select((eb) => ['person_id', eb.fn.max('last_used_at').as('last')])
    .groupBy('person_id')
    .execute()
  const otherWays = await Promise.all(ways.map((way) => way(db, now)))
  return rows.map((row) => {
    const own = new Set(roles.filter(({ person_id }) => person_id === row.id).map(({ role }) => role))
    const used = uses.find(({ person_id }) => person_id === row.id)?.last
    const lastSeen = [row.last_seen_at, used].flatMap((at) => at ?? []).sort()
    return {
      person: {
        ...{ id: row.id, username: row.username, createdAt: new Date(row.created_at) },
        isDisabled: row.disabled_at !== null,
      },
      roles: Role.options.filter((role) => own.has(role)),
      lastSeenAt: lastSeen.length === 0 ? undefined : new Date(lastSeen.at(-1) ?? 0),
      ways: ['password', ...otherWays.flatMap((way) => way.get(row.id) ?? [])],
    }
  })
}

/** One of them by name. Throws `ScoregateError` (`no-such-person`). */
export async function getListedPerson(
  db: DeskDb,
  username: string,
  given: { ways: readonly WaysOfSigningIn[]; now: Date },
): Promise<ListedPerson> {
  const people = await listPeople(db, given)
  const key = usernameKey(username)
  const found = people.find(({ person }) => usernameKey(person.username) === key)
  if (found === undefined) throw noSuchPerson()
  return found
}

/** The passkeys of each person. */
export const waysByPasskey: WaysOfSigningIn = async (db) => {
  const rows = await db
    .selectFrom('passkey')
    .select((eb) => ['person_id', eb.fn.countAll<number>().as('passkeys')])
    .groupBy('person_id')
    .execute()
  return new Map(
    rows.map(({ person_id, passkeys }) => [person_id, passkeys === 1 ? '1 passkey' : `${passkeys} passkeys`]),
  )
}

/** Who has connected an account of an institution. */
export const waysByInstitution: WaysOfSigningIn = async (db) => {
  const rows = await db.selectFrom('person_identity').select('person_id').distinct().execute()
  return new Map(rows.map(({ person_id }) => [person_id, 'institution']))
}

/** The tokens of each person that hold. */
export const waysByToken: WaysOfSigningIn = async (db, now) => {
  const rows = await db
    .selectFrom('api_token')
    .select((eb) => ['person_id', eb.fn.countAll<number>().as('tokens')])
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now.toISOString())]))
    .groupBy('person_id')
    .execute()
  return new Map(
    rows.map(({ person_id, tokens }) => [person_id, tokens === 1 ? '1 token' : `${tokens} tokens`]),
  )
}
