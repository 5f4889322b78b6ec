import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Blobs, StoredBlob } from './blobs.ts'

/**
 * Blobs as files: `<folder>/ab/cdef…`, written to `<folder>/incoming` first, synced, then renamed into place and the
 * folder synced, so that a crash leaves either the whole blob or none. What a crash left in `incoming` is removed here.
 */
export async function openDiskBlobs(folder: string): Promise<Blobs> {
  const incoming = join(folder, 'incoming')
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  for (const name of await readdir(incoming)) await rm(join(incoming, name), { force: true })

  const place = (sha256: Digest) => ({
    folder: join(folder, sha256.slice(0, 2)),
    file: join(folder, sha256.slice(0, 2), sha256.slice(2)),
  })

  return {
    async put(source, limits = {}) {
      const temporary = join(incoming, randomUUID())
      try {
        const stored = await writeHashed(temporary, source, limits.maxBytes ?? Number.POSITIVE_INFINITY)
        if (limits.expected !== undefined && limits.expected !== stored.sha256) {
          throw new ScoregateError({
            kind: 'bad-input',
            code: 'digest-differs',
            message: `The bytes that arrived have the SHA-256 ${stored.sha256}, not ${limits.expected}.`,
            remedy: 'Send the file again.',
          })
        }
        const target = place(stored.sha256)
        await mkdir(target.folder, { recursive: true, mode: 0o700 })
        await rename(temporary, target.file)
        await syncFolder(target.folder)
        return stored
      } finally {
        await rm(temporary, { force: true })
      }
    },

    async open(sha256) {
      const { file } = place(sha256)
      const found = await sizeOf(file)
      if (found === undefined) throw blobMissing(sha256)
      const check = verifying(sha256)
      // A reader that stops early leaves nobody to hear of altered bytes; unheard, the error would end the program.
      check.on('error', () => undefined)
      return { stream: createReadStream(file).compose(check), sizeBytes: found }
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

async function writeHashed(
  file: string,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<StoredBlob> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const handle = await open(file, 'wx', 0o600)
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.byteLength
      if (sizeBytes > maxBytes) {
        throw new ScoregateError({
          kind: 'too-large',
          code: 'too-large',
          message: `The file is larger than the ${maxBytes} bytes that are allowed.`,
          remedy: 'Send a smaller file, or ask for a higher limit.',
        })
      }
      hash.update(chunk)
      await handle.writeFile(chunk)
    }
    await handle.sync()
  } finally {
    await handle.close()
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
