import { type Readable, Transform } from 'node:stream'
import type { ManifestEntry } from '@scoregate/protocol/manifest'
import type { Blobs } from '@scoregate/storage/blobs'

/** Part of a sealed file. */
export type FileWindow = {
  readonly bytes: Buffer
  /** Where the part begins, in bytes. */
  readonly offset: number
}

/**
 * Bytes of a file from `offset` on, at most `length`. The whole file is read, since only its end tells whether it is
 * still what was sealed: a reviewer is never shown other bytes than those that would leave. Throws `ScoregateError`
 * (`vault-altered`, `blob-missing`).
 */
export async function readWindow(
  blobs: Blobs,
  entry: ManifestEntry,
  { offset, length }: { offset: number; length: number },
): Promise<FileWindow> {
  const { stream } = await blobs.open(entry.sha256)
  const parts: Buffer[] = []
  let at = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    const part = bytes.subarray(Math.max(0, offset - at), Math.max(0, offset + length - at))
    if (part.length > 0) parts.push(Buffer.from(part))
    at += bytes.length
  }
  return { bytes: Buffer.concat(parts), offset }
}

/** The longest that one character goes on after its first byte in UTF-8. */
const CONTINUATION_BYTES = 3

/**
 * A page of text: as `readWindow`, but no character is cut at its borders; it belongs to the page in which it begins.
 * `undefined` when the part is not text in UTF-8, or has a NUL byte, as no text has.
 */
export async function readText(
  blobs: Blobs,
  entry: ManifestEntry,
  { offset, length }: { offset: number; length: number },
): Promise<string | undefined> {
  const { bytes } = await readWindow(blobs, entry, { offset, length: length + CONTINUATION_BYTES })
  const start = offset === 0 ? 0 : continuationLength(bytes, 0)
  const end = bytes.length <= length ? bytes.length : length + continuationLength(bytes, length)
  const text = bytes.subarray(start, end)
  if (text.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text)
  } catch {
    return undefined // not UTF-8: to be shown byte by byte
  }
}

function continuationLength(bytes: Buffer, at: number): number {
  let length = 0
  while (length < CONTINUATION_BYTES && ((bytes[at + length] ?? 0) & 0xc0) === 0x80) length += 1
  return length
}

/** Bytes in rows of sixteen: the offset, the bytes in hexadecimal, and those that are visible ASCII. */
export function hexDump({ bytes, offset }: FileWindow): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16)
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
    const ascii = Array.from(row, (byte) =>
      byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : '.',
    ).join('')
    lines.push(`${(offset + at).toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${ascii}`)
  }
  return lines.join('\n')
}

/** The rest of a stream after its first `offset` bytes; an error of the stream is an error of its rest. */
export function tail(stream: Readable, offset: number): Readable {
  let left = offset
  return stream.compose(
    new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        const skipped = Math.min(left, chunk.byteLength)
        left -= skipped
        done(null, chunk.subarray(skipped))
      },
    }),
  )
}
