import { Digest } from './digest.ts'

/**
 * Many small files in one stream, for the disk of a worker and for the way to the desk alike. One after the other, each is
 *
 *     32 bytes   SHA-256 of the content
 *      4 bytes   size of the content, big-endian; at most {@link MAX_PACKED_BYTES}
 *      n bytes   the content
 *
 * and the stream ends with the last one. Names are not in it: the manifest has them.
 */
export const PACK_HEADER_BYTES = 36
const DIGEST_BYTES = 32

/** Largest file of a pack: whoever reads one holds a file of it in memory. */
export const MAX_PACKED_BYTES = 256 * 1024

/** One file of a pack, by the digest that the pack claims; whoever stores it compares. */
export type PackedFile = { readonly sha256: Digest; readonly bytes: Uint8Array }

/** What stands before a file in a pack. */
export function packHeader(sha256: Digest, sizeBytes: number): Uint8Array {
  const header = new Uint8Array(PACK_HEADER_BYTES)
  for (let at = 0; at < DIGEST_BYTES; at += 1)
    header[at] = Number.parseInt(sha256.slice(2 * at, 2 * at + 2), 16)
  new DataView(header.buffer).setUint32(DIGEST_BYTES, sizeBytes)
  return header
}

/** A pack that is none: cut off, or with a file larger than a pack may have. */
export class BrokenPackError extends Error {
  override readonly name = 'BrokenPackError'
}

/**
 * Reads a pack file by file, holding no more of it than one file and one chunk. Throws `BrokenPackError`, and what the source
 * throws.
 */
export async function* readPack(source: AsyncIterable<Uint8Array>): AsyncGenerator<PackedFile> {
  const held = new HeldBytes()
  for await (const chunk of source) {
    held.add(chunk)
    for (;;) {
      const header = held.peek(PACK_HEADER_BYTES)
      if (header === undefined) break
      const sizeBytes = sizeOf(header)
      if (sizeBytes > MAX_PACKED_BYTES) {
        throw new BrokenPackError(`A file of a pack has ${sizeBytes} bytes; ${MAX_PACKED_BYTES} are allowed.`)
      }
      const whole = held.peek(PACK_HEADER_BYTES + sizeBytes)
      if (whole === undefined) break
      held.drop(whole.byteLength)
      yield { sha256: digestOf(header), bytes: whole.subarray(PACK_HEADER_BYTES) }
    }
  }
  if (held.sizeBytes > 0) throw new BrokenPackError('The pack ends in the middle of a file.')
}

function sizeOf(header: Uint8Array): number {
  return new DataView(header.buffer, header.byteOffset).getUint32(DIGEST_BYTES)
}

function digestOf(header: Uint8Array): Digest {
  return Digest.parse(
    Array.from(header.subarray(0, DIGEST_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  )
}

/** Bytes that came and are not used yet; joined only when more than one chunk is asked for at once. */
class HeldBytes {
  #chunks: Uint8Array[] = []
  sizeBytes = 0

  add(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return
    this.#chunks.push(chunk)
    this.sizeBytes += chunk.byteLength
  }

  /** The first `count` bytes, which stay; nothing when there are fewer. */
  peek(count: number): Uint8Array | undefined {
    if (this.sizeBytes < count) return undefined
    const [first] = this.#chunks
    if (first !== undefined && first.byteLength >= count) return first.subarray(0, count)
    const joined = joinedBytes(this.#chunks, this.sizeBytes)
    this.#chunks = [joined]
    return joined.subarray(0, count)
  }

  drop(count: number): void {
    const [first] = this.#chunks
    if (first === undefined) return
    this.sizeBytes -= count
    if (first.byteLength === count) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(count)
  }
}

function joinedBytes(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const joined = new Uint8Array(sizeBytes)
  let at = 0
  for (const chunk of chunks) {
    joined.set(chunk, at)
    at += chunk.byteLength
  }
  return joined
}
