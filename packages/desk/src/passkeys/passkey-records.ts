import { randomBytes } from 'node:crypto'
import { passkeyId } from '@scoregate/gate/cose-key'
import type { Digest } from '@scoregate/protocol/digest'
import type { Person } from '@scoregate/web/accounts'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { recordAct } from '../audit/record-act.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import type { PasskeyTables } from './passkey-tables.ts'

/** So many passkeys somebody has at most. */
export const MOST_PASSKEYS = 20

/** A passkey of somebody. */
export type Passkey = {
  /** The authenticator's own name for it, in base64url. */
  readonly credentialId: string
  readonly personId: number
  readonly name: string
  /** COSE_Key in base64url. */
  readonly publicKey: string
  /** SHA-256 of the public key: what it is called on the audit chain and on receipts. */
  readonly keyId: Digest
  readonly signCount: number
  readonly transports: readonly string[]
  readonly createdAt: Date
  readonly lastUsedAt: Date | undefined
}

/** The passkeys of somebody, the oldest first. */
export async function listPasskeys(db: DeskDb | DeskTransaction, personId: number): Promise<Passkey[]> {
  const rows = await db
    .selectFrom('passkey')
    .selectAll()
    .where('person_id', '=', personId)
    .orderBy('created_at')
    .execute()
  return rows.map(toPasskey)
}

/** The passkey that an authenticator calls so, if it is anybody's. */
export async function findPasskey(db: DeskDb, credentialId: string): Promise<Passkey | undefined> {
  const row = await db
    .selectFrom('passkey')
    .selectAll()
    .where('credential_id', '=', credentialId)
    .executeTakeFirst()
  return row && toPasskey(row)
}

/** What authenticators know a person by: made at the first question, and then the same for each. */
export async function ensureUserHandle(db: DeskDb, personId: number): Promise<string> {
  await db
    .insertInto('passkey_person')
    .values({ person_id: personId, user_handle: randomBytes(32).toString('base64url') })
    .onConflict((conflict) => conflict.column('person_id').doNothing())
    .execute()
  const row = await db
    .selectFrom('passkey_person')
    .select('user_handle')
    .where('person_id', '=', personId)
    .executeTakeFirstOrThrow()
  return row.user_handle
}

/** Keeps a new passkey. Answers whether it was new: an authenticator has a name of its own for each. */
export async function addPasskey(
  db: DeskDb,
  given: {
    person: Person
    passkey: Pick<Passkey, 'credentialId' | 'name' | 'publicKey' | 'signCount' | 'transports'>
    now: Date
  },
): Promise<boolean> {
  const { person, passkey, now } = given
  return db.transaction().execute(async (transaction) => {
    const added = await transaction
      .insertInto('passkey')
      .values({
        credential_id: passkey.credentialId,
        person_id: person.id,
        name: passkey.name,
        public_key: passkey.publicKey,
        sign_count: passkey.signCount,
        transports_json: JSON.stringify(passkey.transports),
        created_at: now.toISOString(),
        last_used_at: null,
      })
      .onConflict((conflict) => conflict.column('credential_id').doNothing())
      .returning('credential_id')
      .executeTakeFirst()
    if (added === undefined) return false
    const act = { reviewer: person.username, passkey: passkeyId(passkey.publicKey) }
    await recordAct(transaction, { act: { kind: 'passkey-added', ...act }, now })
    return true
  })
}

/** Removes a passkey of somebody; what it has signed stays signed. Answers whether there was one. */
export async function removePasskey(
  db: DeskDb,
  { person, credentialId, now }: { person: Person; credentialId: string; now: Date },
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const removed = await transaction
      .deleteFrom('passkey')
      .where('credential_id', '=', credentialId)
      .where('person_id', '=', person.id)
      .returning('public_key')
      .executeTakeFirst()
    if (removed === undefined) return false
    const act = { reviewer: person.username, passkey: passkeyId(removed.public_key) }
    await recordAct(transaction, { act: { kind: 'passkey-removed', ...act }, now })
    return true
  })
}

/**
 * Notes that a passkey was used, if its counter went on: one that counts and stands still or goes back was copied (Web
 * Authentication Level 3, section 6.1.1). One compare-and-set, so that of two uses at once no older count wins.
 */
export async function countUse(
  db: DeskDb,
  { credentialId, signCount, now }: { credentialId: string; signCount: number; now: Date },
): Promise<boolean> {
  const counted = await db
    .updateTable('passkey')
    .set({ sign_count: signCount, last_used_at: now.toISOString() })
    .where('credential_id', '=', credentialId)
    .where((eb) => (signCount === 0 ? eb('sign_count', '=', 0) : eb('sign_count', '<', signCount)))
    .returning('credential_id')
    .executeTakeFirst()
  return counted !== undefined
}

function toPasskey(row: Selectable<PasskeyTables['passkey']>): Passkey {
  return {
    credentialId: row.credential_id,
    personId: row.person_id,
    name: row.name,
    publicKey: row.public_key,
    keyId: passkeyId(row.public_key),
    signCount: row.sign_count,
    transports: z.array(z.string()).parse(JSON.parse(row.transports_json)),
    createdAt: new Date(row.created_at),
    lastUsedAt: row.last_used_at === null ? undefined : new Date(row.last_used_at),
  }
}
