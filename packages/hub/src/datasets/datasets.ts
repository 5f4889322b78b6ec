import { randomUUID } from 'node:crypto'
import { Digest } from '@scoregate/protocol/digest'
import type { Blobs } from '@scoregate/storage/blobs'
import type { Person } from '@scoregate/web/accounts'
import type { LinkSigner } from '@scoregate/web/signed-links'
import { openArchive } from '../archives/archive.ts'
import { spool } from '../archives/spool.ts'
import type { BundleCreation } from '../competitions/bundle-creation.ts'
import type { Hub } from '../hub.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { notFound, refusal } from '../refusals.ts'
import type { DatasetType } from './dataset-type.ts'

const UPLOAD_HOURS = 24
const UPLOADS_PATH = '/api/uploads'
const MAX_SUBMISSION_ENTRIES = 100_000
/** How much larger a submission may be unpacked than what may be uploaded; real code and predictions stay far below. */
const MAX_UNPACKED_RATIO = 20

/** The files that people upload; `maxBytes` are those of bundles and of everything else. */
export type UploadLimits = { readonly maxBundleBytes: number; readonly maxSubmissionBytes: number }

export type Datasets = Hub['datasets'] & {
  /** Takes the bytes of an upload link. Throws when the link is forged, too old or the file too large. */
  receive(url: URL, body: AsyncIterable<Uint8Array>, announcedBytes: number | undefined): Promise<void>
}

export function createDatasets(given: {
  db: HubDb
  blobs: Blobs
  clock: () => Date
  signer: LinkSigner
  scratchFolder: string
  limits: UploadLimits
  creation: BundleCreation
}): Datasets {
  const { db, blobs, clock, signer, scratchFolder, limits, creation } = given
  const maxBytes = (type: DatasetType) =>
    type === 'competition_bundle' ? limits.maxBundleBytes : limits.maxSubmissionBytes

  async function getOwn(key: string, person: Person) {
    const row = await db
      .selectFrom('dataset')
      .selectAll()
      .where('key', '=', key)
      .where('owner_id', '=', person.id)
      .executeTakeFirst()
    if (row === undefined) throw notFound('upload')
    return row
  }

  /** Sets the outcome of the check, unless other bytes came in between. */
  async function setState(id: number, sha256: string, state: 'ready' | 'refused'): Promise<void> {
    await db.updateTable('dataset').set({ state }).where('id', '=', id).where('sha256', '=', sha256).execute()
  }

  return {
    async create({ type, fileName, fileSize }, person) {
      if (fileSize !== undefined && fileSize > maxBytes(type)) throw tooLarge(maxBytes(type))
      const key = randomUUID()
      await db
        .insertInto('dataset')
        .values({
          key,
          type,
          file_name: cleanFileName(fileName),
          owner_id: person.id,
          state: 'announced',
          sha256: null,
          size_bytes: null,
          created_at: clock().toISOString(),
        })
        .execute()
      const expiresAt = new Date(clock().getTime() + UPLOAD_HOURS * 3_600_000)
      return { key, uploadPath: signer.sign({ method: 'PUT', path: `${UPLOADS_PATH}/${key}`, expiresAt }) }
    },

    async receive(url, body, announcedBytes) {
      if (signer.verify('PUT', url).kind !== 'valid') throw badUploadLink()
      const key = url.pathname.slice(UPLOADS_PATH.length + 1)
      const row = await db.selectFrom('dataset').selectAll().where('key', '=', key).executeTakeFirst()
      if (row === undefined) throw notFound('upload')
      // Once it was checked, a file stays what it is: a submission is not to be exchanged under its check.
      if (row.state === 'ready') throw alreadyUploaded()
      if (announcedBytes !== undefined && announcedBytes > maxBytes(row.type))
        throw tooLarge(maxBytes(row.type))
      const stored = await blobs.put(body, { maxBytes: maxBytes(row.type) })
      const changed = await db
        .updateTable('dataset')
        .set({ state: 'uploaded', sha256: stored.sha256, size_bytes: stored.sizeBytes })
        .where('id', '=', row.id)
        .where('state', '!=', 'ready')
        .executeTakeFirst()
      if (changed.numUpdatedRows === 0n) throw alreadyUploaded()
    },

    async complete(key, person) {
      const row = await getOwn(key, person)
      if (row.sha256 === null) {
        throw refusal(
          'conflict',
          'nothing-uploaded',
          'No file has arrived for this upload.',
          'PUT the file to the upload link first.',
        )
      }
      if (row.type === 'competition_bundle') {
        await setState(row.id, row.sha256, 'ready')
        return { key, creationStatusId: await creation.start({ id: row.id, ownerId: person.id }) }
      }
      if (row.state !== 'ready') {
        await using file = await spool(blobs, Digest.parse(row.sha256), scratchFolder)
        const reading = await openArchive(file.path, file.sizeBytes, {
          maxEntries: MAX_SUBMISSION_ENTRIES,
          maxUnpackedBytes: maxBytes(row.type) * MAX_UNPACKED_RATIO,
        })
        const problems =
          reading.kind === 'refused'
            ? reading.problems
            : reading.archive.entries.length === 0
              ? [{ where: 'the zip', what: 'is empty', remedy: 'Put your files into it.' }]
              : []
        if (reading.kind === 'archive') reading.archive.close()
        await setState(row.id, row.sha256, problems.length === 0 ? 'ready' : 'refused')
        if (problems.length > 0) {
          throw refusal(
            'bad-input',
            'zip-refused',
            `The file "${row.file_name}" cannot be used: ${problems[0]?.where} ${problems[0]?.what}.`,
            'Correct what is listed and upload it again. Nothing was counted against your quota.',
            problems,
          )
        }
      }
      return { key, creationStatusId: undefined }
    },
  }
}

/** The last part of the name that a client gave, without anything that a file name should not have. */
function cleanFileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? ''
  // Control and direction characters could make one name look like another.
  return last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').slice(0, 255) || 'file.zip'
}

function tooLarge(maxBytes: number) {
  return refusal(
    'too-large',
    'too-large',
    `The file is larger than the ${maxBytes} bytes that are allowed.`,
    'Send a smaller file. Nothing was counted against your quota.',
  )
}

function badUploadLink() {
  return refusal(
    'not-allowed',
    'bad-upload-link',
    'This upload link is not valid, or no longer.',
    'Ask for a new one and upload to that.',
  )
}

function alreadyUploaded() {
  return refusal(
    'conflict',
    'already-uploaded',
    'This upload was already completed.',
    'Start a new upload for another file.',
  )
}
