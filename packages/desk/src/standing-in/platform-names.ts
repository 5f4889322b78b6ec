import { createHash, randomBytes } from 'node:crypto'
import { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import { recordAct } from '../audit/record-act.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'

const MOST_NAMES = 50
/** As long as a participant's name can be. */
const LONGEST_NAME = 150

/** A name at a platform that somebody says is theirs. */
export type PlatformName = { readonly id: number; readonly name: string; readonly declaredAt: Date }

type Site = { readonly db: DeskDb; readonly clock: () => Date }
type Owner = { readonly id: number; readonly username: string }

/**
 * Says that a name at a platform is one's own: submissions under it are for somebody else to decide, from now on. The
 * chain has a salted digest of it. Throws `ScoregateError` (`bad-platform-name`).
 */
export async function declareName({ db, clock }: Site, person: Owner, given: string): Promise<void> {
  const name = given.trim()
  const now = clock()
  await db.transaction().execute(async (transaction) => {
    const own = await listNames(transaction, person.id)
    if (own.some((one) => one.name === name)) return
    if (name === '') throw badName('is empty')
    if (name.length > LONGEST_NAME) throw badName(`is longer than ${LONGEST_NAME} characters`)
    if (own.length >= MOST_NAMES) throw badName(`cannot be added: you have ${MOST_NAMES} already`)
    const salt = randomBytes(16).toString('hex')
    const row = { person_id: person.id, name, salt, declared_at: now.toISOString(), withdrawn_at: null }
    await transaction.insertInto('platform_name').values(row).execute()
    const nameDigest = digestOf(row)
    const act = { kind: 'platform-name-declared', reviewer: person.username, nameDigest } as const
    await recordAct(transaction, { act, now })
  })
}

/** Takes such a name back. For what was deposited before, it counts all the same. */
export async function withdrawName({ db, clock }: Site, person: Owner, id: number): Promise<void> {
  const now = clock()
  await db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('platform_name')
      .selectAll()
      .where('id', '=', id)
      .where('person_id', '=', person.id)
      .where('withdrawn_at', 'is', null)
      .executeTakeFirst()
    if (row === undefined) return
    await transaction
      .updateTable('platform_name')
      .set({ withdrawn_at: now.toISOString() })
      .where('id', '=', id)
      .execute()
    const nameDigest = digestOf(row)
    const act = { kind: 'platform-name-withdrawn', reviewer: person.username, nameDigest } as const
    await recordAct(transaction, { act, now })
  })
}

/** The names that a person has now, the oldest first. */
export async function listNames(db: DeskDb | DeskTransaction, personId: number): Promise<PlatformName[]> {
  const rows = await db
    .selectFrom('platform_name')
    .selectAll()
    .where('person_id', '=', personId)
    .where('withdrawn_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map(({ id, name, declared_at }) => ({ id, name, declaredAt: new Date(declared_at) }))
}

/** Every name that a person ever gave, with when they took it back. */
export async function listEveryName(
  db: DeskDb | DeskTransaction,
  personId: number,
): Promise<{ name: string; withdrawnAt: Date | undefined }[]> {
  const rows = await db
    .selectFrom('platform_name')
    .select(['name', 'withdrawn_at'])
    .where('person_id', '=', personId)
    .execute()
  return rows.map(({ name, withdrawn_at: at }) => ({
    name,
    withdrawnAt: at === null ? undefined : new Date(at),
  }))
}

function digestOf({ name, salt }: { name: string; salt: string }): Digest {
  return Digest.parse(createHash('sha256').update(`${salt}\n${name}`, 'utf8').digest('hex'))
}

function badName(what: string): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'bad-platform-name',
    message: 'The name was not added.',
    remedy: 'Correct what is listed.',
    problems: [{ where: 'name', what, remedy: 'Write the name as the platform shows it.' }],
  })
}
