import { type PicturePart, withRest } from './picture-part.ts'

const HEADER_BYTES = 13
const EXTENSION = 0x21
const FRAME = 0x2c
const TRAILER = 0x3b

/** The extensions by their labels (GIF89a, sections 23 to 26). */
const EXTENSIONS: Readonly<Record<number, string>> = {
  1: 'text drawn over the picture',
  249: 'frame control',
  254: 'comment',
  255: 'application data',
}
/** How often the frames are repeated, as every browser reads it; nothing else fits into these bytes. */
const REPEATS = Buffer.from('!\xff\x0bNETSCAPE2.0\x03\x01', 'latin1')
const REPEATS_BYTES = REPEATS.length + 3

/** The width and height of all frames one below the other; undefined where the file has none. */
export function gifSize(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const frames = gifParts(bytes).filter(({ name }) => name === 'frame').length
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) * frames }
}

/** All bytes of a GIF, block by block. */
export function gifParts(bytes: Buffer): PicturePart[] {
  let at = Math.min(bytes.length, HEADER_BYTES + tableBytes(bytes[10] ?? 0))
  const parts: PicturePart[] = [{ from: 0, to: at, name: 'beginning', isDrawn: true }]
  while (at < bytes.length) {
    const block = blockAt(bytes, at)
    if (block === undefined) break
    parts.push({ from: at, ...block })
    at = block.to
    if (block.name === 'end') break
  }
  return withRest(parts, at, bytes.length)
}

function blockAt(bytes: Buffer, at: number): Omit<PicturePart, 'from'> | undefined {
  if (bytes[at] === TRAILER) return { to: at + 1, name: 'end', isDrawn: true }
  if (bytes[at] === FRAME) {
    const data = at + 10 + tableBytes(bytes[at + 9] ?? 0) + 1
    const to = endOfBlocks(bytes, data)
    return to === undefined ? undefined : { to, name: 'frame', isDrawn: true }
  }
  if (bytes[at] !== EXTENSION) return undefined
  const label = bytes[at + 1] ?? 0
  const to = endOfBlocks(bytes, at + 2)
  if (to === undefined) return undefined
  // A frame control has four bytes, and those are all in the picture.
  const isRepeats = to - at === REPEATS_BYTES && bytes.subarray(at, at + REPEATS.length).equals(REPEATS)
  const isDrawn = label === 249 ? to - at === 8 : isRepeats
  return { to, name: EXTENSIONS[label] ?? 'unknown extension', isDrawn }
}

/** Where a chain of blocks ends, each with its length before it, of which the last has none. */
function endOfBlocks(bytes: Buffer, from: number): number | undefined {
  let at = from
  while (at < bytes.length) {
    const length = bytes[at] ?? 0
    at += 1 + length
    if (length === 0) return at
  }
  return undefined
}

function tableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)
}
