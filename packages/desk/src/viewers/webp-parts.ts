import { type PicturePart, withRest } from './picture-part.ts'

const HEADER_BYTES = 12
const CHUNK_HEADER_BYTES = 8
/** A WebP of one picture is made of these; frames of a moving one are not decoded. */
const DRAWN_CHUNKS = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH'])

/** The width and height that a WebP claims; undefined when it does not say. */
export function webpSize(bytes: Buffer): { width: number; height: number } | undefined {
  const first = webpParts(bytes).find(({ name }) => DRAWN_CHUNKS.has(name))
  if (first === undefined) return undefined
  const data = bytes.subarray(first.from + CHUNK_HEADER_BYTES, first.to)
  if (data.length < 10) return undefined
  if (first.name === 'VP8X') return { width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 }
  if (first.name === 'VP8 ')
    return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff }
  const bits = data.readUInt32LE(1)
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}

/** All bytes of a WebP, chunk by chunk. */
export function webpParts(bytes: Buffer): PicturePart[] {
  const end = Math.min(bytes.length, bytes.length < 8 ? 0 : 8 + bytes.readUInt32LE(4))
  const parts: PicturePart[] = [
    { from: 0, to: Math.min(HEADER_BYTES, bytes.length), name: 'beginning', isDrawn: true },
  ]
  let at = HEADER_BYTES
  while (at + CHUNK_HEADER_BYTES <= end) {
    const size = bytes.readUInt32LE(at + 4)
    const to = at + CHUNK_HEADER_BYTES + size + (size % 2)
    if (to > end) break
    const name = bytes.toString('latin1', at, at + 4).replace(/[^A-Za-z0-9 ]/g, '?')
    // Each is drawn once: what comes again is not looked at.
    const isDrawn = DRAWN_CHUNKS.has(name) && !parts.some((part) => part.name === name)
    parts.push({ from: at, to, name, isDrawn })
    at = to
  }
  return withRest(parts, at, bytes.length)
}
