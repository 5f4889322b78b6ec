import type { Digest } from '@scoregate/protocol/digest'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import type { Chunk } from './chunk-list.ts'

/** So many chunks are in one row: reading a page of a huge file must not read the list of all its chunks. */
export const CHUNKS_PER_ROW = 256
const DIGEST_LENGTH = 64

/** One stretch of the chunks of a file. */
export type ChunkRow = {
  /** Which chunk of the file is the first of this row. */
  readonly firstChunk: number
  /** How many line breaks are in the file before this row. */
  readonly breaksBefore: number
  readonly chunks: readonly Chunk[]
}

/** Keeps the chunks of a file; those of the same bytes are always the same, so what is there already stays. */
export async function keepChunks(db: DeskDb, sha256: Digest, chunks: readonly Chunk[]): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    let breaksBefore = 0
    for (let first = 0; first < chunks.length; first += CHUNKS_PER_ROW) {
      const part = chunks.slice(first, first + CHUNKS_PER_ROW)
      await transaction
        .insertInto('vault_chunks')
        .values({
          sha256,
          first_chunk: first,
          breaks_before: breaksBefore,
          digests: part.map((chunk) => chunk.sha256).join(''),
          breaks: part.map((chunk) => chunk.lineBreaks).join(' '),
        })
        .onConflict((conflict) => conflict.columns(['sha256', 'first_chunk']).doNothing())
        .execute()
      breaksBefore += part.reduce((sum, chunk) => sum + chunk.lineBreaks, 0)
    }
  })
}

/** The row that has this chunk; undefined when the chunks of the file have not been listed. */
export async function findChunkRow(db: DeskDb, sha256: Digest, chunk: number): Promise<ChunkRow | undefined> {
  const firstChunk = chunk - (chunk % CHUNKS_PER_ROW)
  const row = await db
    .selectFrom('vault_chunks')
    .selectAll()
    .where('sha256', '=', sha256)
    .where('first_chunk', '=', firstChunk)
    .executeTakeFirst()
  return row && parseRow(row)
}

/** The last row of a file that begins with at most so many line breaks before it. */
export async function findRowOfBreak(
  db: DeskDb,
  sha256: Digest,
  breaks: number,
): Promise<ChunkRow | undefined> {
  const row = await db
    .selectFrom('vault_chunks')
    .selectAll()
    .where('sha256', '=', sha256)
    .where('breaks_before', '<', breaks)
    .orderBy('first_chunk', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && parseRow(row)
}

/** Forgets the chunks of a file that leaves the vault. */
export async function forgetChunks(transaction: DeskTransaction, sha256: Digest): Promise<void> {
  await transaction.deleteFrom('vault_chunks').where('sha256', '=', sha256).execute()
}

function parseRow(row: {
  first_chunk: number
  breaks_before: number
  digests: string
  breaks: string
}): ChunkRow {
  const breaks = row.breaks.split(' ').map(Number)
  return {
    firstChunk: row.first_chunk,
    breaksBefore: row.breaks_before,
    chunks: breaks.map((lineBreaks, at) => ({
      sha256: row.digests.slice(at * DIGEST_LENGTH, (at + 1) * DIGEST_LENGTH),
      lineBreaks,
    })),
  }
}
