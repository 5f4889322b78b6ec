import { Digest } from '@scoregate/protocol/digest'
import type { Blobs, StoredBlob } from '@scoregate/storage/blobs'
import { sql } from 'kysely'
import type { DeskDb } from '../migrations/desk-tables.ts'

/** How long a blob that no deposit names is kept: a worker sends the blobs first, and may be slow or start again. */
const UNCLAIMED_SECONDS = 24 * 3600

/** The sealed bytes of all holds, and the account of which are needed. */
export type Vault = {
  readonly blobs: Blobs
  /** Stores a blob that must have this digest; answers whether it is new. Throws `ScoregateError` as `Blobs.put` does. */
  receive(sha256: Digest, source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<{ isNew: boolean }>
  /** Removes blobs that no hold needs and no deposit will name; answers how many. */
  removeUnneeded(): Promise<number>
}

/** Opens the vault over its store of bytes. */
export function createVault({ db, blobs, clock }: { db: DeskDb; blobs: Blobs; clock: () => Date }): Vault {
  // A blob must not be removed while the same bytes arrive again: each side waits for the other, blob by blob.
  const arriving = new Map<Digest, number>()
  const leaving = new Map<Digest, Promise<void>>()

  async function receive(sha256: Digest, source: AsyncIterable<Uint8Array>, maxBytes: number) {
    for (let removal = leaving.get(sha256); removal !== undefined; removal = leaving.get(sha256))
      await removal
    arriving.set(sha256, (arriving.get(sha256) ?? 0) + 1)
    try {
      const isNew = (await blobs.find(sha256)) === undefined
      // Bytes that are there already are written anew all the same: that repairs a file that a failing disk altered.
      await remember(await blobs.put(source, { maxBytes, expected: sha256 }))
      return { isNew }
    } finally {
      const others = (arriving.get(sha256) ?? 1) - 1
      if (others === 0) arriving.delete(sha256)
      else arriving.set(sha256, others)
    }
  }

  async function remember({ sha256, sizeBytes }: StoredBlob): Promise<void> {
    const keepUntil = new Date(clock().getTime() + UNCLAIMED_SECONDS * 1000).toISOString()
    await db
      .insertInto('vault_blob')
      .values({ sha256, size_bytes: sizeBytes, keep_until: keepUntil })
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
    let removed = 0
    for (const row of unneeded) {
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

  /** The row goes first and only if still unneeded; a crash in between leaves a file without a row, which harms nothing. */
  async function remove(sha256: Digest, now: string): Promise<boolean> {
    const gone = await db
      .deleteFrom('vault_blob')
      .where('sha256', '=', sha256)
      .where('keep_until', '<=', now)
      .where(isUnreferenced)
      .executeTakeFirst()
    if (gone.numDeletedRows === 0n) return false
    await blobs.remove(sha256)
    return true
  }

  return { blobs, receive, removeUnneeded }
}

const isUnreferenced = sql<boolean>`not exists (select 1 from hold_blob where hold_blob.sha256 = vault_blob.sha256)`
