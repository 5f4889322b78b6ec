import { ScoregateError } from '@scoregate/protocol/errors'
import { hashPassword, refuseBadAccount, usernameTaken } from '@scoregate/web/passwords'
import { hashSecret, newSecret } from '@scoregate/web/secrets'
import { usernameKey } from '@scoregate/web/sign-in-limits'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { recordAct } from '../audit/record-act.ts'
import type { DeskDb, DeskTables, DeskTransaction } from '../migrations/desk-tables.ts'
import { deleteSessions } from './own-account.ts'
import { Role } from './roles.ts'
import { INVITATION_HOURS } from './session-rules.ts'

/** A place at this desk that somebody may take, or a new password for somebody who has one. */
export type Invitation = {
  readonly id: number
  readonly username: string
  readonly roles: readonly Role[]
  /** Whose new password it is for; undefined for somebody new. */
  readonly personId: number | undefined
  /** Undefined where it was made on the machine of the desk. */
  readonly invitedBy: string | undefined
  readonly until: Date
}

/** The secret of an invitation, told once, and how long it holds. */
export type InvitationLink = { readonly secret: string; readonly until: Date }

/** So many wait at once: nobody could tell any more which of them are meant. */
const MAX_INVITATIONS = 100

/**
 * Invites somebody new. `by` is undefined on the machine of the desk itself. Throws `ScoregateError` (`bad-account`,
 * `username-taken`, `no-role`, `too-many-invitations`).
 */
export async function invite(
  db: DeskDb,
  given: { username: string; roles: readonly Role[]; by: string | undefined; now: Date },
): Promise<InvitationLink> {
  const { username, roles, by, now } = given
  refuseBadAccount({ username })
  refuseNoRole(roles)
  const link = newLink(now)
  await db.transaction().execute(async (transaction) => {
    await refuseTaken(transaction, username)
    await insert(transaction, { username, roles, personId: null, by, now, link })
    const whom = { ...byWhom(by), person: username, roles: [...roles] }
    const act = { kind: 'person-invited', ...whom, until: link.until.toISOString() } as const
    await recordAct(transaction, { act, now })
  })
  return link
}

/** Makes a link by which somebody who has an account chooses a new password. Throws `ScoregateError` (`no-such-person`). */
export async function letChoosePassword(
  db: DeskDb,
  { username, by, now }: { username: string; by: string | undefined; now: Date },
): Promise<InvitationLink> {
  const link = newLink(now)
  await db.transaction().execute(async (transaction) => {
    const key = usernameKey(username)
    const person = await transaction
      .selectFrom('person')
      .select(['id', 'username'])
      .where('username_key', '=', key)
      .executeTakeFirst()
    if (person === undefined) throw noSuchPerson()
    // An older link of the same kind gives way.
    await transaction.deleteFrom('invitation').where('username_key', '=', key).execute()
    await insert(transaction, { username: person.username, roles: [], personId: person.id, by, now, link })
    const whom = { ...byWhom(by), person: person.username }
    const act = { kind: 'password-link-made', ...whom, until: link.until.toISOString() } as const
    await recordAct(transaction, { act, now })
  })
  return link
}

/** Gives an invitation a new link and its whole time again; the old link is void. Throws `ScoregateError` (`no-such-invitation`). */
export async function renewInvitation(
  db: DeskDb,
  { id, by, now }: { id: number; by: string; now: Date },
): Promise<InvitationLink & { username: string }> {
  const link = newLink(now)
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .updateTable('invitation')
      .set({ token_hash: hashSecret(link.secret), expires_at: link.until.toISOString() })
      .where('id', '=', id)
      .returning('username')
      .executeTakeFirst()
    if (row === undefined) throw noSuchInvitation()
    const until = link.until.toISOString()
    const act = { kind: 'invitation-renewed', reviewer: by, person: row.username, until } as const
    await recordAct(transaction, { act, now })
    return { ...link, username: row.username }
  })
}

/** Takes an invitation back. Throws `ScoregateError` (`no-such-invitation`). */
export async function revokeInvitation(
  db: DeskDb,
  { id, by, now }: { id: number; by: string; now: Date },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const row = await transaction
      .deleteFrom('invitation')
      .where('id', '=', id)
      .returning('username')
      .executeTakeFirst()
    if (row === undefined) throw noSuchInvitation()
    const act = { kind: 'invitation-revoked', reviewer: by, person: row.username } as const
    await recordAct(transaction, { act, now })
  })
}

/** All that wait, the newest first; those whose time is over too, since they can be renewed. */
export async function listInvitations(db: DeskDb): Promise<Invitation[]> {
  const rows = await db.selectFrom('invitation').selectAll().orderBy('id', 'desc').execute()
  return rows.map(toInvitation)
}

/** The invitation that a link is for, if it still holds. */
export async function findInvitation(
  db: DeskDb | DeskTransaction,
  secret: string,
  now: Date,
): Promise<Invitation | undefined> {
  const row = await db
    .selectFrom('invitation')
    .selectAll()
    .where('token_hash', '=', hashSecret(secret))
    .where('expires_at', '>', now.toISOString())
    .executeTakeFirst()
  return row && toInvitation(row)
}

/**
 * Takes an invitation, once: makes the account with its roles, or sets the new password and ends all that was signed in
 * with the old one. Answers the name; undefined where the link does not hold. Throws `ScoregateError` (`bad-account`).
 */
