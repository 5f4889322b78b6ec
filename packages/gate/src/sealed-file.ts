import type { BigIntStats } from 'node:fs'
import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { SealRefusal } from '@scoregate/protocol/manifest'
import { MAX_PACKED_BYTES } from '@scoregate/protocol/pack'

/** What a sink has taken: the hash and the number of the bytes that it stored. */
export type StoredFile = { readonly sha256: Digest; readonly sizeBytes: number }

/**
 * Where sealed bytes go. It hashes while it copies, in one pass. Whoever seals makes the sink durable before a manifest
 * that names what is in it counts.
 */
export type SealSink = {
  /** Takes a file of any size as it is read; may keep the chunks. */
  put(source: AsyncIterable<Uint8Array>): Promise<StoredFile>
  /**
   * Takes a small file (of at most `MAX_PACKED_BYTES`) at once: thousands of them would spend most of their time waiting
   * for a turn. Files go through `put` where it is absent. Must not keep `bytes`.
   */
  putSmall?(bytes: Uint8Array): StoredFile
}

/** Why a file or folder could not be represented. */
export type RefusalKind = SealRefusal['kind']

/** What became of one file. */
export type SealedFile = ({ readonly kind: 'sealed' } & StoredFile) | Refused

type Refused = { readonly kind: 'refused'; readonly refusal: RefusalKind }

/** What is read at a time of a large file; with the sink's own buffers this is all the memory that it takes. */
const CHUNK_BYTES = 512 * 1024

// One for all: a small file is with the sink before the next is read, and holds up everything else for a fraction of a
// millisecond.
const smallFile = Buffer.allocUnsafeSlow(MAX_PACKED_BYTES)

/** Below this size holes save nobody anything, and file systems that pack small files report odd numbers of blocks. */
const SPARSE_FROM_BYTES = 1024n * 1024n
/** A file that takes less than this part of its size on the disk is taken for sparse. */
const SPARSE_PART = 4n
/** `st_blocks` counts these, whatever the file system's own block size is. */
const STAT_BLOCK_BYTES = 512n

const readSome = promisify(read)

/**
 * Seals one regular file, named by a path that is reached through an open folder. Opened without following a link
 * and without waiting for a writer (a named pipe would); what is sealed is judged by the handle, not by the name.
 * Throws only what the sink throws. A small file is sealed when this returns, if the sink takes small files.
 */
export function sealFile(path: string, sink: SealSink, maxBytes: number): SealedFile | Promise<SealedFile> {
  let handle: number
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return refused(refusalOfError(error))
  }
  let isLarge = false
  try {
    const before = fstatSync(handle, { bigint: true })
    const refusal = findStatRefusal(before, maxBytes)
    if (refusal !== undefined) return refused(refusal)
    const { putSmall } = sink
    if (putSmall !== undefined && before.size <= MAX_PACKED_BYTES) return sealSmall(handle, before, putSmall)
    isLarge = true
    return sealLarge(handle, before, sink).finally(() => closeSync(handle))
  } finally {
    if (!isLarge) closeSync(handle)
  }
}

function findStatRefusal(stat: BigIntStats, maxBytes: number): RefusalKind | undefined {
  if (!stat.isFile()) return 'special-file'
  if (stat.nlink !== 1n) return 'hard-link'
  if (stat.size >= SPARSE_FROM_BYTES && stat.blocks * STAT_BLOCK_BYTES * SPARSE_PART < stat.size)
    return 'sparse'
  if (stat.size > BigInt(maxBytes)) return 'too-large'
  return undefined
}

/** Compares before the sink gets anything: what is refused is not stored. */
function sealSmall(
  handle: number,
  before: BigIntStats,
  putSmall: NonNullable<SealSink['putSmall']>,
): SealedFile {
  const size = Number(before.size)
  let bytes = 0
  try {
    while (bytes < size) {
      const bytesRead = readSync(handle, smallFile, bytes, size - bytes, bytes)
      if (bytesRead === 0) return refused('changed-while-read')
      bytes += bytesRead
    }
    if (isChanged(before, fstatSync(handle, { bigint: true }))) return refused('changed-while-read')
  } catch {
    return refused('unreadable')
  }
  const stored = putSmall(smallFile.subarray(0, size))
  requireAllStored(stored.sizeBytes, size)
  return { kind: 'sealed', ...stored }
}

async function sealLarge(handle: number, before: BigIntStats, sink: SealSink): Promise<SealedFile> {
  const reading: Reading = { trouble: undefined, bytes: 0 }
  let stored: StoredFile
  try {
    stored = await sink.put(readExactly(handle, Number(before.size), reading))
  } catch (error) {
    // What failed is the file if the reading says so, otherwise the sink: a full disk is no fault of the run.
    if (reading.trouble !== undefined) return refused(reading.trouble)
    throw error
  }
  if (reading.trouble !== undefined) return refused(reading.trouble)
  if (isChanged(before, fstatSync(handle, { bigint: true }))) return refused('changed-while-read')
  requireAllStored(stored.sizeBytes, Number(before.size))
  return { kind: 'sealed', ...stored }
}

type Reading = { trouble: RefusalKind | undefined; bytes: number }

/**
 * The bytes of a file, as many as its size was when it was opened; notes in `reading` when they cannot all be had. The next
 * chunk is read while the sink works on the last.
 */
async function* readExactly(handle: number, size: number, reading: Reading): AsyncGenerator<Uint8Array> {
  let next = readChunk(handle, size, 0)
  try {
    while (reading.bytes < size) {
      const chunk = await next
      if (chunk === undefined) {
        reading.trouble = 'unreadable'
        throw new Error('The file could not be read.')
      }
      if (chunk.byteLength === 0) {
        reading.trouble = 'changed-while-read'
        throw new Error('The file became shorter while it was read.')
      }
      reading.bytes += chunk.byteLength
      if (reading.bytes < size) next = readChunk(handle, size, reading.bytes)
      yield chunk
    }
  } finally {
    // A sink may stop early; the handle must not be closed under a read.
    await next
  }
}

/** Nothing when the file cannot be read. Never rejects: a chunk may be asked for and then not be wanted. */
async function readChunk(handle: number, size: number, position: number): Promise<Uint8Array | undefined> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, size - position))
  try {
    const { bytesRead } = await readSome(handle, buffer, 0, buffer.byteLength, position)
    return buffer.subarray(0, bytesRead)
  } catch {
    return undefined
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

function refused(refusal: RefusalKind): Refused {
  return { kind: 'refused', refusal }
}
