import type { AuditAct } from '@scoregate/protocol/audit'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Person } from '@scoregate/web/accounts'
import { newSecret } from '@scoregate/web/secrets'
import { z } from 'zod'
import { recordAct, textDigest } from '../audit/record-act.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import type { Identity } from './provider.ts'

/** By what a steward can say who will come: the provider's own name for them, or an address that it has confirmed. */
export const ExpectedIdentity = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('subject'),
    value: z.string().regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/),
  }),
  z.strictObject({ kind: z.literal('email'), value: z.email().max(254).toLowerCase() }),
])
export type ExpectedIdentity = z.infer<typeof ExpectedIdentity>

/** What a person of the desk has at the institution. */
export type InstitutionAccount =
  | {
      readonly kind: 'connected'
      readonly subject: string
      readonly email: string | undefined
      readonly connectedAt: Date
      readonly lastUsedAt: Date | undefined
    }
  | { readonly kind: 'expected'; readonly expected: ExpectedIdentity }
  | { readonly kind: 'none' }

/** Whose account an identity is. It is found by the provider's own name for it, which never changes hands. */
export type Finding =
  | { readonly kind: 'person'; readonly personId: number }
  /** `email-unconfirmed`: a steward expects this address, but the institution has not confirmed it. */
  | { readonly kind: 'refused'; readonly code: 'unknown-identity' | 'email-unconfirmed' }
  | { readonly kind: 'refused'; readonly code: 'account-disabled'; readonly reviewer: string }

/**
 * Finds whose account an identity is. One that is new here is connected to the account of which a steward said so; there is
 * no other way to an account from here, and none is ever made. With a disabled account nothing is done.
 */
export async function findOrConnect(
  transaction: DeskTransaction,
  { identity, now }: { identity: Identity; now: Date },
): Promise<Finding> {
  const { issuer, subject } = identity
  const known = await transaction
    .selectFrom('person_identity')
    .innerJoin('person', 'person.id', 'person_identity.person_id')
    .select(['person.id', 'person.username', 'person.disabled_at'])
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
  const found = known === undefined ? await findWhoIsExpected(transaction, identity) : { person: known }
  if ('code' in found) return { kind: 'refused', code: found.code }
  const { id, username, disabled_at } = found.person
  if (disabled_at !== null) return { kind: 'refused', code: 'account-disabled', reviewer: username }
  if (known === undefined) {
    await insertIdentity(transaction, { identity, person: found.person, how: 'expected', now })
  }
  await transaction
    .updateTable('person_identity')
    .set({ last_used_at: now.toISOString() })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .execute()
  return { kind: 'person', personId: id }
}

type ExpectedPerson = { readonly id: number; readonly username: string; readonly disabled_at: string | null }

async function findWhoIsExpected(
  transaction: DeskTransaction,
  { issuer, subject, email }: Identity,
): Promise<{ person: ExpectedPerson } | { code: 'unknown-identity' | 'email-unconfirmed' }> {
  const bySubject = await findExpected(transaction, { issuer, kind: 'subject', value: subject })
  if (bySubject !== undefined) return { person: bySubject }
  if (email === undefined) return { code: 'unknown-identity' }
  const byEmail = await findExpected(transaction, { issuer, kind: 'email', value: email.address })
  if (byEmail === undefined) return { code: 'unknown-identity' }
  return email.isConfirmed ? { person: byEmail } : { code: 'email-unconfirmed' }
}

/** Connects an identity to the account of whoever is signed in; neither may have another. */
export async function connect(
  transaction: DeskTransaction,
  { identity, person, now }: { identity: Identity; person: Person; now: Date },
): Promise<'connected' | 'identity-taken'> {
  const standing = await transaction
    .selectFrom('person_identity')
    .select(['subject', 'person_id'])
    .where('issuer', '=', identity.issuer)
    .where((eb) => eb.or([eb('subject', '=', identity.subject), eb('person_id', '=', person.id)]))
    .execute()
  if (standing.length === 0) {
    await insertIdentity(transaction, { identity, person, how: 'self', now })
    return 'connected'
  }
  const isSame = standing.every((row) => row.subject === identity.subject && row.person_id === person.id)
  return isSame ? 'connected' : 'identity-taken'
}

async function insertIdentity(
  transaction: DeskTransaction,
  given: { identity: Identity; person: Pick<Person, 'id' | 'username'>; how: 'self' | 'expected'; now: Date },
): Promise<void> {
  const { identity, person, how, now } = given
  const { issuer, subject, email } = identity
  const salt = newSecret()
  await transaction
    .deleteFrom('expected_identity')
    .where('issuer', '=', issuer)
    .where('person_id', '=', person.id)
    .execute()
  await transaction
    .insertInto('person_identity')
    .values({
      ...{ issuer, subject, person_id: person.id, salt, last_used_at: null },
      email: email?.isConfirmed === true ? email.address : null,
      connected_at: now.toISOString(),
    })
    .execute()
  const act: AuditAct = {
    ...{ kind: 'identity-connected', reviewer: person.username, how },
    identityDigest: identityDigest({ issuer, subject, salt }),
  }
  await recordAct(transaction, { act, now })
}

