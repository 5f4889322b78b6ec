import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Blobs } from '@scoregate/storage/blobs'
import type { Accounts, Person } from '@scoregate/web/accounts'
import { ZipFile } from 'yazl'
import type { HubProvision } from './config.ts'
import type { HubParts } from './create-hub.ts'
import type { HubDb } from './migrations/hub-tables.ts'

const EXAMPLE_FILE = 'example.zip'

/**
 * Makes the example competition from its folder, once in the life of a database: read as any bundle is, then published,
 * with its participants joined. Whatever its organizer does with it later is left alone. Returns its id.
 *
 * Throws `ScoregateError` with all problems of a bundle that is refused.
 */
export async function loadExample(
  given: { db: HubDb; blobs: Blobs; accounts: Accounts; parts: HubParts },
  example: NonNullable<HubProvision['example']>,
): Promise<number> {
  const { db, accounts, parts } = given
  const ready = await findSetting(db, 'example-ready')
  if (ready !== undefined) return ready
  const organizer = await getPerson(accounts, example.organizer)
  // A start that was killed in between has left its creation, which was resumed: the example is not made twice.
  const begun = await findSetting(db, 'example-creation')
  const creationId = begun ?? (await beginCreation(given, example.folder, organizer))
  await parts.creation.settled()
  const creation = await parts.hub.competitions.creationStatus(creationId, organizer)
  const id = creation.competitionId
  if (id === undefined) {
    await db.deleteFrom('setting').where('name', '=', 'example-creation').execute()
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'example-refused',
      message: `The example in ${example.folder} has errors.`,
      remedy: 'Correct what is listed, or start without the example.',
      problems: creation.problems,
    })
  }
  await parts.hub.competitions.setPublished(id, true, organizer)
  for (const username of example.participants) {
    const person = await getPerson(accounts, username)
    await parts.hub.competitions.join(id, person)
    if (person.id === organizer.id) continue
    const decision = { competitionId: id, personId: person.id, status: 'approved' } as const
    await parts.hub.competitions.decideParticipant(decision, organizer)
  }
  await db
    .insertInto('setting')
    .values({ name: 'example-ready', value: String(id) })
    .execute()
  return id
}

async function findSetting(db: HubDb, name: string): Promise<number | undefined> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', name).executeTakeFirst()
  return row && Number(row.value)
}

async function beginCreation(
  { db, blobs, parts }: Parameters<typeof loadExample>[0],
  folder: string,
  organizer: Person,
): Promise<number> {
  const { key } = await parts.hub.datasets.create(
    { type: 'competition_bundle', fileName: EXAMPLE_FILE },
    organizer,
  )
  const stored = await blobs.put(await zipFolder(folder))
  await db
    .updateTable('dataset')
    .set({ state: 'ready', sha256: stored.sha256, size_bytes: stored.sizeBytes })
    .where('key', '=', key)
    .execute()
  const creationId = await parts.hub.competitions.createFromBundle(key, organizer)
  await db
    .insertInto('setting')
    .values({ name: 'example-creation', value: String(creationId) })
    .execute()
  return creationId
}

async function getPerson(accounts: Accounts, username: string): Promise<Person> {
  const person = await accounts.findPersonByUsername(username)
  if (person !== undefined) return person
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'example-person',
    message: `The example names "${username}", who has no account here.`,
    remedy: 'Provision the account, or name another.',
  })
}

/** The bundle folder as the zip that an organizer would upload. */
async function zipFolder(folder: string): Promise<AsyncIterable<Uint8Array>> {
  const inside = await readdir(folder)
  const root = inside.includes('competition.yaml') ? folder : join(folder, 'bundle')
  const files = await readdir(root, { recursive: true, withFileTypes: true })
  const zip = new ZipFile()
  zip.on('error', (error) => zip.outputStream.emit('error', error))
  for (const file of files) {
    if (!file.isFile()) continue
    const path = join(file.parentPath, file.name)
    zip.addFile(path, relative(root, path))
  }
  zip.end()
  return bytesOf(zip.outputStream)
}

async function* bytesOf(stream: NodeJS.ReadableStream): AsyncIterable<Uint8Array> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}
