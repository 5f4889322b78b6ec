import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { StoredBlob } from './blobs.ts'

/** A new file that is written whole; its bytes survive a power cut when `durable` resolves. */
export type HashedFile = StoredBlob & { readonly durable: Promise<void> }

/** Small chunks of a network are written together, large ones as they are; meanwhile the next ones are hashed. */
const WRITE_BYTES = 512 * 1024
/** The disk begins with its part after so much, so that little is left for it when the last byte has come. */
const SYNC_EVERY_BYTES = 32 * 1024 * 1024

/**
 * Writes a stream to a new file, readable by this user alone, and hashes it in the same pass. Keeps the chunks for a while,
 * so the source must not use their memory again. Resolves when all is written; whoever counts on the file awaits `durable`,
 * which ends no program when nobody does. Throws `ScoregateError` (`too-large`) past `maxBytes`, and what the source and the
 * disk throw; the file is then removed.
 */
export async function writeHashedFile(
  file: string,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number = Number.POSITIVE_INFINITY,
): Promise<HashedFile> {
  const handle = await open(file, 'wx', 0o600)
  const writing = new Writing(handle)
  try {
    const hash = createHash('sha256')
    let sizeBytes = 0
    for await (const chunk of source) {
      sizeBytes += chunk.byteLength
      if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
      await writing.add(chunk)
      hash.update(chunk)
    }
    await writing.flush()
    const durable = writing.sync().finally(() => handle.close())
    durable.catch(() => undefined)
    return { sha256: Digest.parse(hash.digest('hex')), sizeBytes, durable }
  } catch (error) {
    await writing.stop()
    await handle.close()
    await rm(file, { force: true })
    throw error
  }
}

/** Writes chunks in their order, one write at a time, and syncs now and then beside it. */
class Writing {
  readonly #handle: FileHandle
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #unsyncedBytes = 0
  #write: Promise<void> = Promise.resolve()
  #sync: Promise<void> = Promise.resolve()
  #isSyncing = false

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async add(chunk: Uint8Array): Promise<void> {
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.byteLength
    if (this.#waitingBytes >= WRITE_BYTES) await this.#writeWaiting()
  }

  /** Resolves when all is written. */
  async flush(): Promise<void> {
    await this.#writeWaiting()
    await this.#write
  }

  /** Resolves when all is on the disk; an error of an earlier sync is not lost, though the disk tells it only once. */
  async sync(): Promise<void> {
    await this.#sync
    await this.#handle.sync()
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    await Promise.allSettled([this.#write, this.#sync])
  }

  async #writeWaiting(): Promise<void> {
    const bytes = this.#waiting.length === 1 ? this.#waiting[0] : Buffer.concat(this.#waiting)
    this.#unsyncedBytes += this.#waitingBytes
    this.#waiting = []
    this.#waitingBytes = 0
    await this.#write
    if (bytes === undefined || bytes.byteLength === 0) return
    this.#write = this.#handle.writeFile(bytes)
    this.#write.catch(() => undefined) // heard by the next write, or by `flush`
    if (this.#unsyncedBytes >= SYNC_EVERY_BYTES && !this.#isSyncing) this.#syncBeside()
  }

  #syncBeside(): void {
    this.#isSyncing = true
    this.#unsyncedBytes = 0
    this.#sync = this.#sync
      .then(() => this.#handle.datasync())
      .then(() => {
        this.#isSyncing = false
      })
    this.#sync.catch(() => undefined) // heard by `sync`
  }
}

/** What a store says of a stream that does not end where it must. */
export function tooLarge(maxBytes: number): ScoregateError {
  return new ScoregateError({
    kind: 'too-large',
    code: 'too-large',
    message: `The file is larger than the ${maxBytes} bytes that are allowed.`,
    remedy: 'Send a smaller file, or ask for a higher limit.',
  })
}
