import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Digest } from '@scoregate/protocol/digest'
import type { Blobs } from '@scoregate/storage/blobs'

/** A copy of a blob as a file, for readers that jump about in it; removed when it is disposed of. */
export type SpooledFile = AsyncDisposable & { readonly path: string; readonly sizeBytes: number }

/** Copies a blob into a scratch folder. Throws when it is absent or altered; then nothing is left. */
export async function spool(blobs: Blobs, sha256: Digest, scratchFolder: string): Promise<SpooledFile> {
  const path = join(scratchFolder, randomUUID())
  const remove = () => rm(path, { force: true })
  try {
    const { stream, sizeBytes } = await blobs.open(sha256)
    await pipeline(stream, createWriteStream(path, { mode: 0o600, flags: 'wx' }))
    return { path, sizeBytes, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}
