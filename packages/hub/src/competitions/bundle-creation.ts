import { Digest } from '@scoregate/protocol/digest'
import { Problem, ScoregateError } from '@scoregate/protocol/errors'
import type { Blobs } from '@scoregate/storage/blobs'
import type { Logger } from 'pino'
import { z } from 'zod'
import { openArchive } from '../archives/archive.ts'
import { spool } from '../archives/spool.ts'
import { parseJsonColumn } from '../files/stored-file.ts'
import type { CreationStatus } from '../hub.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { notFound } from '../refusals.ts'
import { readBundle } from './bundle/read-bundle.ts'
import { insertCompetition, storeBundleFiles } from './store-competition.ts'

const MAX_BUNDLE_ENTRIES = 50_000
/** A bundle is the organizer's, and may well be compressed a hundredfold; the disk is finite all the same. */
const MAX_UNPACKED_BYTES = 64 * 1024 ** 3

export type BundleCreation = ReturnType<typeof createBundleCreation>

/** Makes competitions from uploaded bundles, one after the other, beside the requests that ask for it. */
export function createBundleCreation(given: {
  db: HubDb
  blobs: Blobs
  clock: () => Date
  log: Logger
  scratchFolder: string
  maxBundleBytes: number
}) {
  const { db, clock, log } = given
  let queue: Promise<void> = Promise.resolve()

  async function work(creationId: number): Promise<void> {
    try {
      const outcome = await createCompetition(given, creationId)
      await (outcome.kind === 'created'
        ? undefined
        : settle(db, creationId, { status: 'Failed', problems: outcome.problems, competitionId: null }))
    } catch (error) {
      if (!(error instanceof ScoregateError))
        log.error({ err: error, creationId }, 'A bundle could not be read.')
      await settle(db, creationId, { status: 'Failed', problems: [problemOf(error)], competitionId: null })
    }
  }

  function enqueue(creationId: number): void {
    queue = queue
      .then(() => work(creationId))
      .catch((error) => log.error({ err: error, creationId }, 'The state of a bundle could not be recorded.'))
  }

  return {
    /** Records the wish and begins; returns the id to ask `status` for. */
    async start(dataset: { id: number; ownerId: number }): Promise<number> {
      const { id } = await db
        .insertInto('bundle_creation')
        .values({
          dataset_id: dataset.id,
          person_id: dataset.ownerId,
          status: 'Starting',
          problems: '[]',
          competition_id: null,
          created_at: clock().toISOString(),
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      enqueue(id)
      return id
    },

    /** Takes up what a stopped program left unfinished. */
    async resume(): Promise<void> {
      const left = await db
        .selectFrom('bundle_creation')
        .select('id')
        .where('status', '=', 'Starting')
        .orderBy('id')
        .execute()
      for (const { id } of left) enqueue(id)
    },

    async status(id: number, personId: number): Promise<CreationStatus> {
      const row = await db
        .selectFrom('bundle_creation')
        .selectAll()
        .where('id', '=', id)
        .where('person_id', '=', personId)
        .executeTakeFirst()
      if (row === undefined) throw notFound('upload')
      const problems = parseJsonColumn(row.problems, z.array(Problem))
      return {
        id,
        status: row.status,
        details: problems.map(({ where, what, remedy }) => `${where}: ${what}. ${remedy}`).join('\n'),
        problems,
        competitionId: row.competition_id ?? undefined,
      }
    },

    /** Resolves when nothing is under way any more. */
    settled: (): Promise<void> => queue,
  }
}

async function createCompetition(
  given: Parameters<typeof createBundleCreation>[0],
  creationId: number,
): Promise<{ kind: 'created' } | { kind: 'refused'; problems: readonly Problem[] }> {
  const { db, blobs, clock, scratchFolder, maxBundleBytes } = given
  const row = await db
    .selectFrom('bundle_creation')
    .innerJoin('dataset', 'dataset.id', 'bundle_creation.dataset_id')
    .select(['bundle_creation.person_id', 'dataset.sha256'])
    .where('bundle_creation.id', '=', creationId)
    .executeTakeFirstOrThrow()
  await using file = await spool(blobs, Digest.parse(row.sha256), scratchFolder)
  const limits = { maxEntries: MAX_BUNDLE_ENTRIES, maxUnpackedBytes: MAX_UNPACKED_BYTES }
  const opened = await openArchive(file.path, file.sizeBytes, limits)
  if (opened.kind === 'refused') return opened
  const { archive } = opened
  try {
    const reading = await readBundle(archive, (key) => findDataset(db, key, row.person_id))
    if (reading.kind === 'refused') return reading
    const stored = await storeBundleFiles(reading, archive, { blobs, maxBytes: maxBundleBytes })
    // One of the hub: a queue that somebody made is theirs to give, and is chosen afterwards.
    const queue = await db
      .selectFrom('queue')
      .select('id')
      .where('owner_id', 'is', null)
      .orderBy('id')
      .executeTakeFirst()
    if (queue === undefined) throw noQueue()
    await db.transaction().execute(async (transaction) => {
      const competitionId = await insertCompetition(transaction, stored, {
        organizerId: row.person_id,
        queueId: queue.id,
        now: clock(),
      })
      await settle(transaction, creationId, { status: 'Finished', problems: [], competitionId })
    })
    return { kind: 'created' }
  } finally {
    archive.close()
  }
}

async function settle(
  db: HubDb,
  id: number,
  end: { status: 'Finished' | 'Failed'; problems: readonly Problem[]; competitionId: number | null },
): Promise<void> {
  await db
    .updateTable('bundle_creation')
    .set({
      status: end.status,
      problems: JSON.stringify(end.problems),
      competition_id: end.competitionId,
    })
    .where('id', '=', id)
    .where('status', '=', 'Starting')
    .execute()
}

async function findDataset(db: HubDb, key: string, ownerId: number) {
  const row = await db
    .selectFrom('dataset')
    .select(['sha256', 'size_bytes'])
    .where('key', '=', key)
    .where('owner_id', '=', ownerId)
    .where('state', '=', 'ready')
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { sha256: Digest.parse(row.sha256), sizeBytes: row.size_bytes ?? 0 }
}

function problemOf(error: unknown): Problem {
  if (error instanceof ScoregateError && error.kind !== 'internal') {
    return { where: 'the bundle', what: error.message, remedy: error.remedy }
  }
  return {
    where: 'the bundle',
    what: 'could not be read to its end',
    remedy: 'Make the zip again and upload it once more; if it stays, tell whoever runs this site.',
  }
}

function noQueue(): ScoregateError {
  return new ScoregateError({
    kind: 'unavailable',
    code: 'no-queue',
    message: 'This hub has no queue that could run submissions.',
    remedy: 'Tell whoever runs this site to provision one.',
  })
}
