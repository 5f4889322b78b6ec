import type { Readable } from 'node:stream'
import type { Digest } from '@scoregate/protocol/digest'

/** What a blob store says of a blob that it holds. */
export type StoredBlob = { readonly sha256: Digest; readonly sizeBytes: number }

/** Content-addressed bytes: the hub's blobs, the desk's vault. A blob's name is the SHA-256 of its content. */
export interface Blobs {
  /**
   * Stores a stream, hashing while it writes; durable when it resolves. Content that is there already, as `expected` says
   * and as reading it shows, is not written again; what a failing disk altered is.
   * Throws `ScoregateError` (`too-large`) past `maxBytes`, and (`bad-input`) when the content is not what `expected` says;
   * in both cases nothing is kept.
   */
  put(
    source: AsyncIterable<Uint8Array>,
    limits?: { maxBytes?: number; expected?: Digest },
  ): Promise<StoredBlob>
  /**
   * Stores small blobs that are in memory, all at once, each compared with its name; durable when it resolves. Throws
   * `ScoregateError` (`bad-input`) when one is not what its name says; others may have been stored.
   */
  putAll(blobs: readonly { readonly sha256: Digest; readonly bytes: Uint8Array }[]): Promise<void>
  /**
   * Opens a blob for reading. The stream re-hashes what it reads and ends in an error, not in a normal end, when the
   * bytes are not what their name says. Throws `ScoregateError` (`not-found`) when absent.
   */
  open(sha256: Digest): Promise<{ readonly stream: Readable; readonly sizeBytes: number }>
  /**
   * The bytes of a blob from `offset` on, at most `length`, without looking at the rest: NOT compared with its name. For
   * whoever has digests of parts to compare them with. Throws `ScoregateError` (`not-found`) when absent.
   */
  readUnverified(sha256: Digest, part: { offset: number; length: number }): Promise<Buffer>
  find(sha256: Digest): Promise<StoredBlob | undefined>
  /** Removes a blob; no error when it is not there. */
  remove(sha256: Digest): Promise<void>
}
