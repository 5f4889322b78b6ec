import { ScoregateError } from '@scoregate/protocol/errors'
import { BrokenPackError, type PackedFile, readPack } from '@scoregate/protocol/pack'
import type { Vault } from '../vault/vault.ts'

// What is held in memory of a pack at a time, and the rows of one statement.
const BATCH_BYTES = 4 * 1024 * 1024
const BATCH_FILES = 500

/**
 * Stores the files of a pack, a batch at a time, each compared with its digest. Throws `ScoregateError`: `broken-pack`,
 * `pack-too-large` past `maxBytes`, and as the vault does. What was stored before the fault stays, and harms nothing.
 */
export async function receivePack(
  vault: Vault,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<void> {
  try {
    let batch: PackedFile[] = []
    let batchBytes = 0
    for await (const file of readPack(upTo(source, maxBytes))) {
      batch.push(file)
      batchBytes += file.bytes.byteLength
      if (batchBytes < BATCH_BYTES && batch.length < BATCH_FILES) continue
      await vault.receiveAll(batch)
      batch = []
      batchBytes = 0
    }
    if (batch.length > 0) await vault.receiveAll(batch)
  } catch (error) {
    if (!(error instanceof BrokenPackError)) throw error
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'broken-pack',
      message: error.message,
      remedy: 'Send the pack again.',
      cause: error,
    })
  }
}

async function* upTo(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0
  for await (const chunk of source) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > maxBytes) {
      throw new ScoregateError({
        kind: 'too-large',
        code: 'pack-too-large',
        message: `The pack is larger than ${maxBytes} bytes, which is more than a run may write.`,
        remedy: 'Look whether the worker runs under the policy of this desk.',
      })
    }
    yield chunk
  }
}
