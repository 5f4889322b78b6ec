import type { BigIntStats } from 'node:fs'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { SealRefusal } from '@scoregate/protocol/manifest'

/** Where sealed bytes go: hashes while it copies, in one pass, and answers when the bytes are on the disk. */
export type SealSink = {
  put(source: AsyncIterable<Uint8Array>): Promise<{ sha256: Digest; sizeBytes: number }>
}

/** Why a file or folder could not be represented. */
export type RefusalKind = SealRefusal['kind']

/** What became of one file. */
export type SealedFile =
  | { readonly kind: 'sealed'; readonly sha256: Digest; readonly sizeBytes: number }
  | { readonly kind: 'refused'; readonly refusal: RefusalKind }

/** Read at a time; with the sink's own buffers this is all the memory that a file of any size takes. */
const CHUNK_BYTES = 256 * 1024

/** Below this size holes save nobody anything, and file systems that pack small files report odd numbers of blocks. */
const SPARSE_FROM_BYTES = 1024n * 1024n
/** A file that takes less than this part of its size on the disk is taken for sparse. */
const SPARSE_PART = 4n
/** `st_blocks` counts these, whatever the file system's own block size is. */
const STAT_BLOCK_BYTES = 512n

/**
 * Seals one regular file, named by a path that is reached through an open folder. Opened without following a link
 * and without waiting for a writer (a named pipe would); what is sealed is judged by the handle, not by the name.
 * Throws only what the sink throws.
 */
export async function sealFile(path: string, sink: SealSink, maxBytes: number): Promise<SealedFile> {
  let handle: FileHandle
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return refused(refusalOfError(error))
  }
  try {
    return await sealHandle(handle, sink, maxBytes)
  } finally {
    await handle.close()
  }
}

async function sealHandle(handle: FileHandle, sink: SealSink, maxBytes: number): Promise<SealedFile> {
  const before = await handle.stat({ bigint: true })
  const refusal = findStatRefusal(before, maxBytes)
  if (refusal !== undefined) return refused(refusal)

  const reading: Reading = { trouble: undefined, bytes: 0 }
  let stored: { sha256: Digest; sizeBytes: number }
  try {
    stored = await sink.put(readExactly(handle, Number(before.size), reading))
  } catch (error) {
    // What failed is the file if the reading says so, otherwise the sink: a full disk is no fault of the run.
    if (reading.trouble !== undefined) return refused(reading.trouble)
    throw error
  }
  if (reading.trouble !== undefined) return refused(reading.trouble)
  const after = await handle.stat({ bigint: true })
  if (isChanged(before, after)) return refused('changed-while-read')
  requireAllStored(stored.sizeBytes, Number(before.size))
  return { kind: 'sealed', ...stored }
}

function findStatRefusal(stat: BigIntStats, maxBytes: number): RefusalKind | undefined {
  if (!stat.isFile()) return 'special-file'
  if (stat.nlink !== 1n) return 'hard-link'
  if (stat.size >= SPARSE_FROM_BYTES && stat.blocks * STAT_BLOCK_BYTES * SPARSE_PART < stat.size)
    return 'sparse'
  if (stat.size > BigInt(maxBytes)) return 'too-large'
  return undefined
}

type Reading = { trouble: RefusalKind | undefined; bytes: number }

/** The bytes of a file, as many as its size was when it was opened; notes in `reading` when they cannot all be had. */
async function* readExactly(handle: FileHandle, size: number, reading: Reading): AsyncGenerator<Uint8Array> {
  while (reading.bytes < size) {
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, size - reading.bytes))
    let bytesRead: number
    try {
      bytesRead = (await handle.read(buffer, 0, buffer.byteLength, reading.bytes)).bytesRead
    } catch (error) {
      reading.trouble = 'unreadable'
      throw error
    }
    if (bytesRead === 0) {
      reading.trouble = 'changed-while-read'
      throw new Error('The file became shorter while it was read.')
    }
    reading.bytes += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** The change time alone would say it, but file systems keep times in ticks of some milliseconds. */
export function isChanged(before: BigIntStats, after: BigIntStats): boolean {
  return (
    before.size !== after.size ||
    before.nlink !== after.nlink ||
    before.mtimeNs !== after.mtimeNs ||
    before.ctimeNs !== after.ctimeNs
  )
}

function requireAllStored(storedBytes: number, sizeBytes: number): void {
  if (storedBytes === sizeBytes) return
  throw new ScoregateError({
    kind: 'internal',
    code: 'seal-incomplete',
    message: `Of a file of ${sizeBytes} bytes, ${storedBytes} were stored.`,
    remedy: 'Nothing was sealed. Look for a failing disk.',
  })
}

/** What an error of the file system means for what was being opened. */
export function refusalOfError(error: unknown): RefusalKind {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ELOOP') return 'symbolic-link'
  if (code === 'ENXIO' || code === 'ENODEV') return 'special-file'
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'changed-while-read'
  return 'unreadable'
}

function refused(refusal: RefusalKind): SealedFile {
  return { kind: 'refused', refusal }
}
