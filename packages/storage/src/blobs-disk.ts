import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Blobs, StoredBlob } from './blobs.ts'
import { tooLarge, writeHashedFile } from './hashed-file.ts'

/**
 * Blobs as files: `<folder>/ab/cdef…`, written to `<folder>/incoming` first, synced, then renamed into place and the
 * folder synced, so that a crash leaves either the whole blob or none. What a crash left in `incoming` is removed here.
 */
export async function openDiskBlobs(folder: string): Promise<Blobs> {
  const incoming = join(folder, 'incoming')
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  for (const name of await readdir(incoming)) await rm(join(incoming, name), { force: true })

  const place = (sha256: Digest) => placeIn(folder, sha256)

  /** Gives a written file its name, which the next sync of its folder makes durable. */
  const moveIntoPlace = async (temporary: string, sha256: Digest): Promise<void> => {
    const target = place(sha256)
    const made = await mkdir(target.folder, { recursive: true, mode: 0o700 })
    if (made !== undefined) await syncFolder(folder)
    await rename(temporary, target.file)
  }

  const putSmall = async (sha256: Digest, bytes: Uint8Array): Promise<void> => {
    requireDigest(digestOf(bytes), sha256)
    if (await hasSame(place(sha256).file, bytes)) return
    const temporary = join(incoming, randomUUID())
    try {
      await writeSynced(temporary, bytes)
      await moveIntoPlace(temporary, sha256)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }

  return {
    async put(source, { maxBytes, expected } = {}) {
      if (expected !== undefined && (await isIntact(place(expected).file, expected))) {
        const read = await hashOnly(source, maxBytes)
        requireDigest(read.sha256, expected)
        // Another may have moved it into its place a moment ago and not be done.
        await syncFolder(place(expected).folder)
        return read
      }
      const temporary = join(incoming, randomUUID())
      try {
        const { sha256, sizeBytes, durable } = await writeHashedFile(temporary, source, maxBytes)
        await durable
        requireDigest(sha256, expected)
        await moveIntoPlace(temporary, sha256)
        await syncFolder(place(sha256).folder)
        return { sha256, sizeBytes }
      } finally {
        await rm(temporary, { force: true })
      }
    },

    async putAll(given) {
      await inParallel(given, ({ sha256, bytes }) => putSmall(sha256, bytes))
      const folders = [...new Set(given.map(({ sha256 }) => place(sha256).folder))]
      await inParallel(folders, syncFolder)
    },

    open: readDiskBlobs(folder).open,

    async readUnverified(sha256, { offset, length }) {
      const handle = await openIfThere(place(sha256).file)
      if (handle === undefined) throw blobMissing(sha256)
      try {
        const bytes = Buffer.allocUnsafe(length)
        let filled = 0
        while (filled < length) {
          const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled)
          if (bytesRead === 0) break
          filled += bytesRead
        }
        return bytes.subarray(0, filled)
      } finally {
        await handle.close()
      }
    },

    async find(sha256) {
      const sizeBytes = await sizeOf(place(sha256).file)
      return sizeBytes === undefined ? undefined : { sha256, sizeBytes }
    },

    async remove(sha256) {
      await rm(place(sha256).file, { force: true })
    },
  }
}

/** Blobs of a folder that another part of the program owns, for reading alone. */
export function readDiskBlobs(folder: string): Pick<Blobs, 'open'> {
  return {
    async open(sha256) {
      const { file } = placeIn(folder, sha256)
      const found = await sizeOf(file)
      if (found === undefined) throw blobMissing(sha256)
      const check = verifying(sha256)
      // A reader that stops early leaves nobody to hear of altered bytes; unheard, the error would end the program.
      check.on('error', () => undefined)
      return {
        stream: createReadStream(file, { highWaterMark: READ_BYTES }).compose(check),
        sizeBytes: found,
      }
    },
  }
}

function placeIn(folder: string, sha256: Digest): { folder: string; file: string } {
  return {
    folder: join(folder, sha256.slice(0, 2)),
    file: join(folder, sha256.slice(0, 2), sha256.slice(2)),
  }
}

const READ_BYTES = 256 * 1024

/** More at once than the disk can do and fewer than open files. */
const PARALLEL = 16

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  // All take from one iterator, so each item is taken once.
  const lane = async () => {
    for (const item of left) await work(item)
  }
  const lanes = await Promise.allSettled(Array.from({ length: PARALLEL }, lane))
  // Nothing goes on behind the back of whoever hears of the first failure.
  for (const result of lanes) if (result.status === 'rejected') throw result.reason
}

function digestOf(bytes: Uint8Array): Digest {
  return Digest.parse(createHash('sha256').update(bytes).digest('hex'))
}

function requireDigest(actual: Digest, expected: Digest | undefined): void {
  if (expected === undefined || expected === actual) return
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'digest-differs',
    message: `The bytes that arrived have the SHA-256 ${actual}, not ${expected}.`,
    remedy: 'Send the file again.',
  })
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Whether a file is there and has just these bytes. */
async function hasSame(file: string, bytes: Uint8Array): Promise<boolean> {
  if ((await sizeOf(file)) !== bytes.byteLength) return false
  return (await readFile(file)).equals(bytes)
}

/** Whether a file is there and has the bytes that its name promises. */
async function isIntact(file: string, sha256: Digest): Promise<boolean> {
  if ((await sizeOf(file)) === undefined) return false
  return (await hashOnly(createReadStream(file, { highWaterMark: READ_BYTES }))).sha256 === sha256
}

async function hashOnly(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number = Number.POSITIVE_INFINITY,
): Promise<StoredBlob> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of source) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
    hash.update(chunk)
  }
  return { sha256: Digest.parse(hash.digest('hex')), sizeBytes }
}

/** Passes bytes through and turns a normal end into an error when their hash is not the expected one. */
function verifying(expected: Digest): Transform {
  const hash = createHash('sha256')
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      const actual = hash.digest('hex')
      if (actual === expected) return done()
      done(
        new ScoregateError({
          kind: 'internal',
          code: 'vault-altered',
          message: `The stored bytes of ${expected} have changed: they now have the SHA-256 ${actual}.`,
          remedy: 'Nothing was released. Look for a failing disk or for somebody who changed the file.',
        }),
      )
    },
  })
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function blobMissing(sha256: Digest): ScoregateError {
  return new ScoregateError({
    kind: 'not-found',
    code: 'blob-missing',
    message: `There is no stored file with the SHA-256 ${sha256}.`,
    remedy: 'It may have been removed by the retention rule.',
  })
}

/** Reads a whole small blob into memory; throws `ScoregateError` when it is larger than `maxBytes` or altered. */
export async function readSmallBlob(blobs: Blobs, sha256: Digest, maxBytes: number): Promise<Buffer> {
  const { stream, sizeBytes } = await blobs.open(sha256)
  if (sizeBytes > maxBytes) {
    stream.destroy()
    throw new ScoregateError({
      kind: 'too-large',
      code: 'too-large',
      message: `The stored file has ${sizeBytes} bytes; ${maxBytes} are allowed here.`,
      remedy: 'Download it instead.',
    })
  }
  return collect(stream)
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
