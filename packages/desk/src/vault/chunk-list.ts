import { createHash, type Hash } from 'node:crypto'

/** The size of the parts in which a large file of the vault can be read and verified by itself. */
export const CHUNK_BYTES = 1024 * 1024

/** What is known of one part of a file: its SHA-256 in hexadecimal, and how many line breaks are in it. */
export type Chunk = { readonly sha256: string; readonly lineBreaks: number }

const LINE_BREAK = 0x0a

/**
 * Watches the bytes of a file pass by and lists its chunks. The list is worth what the pass was: whoever keeps it has
 * compared the digest of the same bytes, taken as a whole, with the name of the file.
 */
export class ChunkTally {
  readonly #chunks: Chunk[] = []
  #hash: Hash = createHash('sha256')
  #filled = 0
  #lineBreaks = 0

  /** Hands a source on, byte for byte, while the chunks are counted. */
  async *watch(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const bytes of source) {
      this.#add(bytes)
      yield bytes
    }
  }

  /** The chunks of everything that passed, the last one perhaps shorter. */
  finish(): Chunk[] {
    if (this.#filled > 0) this.#close()
    return this.#chunks
  }

  #add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; ) {
      const part = bytes.subarray(at, at + CHUNK_BYTES - this.#filled)
      this.#hash.update(part)
      this.#lineBreaks += countLineBreaks(part)
      this.#filled += part.byteLength
      at += part.byteLength
      if (this.#filled === CHUNK_BYTES) this.#close()
    }
  }

  #close(): void {
    this.#chunks.push({ sha256: this.#hash.digest('hex'), lineBreaks: this.#lineBreaks })
    this.#hash = createHash('sha256')
    this.#filled = 0
    this.#lineBreaks = 0
  }
}

/** How many line breaks are in these bytes. */
export function countLineBreaks(bytes: Uint8Array): number {
  let count = 0
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] === LINE_BREAK) count += 1
  return count
}

/** The place right after the `nth` line break (counted from 1) in these bytes; undefined when there are fewer. */
export function afterLineBreak(bytes: Uint8Array, nth: number): number | undefined {
  let left = nth
  if (left === 0) return 0
  for (let at = bytes.indexOf(LINE_BREAK); at !== -1; at = bytes.indexOf(LINE_BREAK, at + 1)) {
    left -= 1
    if (left === 0) return at + 1
  }
  return undefined
}