export async function takeInvitation(
  db: DeskDb,
  { secret, password, now }: { secret: string; password: string; now: Date },
): Promise<string | undefined> {
  refuseBadAccount({ password })
  const passwordHash = await hashPassword(password)
  return db.transaction().execute(async (transaction) => {
    const invitation = await findInvitation(transaction, secret, now)
    if (invitation === undefined) return undefined
    const { id, username, personId } = invitation
    await transaction.deleteFrom('invitation').where('id', '=', id).execute()
    if (personId === undefined) await makeAccount(transaction, { invitation, passwordHash, now })
    else await setPassword(transaction, { personId, username, passwordHash, now })
    return username
  })
}

async function makeAccount(
  transaction: DeskTransaction,
  { invitation, passwordHash, now }: { invitation: Invitation; passwordHash: string; now: Date },
): Promise<void> {
  const { username } = invitation
  const roles = [...invitation.roles]
  const person = await transaction
    .insertInto('person')
    .values({
      ...{ username, username_key: usernameKey(username), password_hash: passwordHash },
      ...{ created_at: now.toISOString(), disabled_at: null, last_seen_at: null },
    } as DeskTables['person']) // the id is given by the database
    .returning('id')
    .executeTakeFirstOrThrow()
  await transaction
    .insertInto('person_role')
    .values(roles.map((role) => ({ person_id: person.id, role })))
    .execute()
  await recordAct(transaction, { act: { kind: 'invitation-accepted', reviewer: username, roles }, now })
}

async function setPassword(
  transaction: DeskTransaction,
  given: { personId: number; username: string; passwordHash: string; now: Date },
): Promise<void> {
  const { personId, username, passwordHash, now } = given
  await transaction
    .updateTable('person')
    .set({ password_hash: passwordHash })
    .where('id', '=', personId)
    .execute()
  await deleteSessions(transaction, personId, { kind: 'all' })
  await transaction.deleteFrom('sign_in_link').where('person_id', '=', personId).execute()
  await recordAct(transaction, { act: { kind: 'password-changed', reviewer: username }, now })
}

async function refuseTaken(transaction: DeskTransaction, username: string): Promise<void> {
  const key = usernameKey(username)
  const person = await transaction
    .selectFrom('person')
    .select('id')
    .where('username_key', '=', key)
    .executeTakeFirst()
  const { count, own } = await transaction
    .selectFrom('invitation')
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.fn.sum<number | null>(eb.case().when('username_key', '=', key).then(1).else(0).end()).as('own'),
    ])
    .executeTakeFirstOrThrow()
  if (person !== undefined || (own ?? 0) > 0) throw usernameTaken(username)
  if (count >= MAX_INVITATIONS) throw tooManyInvitations()
}

async function insert(
  transaction: DeskTransaction,
  given: {
    username: string
    roles: readonly Role[]
    personId: number | null
    by: string | undefined
    now: Date
    link: InvitationLink
  },
): Promise<void> {
  await transaction
    .insertInto('invitation')
    .values({
      ...{ username: given.username, username_key: usernameKey(given.username), person_id: given.personId },
      ...{ roles_json: JSON.stringify(given.roles), invited_by: given.by ?? null },
      ...{ token_hash: hashSecret(given.link.secret), expires_at: given.link.until.toISOString() },
      created_at: given.now.toISOString(),
    })
    .execute()
}

function newLink(now: Date): InvitationLink {
  return { secret: newSecret(), until: new Date(now.getTime() + INVITATION_HOURS * 3_600_000) }
}

function byWhom(by: string | undefined): { reviewer?: string } {
  return by === undefined ? {} : { reviewer: by }
}

function toInvitation(row: Selectable<DeskTables['invitation']>): Invitation {
  return {
    id: row.id,
    username: row.username,
    roles: z.array(Role).parse(JSON.parse(row.roles_json)),
    personId: row.person_id ?? undefined,
    invitedBy: row.invited_by ?? undefined,
    until: new Date(row.expires_at),
  }
}

/** Throws `ScoregateError` (`no-role`) for somebody who could do nothing here. */
export function refuseNoRole(roles: readonly Role[]): void {
  if (roles.length > 0) return
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'no-role',
    message: 'No role was chosen.',
    remedy: 'Give at least one role; to shut somebody out, disable the account.',
    problems: [{ where: 'roles', what: 'are missing', remedy: 'Tick at least one.' }],
  })
}

/** The error for a person who is not there. */
export function noSuchPerson(): ScoregateError {
  return new ScoregateError({
    kind: 'not-found',
    code: 'no-such-person',
    message: 'There is nobody of this name at this desk.',
    remedy: 'Look at the list of people.',
  })
}

function noSuchInvitation(): ScoregateError {
  return new ScoregateError({
    kind: 'not-found',
    code: 'no-such-invitation',
    message: 'This invitation was taken, or taken back.',
    remedy: 'Look at the list of people, and invite again if need be.',
  })
}

function tooManyInvitations(): ScoregateError {
  return new ScoregateError({
    kind: 'limit-reached',
    code: 'too-many-invitations',
    message: `${MAX_INVITATIONS} invitations wait already.`,
    remedy: 'Take back those that nobody needs any more.',
  })
}
