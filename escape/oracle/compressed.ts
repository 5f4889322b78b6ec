import { brotliDecompressSync, constants, inflateRawSync, inflateSync } from 'node:zlib'
import { bytesView, type View } from './view.ts'

/** A stream that unpacks to more than this is a bomb, and no means to carry a secret that anybody will find. */
const LONGEST_UNPACKED_BYTES = 4 * 2 ** 20

/** Heads that look like zlib's by chance are one in about 500 places; trying each costs more than reading its bytes. */
const MOST_TRIED = 256

/** How far into bytes that are not text a stream without a head is looked for. */
const HEADLESS_OFFSETS = 4

const OPTIONS = { maxOutputLength: LONGEST_UNPACKED_BYTES, finishFlush: constants.Z_SYNC_FLUSH }

/** Cut short, almost any bytes could be a stream without a head. */
const WHOLE = { maxOutputLength: LONGEST_UNPACKED_BYTES }

/**
 * Compressed streams: gzip, zlib and entries of zip archives at any offset; those that have no head (raw deflate and
 * brotli) at the first offsets of bytes that are not text. Of those with a head, one that
 * was cut short tells what it still has.
 */
export function compressedViews(bytes: Buffer): View[] {
  const views: View[] = []
  let tried = 0
  for (let at = 0; at + 6 < bytes.length && tried < MOST_TRIED; at += 1) {
    const stream = headAt(bytes, at)
    if (stream === undefined) continue
    tried += 1
    views.push(...unpacked(stream.name, () => stream.unpack()))
  }
  const offsets = isText(bytes) ? 0 : Math.min(HEADLESS_OFFSETS, bytes.length - 6)
  for (let at = 0; at < offsets; at += 1) {
    const rest = bytes.subarray(at)
    views.push(...unpacked('raw deflate', () => inflateRawSync(rest, WHOLE)))
    views.push(...unpacked('brotli', () => brotliDecompressSync(rest, WHOLE)))
  }
  return [...views, ...pictureRows(bytes)]
}

function headAt(bytes: Buffer, at: number): { name: string; unpack: () => Buffer } | undefined {
  const first = bytes[at] ?? 0
  const second = bytes[at + 1] ?? 0
  if (first === 0x1f && second === 0x8b && bytes[at + 2] === 8) {
    // The checksum at the end may be missing or wrong; the stream itself is what counts.
    const start = at + gzipHeadBytes(bytes, at)
    return { name: 'gzip', unpack: () => inflateRawSync(bytes.subarray(start), OPTIONS) }
  }
  if ((first & 15) === 8 && first >> 4 <= 7 && (second & 32) === 0 && (first * 256 + second) % 31 === 0) {
    return { name: 'zlib', unpack: () => inflateRawSync(bytes.subarray(at + 2), OPTIONS) }
  }
  if (at + 30 < bytes.length && bytes.readUInt32LE(at) === 0x04034b50 && bytes[at + 8] === 8) {
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
    return { name: 'zip entry', unpack: () => inflateRawSync(bytes.subarray(start), OPTIONS) }
  }
  return undefined
}

function gzipHeadBytes(bytes: Buffer, at: number): number {
  const flags = bytes[at + 3] ?? 0
  let length = 10
  if ((flags & 4) !== 0) length += 2 + bytes.readUInt16LE(Math.min(at + length, bytes.length - 2))
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue
    const end = bytes.indexOf(0, at + length)
    if (end < 0) return bytes.length - at
    length = end + 1 - at
  }
  return (flags & 2) !== 0 ? length + 2 : length
}

function unpacked(name: string, unpack: () => Buffer): View[] {
  const limit = Error.stackTraceLimit
  // No such stream begins here is the ordinary case, and most of its cost is the trace of an error that nobody reads.
  Error.stackTraceLimit = 0
  try {
    return bytesView(name, unpack())
  } catch {
    return []
  } finally {
    Error.stackTraceLimit = limit
  }
}

/** The picture data of a PNG is one zlib stream, which may be cut into several chunks. */
function pictureRows(bytes: Buffer): View[] {
  const start = bytes.indexOf(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
  if (start < 0) return []
  const parts: Buffer[] = []
  let width = 0
  for (let at = start + 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const kind = bytes.toString('latin1', at + 4, at + 8)
    const content = bytes.subarray(at + 8, at + 8 + length)
    if (kind === 'IHDR' && content.length >= 13) width = rowBytes(content)
    if (kind === 'IDAT') parts.push(content)
    at += 12 + length
  }
  return unpacked('picture data', () => inflateSync(Buffer.concat(parts), OPTIONS)).flatMap((view) =>
    view.kind === 'bytes'
      ? [view, ...bytesView('rows of a picture', withoutFilterBytes(view.bytes, width))]
      : [view],
  )
}

function rowBytes(head: Buffer): number {
  const samples = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[head[9] ?? 0] ?? 1
  return Math.ceil((head.readUInt32BE(0) * samples * (head[8] ?? 8)) / 8)
}

/** Each row begins with a byte that names its filter, which would break a sequence of low bits. */
function withoutFilterBytes(data: Buffer, width: number): Buffer {
  if (width < 1) return Buffer.alloc(0)
  const rows: Buffer[] = []
  for (let at = 0; at < data.length; at += width + 1) rows.push(data.subarray(at + 1, at + 1 + width))
  return Buffer.concat(rows)
}

/** Nothing but printable characters and white space in the first part, as no compressed stream has. */
export function isText(bytes: Buffer): boolean {
  return bytes.subarray(0, 512).every((byte) => (byte >= 32 && byte < 127) || (byte >= 9 && byte <= 13))
}