/**
 * Says that the first identity with this subject or confirmed address is this person; what was said before is void. Throws
 * `ScoregateError` (`already-connected`, `already-expected`).
 */
export async function expectIdentity(
  transaction: DeskTransaction,
  given: { issuer: string; person: Person; expected: ExpectedIdentity; steward: string; now: Date },
): Promise<void> {
  const { issuer, person, expected, steward, now } = given
  await refuseSecond(transaction, { issuer, personId: person.id })
  await transaction
    .deleteFrom('expected_identity')
    .where('issuer', '=', issuer)
    .where('person_id', '=', person.id)
    .execute()
  const salt = newSecret()
  const added = await transaction
    .insertInto('expected_identity')
    .values({ issuer, ...expected, person_id: person.id, salt, expected_at: now.toISOString() })
    .onConflict((conflict) => conflict.columns(['issuer', 'kind', 'value']).doNothing())
    .executeTakeFirst()
  if (added.numInsertedOrUpdatedRows !== 1n) {
    throw new ScoregateError({
      kind: 'conflict',
      code: 'already-expected',
      message: 'Another account of this desk is to be connected to that.',
      remedy: 'Each account of the institution belongs to one person. Correct the other account first.',
    })
  }
  const act: AuditAct = {
    ...{ kind: 'identity-expected', reviewer: steward, person: person.username, by: expected.kind },
    identityDigest: identityDigest({ issuer, subject: expected.value, salt }),
  }
  await recordAct(transaction, { act, now })
}

/** Parts a person from their account at the institution, and from what a steward said of it. Answers whether there was either. */
export async function removeIdentity(
  transaction: DeskTransaction,
  given: { issuer: string; person: Person; by: string; now: Date },
): Promise<boolean> {
  const { issuer, person, by, now } = given
  const connected = await transaction
    .deleteFrom('person_identity')
    .where('issuer', '=', issuer)
    .where('person_id', '=', person.id)
    .returning(['issuer', 'subject', 'salt'])
    .executeTakeFirst()
  const expected = await transaction
    .deleteFrom('expected_identity')
    .where('issuer', '=', issuer)
    .where('person_id', '=', person.id)
    .returning(['issuer', 'value as subject', 'salt'])
    .executeTakeFirst()
  for (const removed of [connected, expected]) {
    if (removed === undefined) continue
    const act: AuditAct = {
      ...{ kind: 'identity-removed', reviewer: by, person: person.username },
      identityDigest: identityDigest(removed),
    }
    await recordAct(transaction, { act, now })
  }
  return (connected ?? expected) !== undefined
}

/** What a person has at the institution, to show. */
export async function findInstitutionAccount(
  db: DeskDb,
  { issuer, personId }: { issuer: string; personId: number },
): Promise<InstitutionAccount> {
  const row = await db
    .selectFrom('person_identity')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('person_id', '=', personId)
    .executeTakeFirst()
  if (row !== undefined) {
    return {
      ...{ kind: 'connected', subject: row.subject, email: row.email ?? undefined },
      connectedAt: new Date(row.connected_at),
      lastUsedAt: row.last_used_at === null ? undefined : new Date(row.last_used_at),
    }
  }
  const expected = await db
    .selectFrom('expected_identity')
    .select(['kind', 'value'])
    .where('issuer', '=', issuer)
    .where('person_id', '=', personId)
    .executeTakeFirst()
  return expected === undefined
    ? { kind: 'none' }
    : { kind: 'expected', expected: ExpectedIdentity.parse(expected) }
}

function findExpected(
  transaction: DeskTransaction,
  { issuer, kind, value }: { issuer: string; kind: ExpectedIdentity['kind']; value: string },
): Promise<ExpectedPerson | undefined> {
  return transaction
    .selectFrom('expected_identity')
    .innerJoin('person', 'person.id', 'expected_identity.person_id')
    .select(['person.id', 'person.username', 'person.disabled_at'])
    .where('issuer', '=', issuer)
    .where('kind', '=', kind)
    .where('value', '=', value)
    .executeTakeFirst()
}

async function refuseSecond(
  transaction: DeskTransaction,
  { issuer, personId }: { issuer: string; personId: number },
): Promise<void> {
  const other = await transaction
    .selectFrom('person_identity')
    .select('subject')
    .where('issuer', '=', issuer)
    .where('person_id', '=', personId)
    .executeTakeFirst()
  if (other === undefined) return
  throw new ScoregateError({
    kind: 'conflict',
    code: 'already-connected',
    message: 'This account is connected to another account of the institution.',
    remedy: 'Remove that connection first.',
  })
}

/** What the chain has of an identity: it can be compared by whoever has the desk's records, and tells nobody else who it is. */
function identityDigest({ issuer, subject, salt }: { issuer: string; subject: string; salt: string }) {
  return textDigest(`${issuer}\n${subject}`, salt)
}
