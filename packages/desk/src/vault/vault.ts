import { Digest } from '@scoregate/protocol/digest'
import type { PackedFile } from '@scoregate/protocol/pack'
import type { Blobs, StoredBlob } from '@scoregate/storage/blobs'
import { sql } from 'kysely'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { ChunkTally } from './chunk-list.ts'
import { forgetChunks } from './chunk-records.ts'
import { createSealedBytes, type SealedBytes } from './sealed-bytes.ts'

/** How long a blob that no deposit names is kept: a worker sends the blobs first, and may be slow or start again. */
const UNCLAIMED_SECONDS = 24 * 3600

/** The sealed bytes of all holds, and the account of which are needed. */
export type Vault = {
  readonly blobs: Blobs
  /** Reads parts of what is stored, each verified by itself. */
  readonly bytes: SealedBytes
  /** Stores a blob that must have this digest; answers whether it is new. Throws `ScoregateError` as `Blobs.put` does. */
  receive(sha256: Digest, source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<{ isNew: boolean }>
  /** Stores small blobs that must have these digests. Throws `ScoregateError` as `Blobs.putAll` does. */
  receiveAll(blobs: readonly PackedFile[]): Promise<void>
  /** Removes blobs that no hold needs and no deposit will name; answers how many. */
  removeUnneeded(): Promise<number>
}

/** Opens the vault over its store of bytes. */
export function createVault({ db, blobs, clock }: { db: DeskDb; blobs: Blobs; clock: () => Date }): Vault {
  // A blob must not be removed while the same bytes arrive again: each side waits for the other, blob by blob.
  const arriving = new Map<Digest, number>()
  const leaving = new Map<Digest, Promise<void>>()
  const bytes = createSealedBytes({ db, blobs })

  async function receive(sha256: Digest, source: AsyncIterable<Uint8Array>, maxBytes: number) {
    return await whileArriving([sha256], async () => {
      const isNew = (await blobs.find(sha256)) === undefined
      const tally = new ChunkTally()
      const stored = await blobs.put(tally.watch(source), { maxBytes, expected: sha256 })
      await remember([stored])
      await bytes.keep(stored, tally)
      return { isNew }
    })
  }

  async function receiveAll(packed: readonly PackedFile[]) {
    const digests = [...new Set(packed.map(({ sha256 }) => sha256))]
    await whileArriving(digests, async () => {
      await blobs.putAll(packed)
      const sizes = new Map(packed.map(({ sha256, bytes }) => [sha256, bytes.byteLength]))
      await remember([...sizes].map(([sha256, sizeBytes]) => ({ sha256, sizeBytes })))
    })
  }

  async function whileArriving<T>(digests: readonly Digest[], arrive: () => Promise<T>): Promise<T> {
    // Without a pause between the last look and the note, in which a removal could begin.
    for (let removals = removalsOf(digests); removals.length > 0; removals = removalsOf(digests))
      await Promise.all(removals)
    for (const sha256 of digests) arriving.set(sha256, (arriving.get(sha256) ?? 0) + 1)
    try {
      return await arrive()
    } finally {
      for (const sha256 of digests) {
        const others = (arriving.get(sha256) ?? 1) - 1
        if (others === 0) arriving.delete(sha256)
        else arriving.set(sha256, others)
      }
    }
  }

  function removalsOf(digests: readonly Digest[]): Promise<void>[] {
    return digests.map((sha256) => leaving.get(sha256)).filter((removal) => removal !== undefined)
  }

  async function remember(stored: readonly StoredBlob[]): Promise<void> {
    const keepUntil = new Date(clock().getTime() + UNCLAIMED_SECONDS * 1000).toISOString()
    await db
      .insertInto('vault_blob')
      .values(
        stored.map(({ sha256, sizeBytes }) => ({ sha256, size_bytes: sizeBytes, keep_until: keepUntil })),
      )
      .onConflict((conflict) => conflict.column('sha256').doUpdateSet({ keep_until: keepUntil }))
      .execute()
  }

  async function removeUnneeded(): Promise<number> {
    const now = clock().toISOString()
    const unneeded = await db
      .selectFrom('vault_blob')
      .select('sha256')
      .where('keep_until', '<=', now)
      .where(isUnreferenced)
      .execute()
    // What a desk had begun to remove when it was killed comes first.
    const begun = await db.selectFrom('vault_leaving').select('sha256').execute()
    let removed = 0
    for (const row of [...begun, ...unneeded]) {
      const sha256 = Digest.parse(row.sha256)
      if (arriving.has(sha256)) continue
      const removal = remove(sha256, now)
      leaving.set(
        sha256,
        removal.then(
          () => undefined,
          () => undefined,
        ),
      )
      try {
        if (await removal) removed += 1
      } finally {
        leaving.delete(sha256)
      }
    }
    return removed
  }

  /**
   * The row goes first and only if still unneeded; in its place stands that the bytes are leaving, until they are gone: so a
   * crash in between leaves nothing on the disk for good. Bytes that came again meanwhile have a row, and stay.
   */
  async function remove(sha256: Digest, now: string): Promise<boolean> {
    const isLeaving = await db.transaction().execute(async (transaction) => {
      const gone = await transaction
        .deleteFrom('vault_blob')
        .where('sha256', '=', sha256)
        .where('keep_until', '<=', now)
        .where(isUnreferenced)
        .executeTakeFirst()
      const begun = transaction.selectFrom('vault_leaving').select('sha256').where('sha256', '=', sha256)
      if (gone.numDeletedRows === 0n && (await begun.executeTakeFirst()) === undefined) return false
      const back = transaction.selectFrom('vault_blob').select('sha256').where('sha256', '=', sha256)
      if ((await back.executeTakeFirst()) !== undefined) {
        await transaction.deleteFrom('vault_leaving').where('sha256', '=', sha256).execute()
        return false
      }
      await transaction
        .insertInto('vault_leaving')
        .values({ sha256 })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await forgetChunks(transaction, sha256)
      return true
    })
    if (!isLeaving) return false
    await blobs.remove(sha256)
    await db.deleteFrom('vault_leaving').where('sha256', '=', sha256).execute()
    return true
  }

  return { blobs, bytes, receive, receiveAll, removeUnneeded }
}

const isUnreferenced = sql<boolean>`not exists (select 1 from hold_blob where hold_blob.sha256 = vault_blob.sha256)`
