import { createHash } from 'node:crypto'
import type { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Blobs } from '@scoregate/storage/blobs'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { afterLineBreak, CHUNK_BYTES, type Chunk, ChunkTally, countLineBreaks } from './chunk-list.ts'
import { CHUNKS_PER_ROW, type ChunkRow, findChunkRow, findRowOfBreak, keepChunks } from './chunk-records.ts'

/** A file of a hold, as its manifest names it. */
export type SealedFile = { readonly sha256: Digest; readonly sizeBytes: number }

/** Bytes that were compared, chunk by chunk, with what was sealed. */
export type VerifiedChunk = {
  readonly bytes: Buffer
  /** Where they begin in the file. */
  readonly offset: number
  /** How many line breaks the file has before them. */
  readonly breaksBefore: number
}

/**
 * Reads parts of sealed files, however large, without reading the rest. Every method throws `ScoregateError`
 * (`vault-altered`, `blob-missing`): nobody is shown other bytes than those that were sealed.
 */
export type SealedBytes = {
  /** The bytes from `offset` on, at most `length`; fewer only where the file ends. */
  read(file: SealedFile, part: { offset: number; length: number }): Promise<Buffer>
  /** The file from the chunk on that has the byte `from`, chunk by chunk. */
  chunks(file: SealedFile, from: number): AsyncIterable<VerifiedChunk>
  /** The number of the line, counted from 1, to which the byte at `offset` belongs. */
  lineAt(file: SealedFile, offset: number): Promise<number>
  /** Where a line, counted from 1, begins; undefined when the file has fewer. */
  offsetOfLine(file: SealedFile, line: number): Promise<number | undefined>
  /** Keeps the chunks of bytes that have just been compared with their name as a whole. */
  keep(file: SealedFile, tally: ChunkTally): Promise<void>
}

/** Opens the vault's bytes for reading in parts. A file whose chunks are not listed yet is read through once, for the list. */
export function createSealedBytes({ db, blobs }: { db: DeskDb; blobs: Blobs }): SealedBytes {
  const listing = new Map<Digest, Promise<void>>()

  async function keep(file: SealedFile, tally: ChunkTally): Promise<void> {
    if (file.sizeBytes > CHUNK_BYTES) await keepChunks(db, file.sha256, tally.finish())
  }

  /** Reads the whole file; the stream ends in an error, and nothing is kept, when it is not what its name says. */
  async function list(file: SealedFile): Promise<void> {
    const { stream } = await blobs.open(file.sha256)
    const tally = new ChunkTally()
    for await (const _ of tally.watch(stream)) {
      // The tally has seen it.
    }
    await keep(file, tally)
  }

  async function listOnce(file: SealedFile): Promise<void> {
    const begun = listing.get(file.sha256) ?? list(file)
    listing.set(file.sha256, begun)
    try {
      await begun
    } finally {
      listing.delete(file.sha256)
    }
  }

  async function rowOf(file: SealedFile, chunk: number): Promise<ChunkRow> {
    // A file of one chunk has its own name for a digest.
    if (file.sizeBytes <= CHUNK_BYTES) return onlyRow(file)
    const found = await findChunkRow(db, file.sha256, chunk)
    if (found !== undefined) return found
    await listOnce(file)
    const listed = await findChunkRow(db, file.sha256, chunk)
    if (listed === undefined) throw altered(file)
    return listed
  }

  async function readChunk(file: SealedFile, number: number, row: ChunkRow): Promise<VerifiedChunk> {
    const chunk = row.chunks[number - row.firstChunk]
    if (chunk === undefined) throw altered(file)
    const offset = number * CHUNK_BYTES
    const length = Math.min(CHUNK_BYTES, file.sizeBytes - offset)
    const bytes = await blobs.readUnverified(file.sha256, { offset, length })
    if (createHash('sha256').update(bytes).digest('hex') !== chunk.sha256) throw altered(file)
    return { bytes, offset, breaksBefore: breaksBefore(row, number) }
  }

  async function* chunks(file: SealedFile, from: number): AsyncIterable<VerifiedChunk> {
    await requireSize(blobs, file)
    let row: ChunkRow | undefined
    for (let number = Math.floor(from / CHUNK_BYTES); number * CHUNK_BYTES < file.sizeBytes; number += 1) {
      if (row === undefined || number >= row.firstChunk + CHUNKS_PER_ROW) row = await rowOf(file, number)
      yield await readChunk(file, number, row)
    }
  }

  return {
    keep,
    chunks,
    async read(file, { offset, length }) {
      const parts: Buffer[] = []
      const end = Math.min(offset + length, file.sizeBytes)
      if (offset >= end) {
        await requireSize(blobs, file)
        return Buffer.of()
      }
      for await (const chunk of chunks(file, offset)) {
        parts.push(chunk.bytes.subarray(Math.max(0, offset - chunk.offset), end - chunk.offset))
        if (chunk.offset + chunk.bytes.length >= end) break
      }
      return Buffer.concat(parts)
    },
    async lineAt(file, offset) {
      for await (const chunk of chunks(file, offset)) {
        return chunk.breaksBefore + countLineBreaks(chunk.bytes.subarray(0, offset - chunk.offset)) + 1
      }
      return 1
    },
    async offsetOfLine(file, line) {
      if (line <= 1) return 0
      if (file.sizeBytes > CHUNK_BYTES) await rowOf(file, 0)
      const row =
        file.sizeBytes > CHUNK_BYTES ? await findRowOfBreak(db, file.sha256, line - 1) : onlyRow(file)
      if (row === undefined) return undefined
      // The line begins after the break before it.
      let before = row.breaksBefore
      for (const [at, { lineBreaks }] of row.chunks.entries()) {
        if (file.sizeBytes <= CHUNK_BYTES || before + lineBreaks >= line - 1) {
          const { bytes, offset } = await readChunk(file, row.firstChunk + at, row)
          const place = afterLineBreak(bytes, line - 1 - before)
          // A break at the very end of a file begins no line.
          return place === undefined || offset + place >= file.sizeBytes ? undefined : offset + place
        }
        before += lineBreaks
      }
      return undefined
    },
  }
}

function onlyRow(file: SealedFile): ChunkRow {
  const only: Chunk = { sha256: file.sha256, lineBreaks: 0 }
  return { firstChunk: 0, breaksBefore: 0, chunks: [only] }
}

function breaksBefore(row: ChunkRow, number: number): number {
  const earlier = row.chunks.slice(0, number - row.firstChunk)
  return earlier.reduce((sum, { lineBreaks }) => sum + lineBreaks, row.breaksBefore)
}

async function requireSize(blobs: Blobs, file: SealedFile): Promise<void> {
  const stored = await blobs.find(file.sha256)
  if (stored === undefined) {
    // Says in the store's own words that it is not there.
    const { stream } = await blobs.open(file.sha256)
    stream.destroy()
  } else if (stored.sizeBytes !== file.sizeBytes) throw altered(file)
}

function altered({ sha256 }: SealedFile): ScoregateError {
  return new ScoregateError({
    kind: 'internal',
    code: 'vault-altered',
    message: `The stored bytes of ${sha256} have changed: this part of them is not what was sealed.`,
    remedy: 'Nothing of it is shown. Look for a failing disk or for somebody who changed the file.',
  })
}
