/** What a walk over the parts of a picture needs next: so many bytes to look at, or to pass over. */
export type Step =
  | { readonly kind: 'read' | 'skip'; readonly bytes: number; readonly next: (read: Buffer) => Step }
  /** The rest is points of the picture. */
  | 'picture'
  /** The picture is over: whatever follows is not of it. */
  | 'after'

/** Where a walk is, and where it tells a part that is no picture. */
export type Walk = { readonly at: () => number; readonly tell: (offset: number) => void }

/**
 * PNG chunks that hold text, dates or EXIF instead of picture (PNG 3rd edition, section 11.3), and any that is not of the
 * standard: `tEXt`, `zTXt`, `iTXt`, `eXIf`, `tIME`.
 */
const PICTURE_CHUNKS: readonly string[] = [
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'cHRM',
  'gAMA',
  'sBIT',
  'sRGB',
  'bKGD',
  'hIST',
  'pHYs',
  'acTL',
  'fcTL',
  'fdAT',
  'cICP',
]
const PNG_MARK = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
/** The first bytes of every format, and of a chunk in two of them. */
const HEAD_BYTES = 8
const CRC_BYTES = 4

/** JPEG markers with text and EXIF: APP1 to APP15 but APP14 (Adobe's colours), and comments (ITU T.81, B.1.1.3). */
function isJpegMetadata(marker: number): boolean {
  return marker === 0xfe || (marker >= 0xe1 && marker <= 0xef && marker !== 0xee)
}

const REPEATS = 'NETSCAPE2.0'

/** WebP's chunks of points; frames of a moving picture are such, too. */
const WEBP_CHUNKS: readonly string[] = ['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF']

/** Begins at the first byte of a file that should be a picture; one that is none is passed over. */
export function walkImage(walk: Walk): Step {
  return read(HEAD_BYTES, (head) => {
    if (head.equals(PNG_MARK)) return pngChunk(walk)
    if (head[0] === 0xff && head[1] === 0xd8) return jpegSegment(walk, head.subarray(2))
    const name = head.toString('latin1')
    if (name.startsWith('GIF87a') || name.startsWith('GIF89a'))
      return read(5, (rest) => passOver(tableBytes(rest[2]), () => gifBlock(walk)))
    if (name.startsWith('RIFF'))
      return read(4, (form) =>
        form.toString('latin1') === 'WEBP' ? webpChunk(walk, head.readUInt32LE(4) + HEAD_BYTES) : 'picture',
      )
    return 'picture'
  })
}

function pngChunk(walk: Walk): Step {
  return read(HEAD_BYTES, (head) => {
    const name = head.toString('latin1', 4, 8)
    if (!PICTURE_CHUNKS.includes(name)) walk.tell(walk.at() - head.length)
    const rest = head.readUInt32BE(0) + CRC_BYTES
    return passOver(rest, () => (name === 'IEND' ? 'after' : pngChunk(walk)))
  })
}

function jpegSegment(walk: Walk, begun: Buffer): Step {
  return read(4 - Math.min(begun.length, 4), (more) => {
    const head = Buffer.concat([begun, more])
    const marker = head[1] ?? 0
    if (head[0] !== 0xff) return 'picture'
    if (isJpegMetadata(marker)) walk.tell(walk.at() - head.length)
    // From the start of the scan on come the coded points of the picture.
    if (marker === 0xda) return 'picture'
    const over = head.subarray(4)
    const rest = head.readUInt16BE(2) - 2 - over.length
    return rest < 0 ? 'picture' : passOver(rest, () => jpegSegment(walk, Buffer.alloc(0)))
  })
}

/** A frame, an extension, or the end (GIF89a, sections 20 to 27). */
function gifBlock(walk: Walk): Step {
  return read(1, ([mark]) => {
    const from = walk.at() - 1
    if (mark === 0x3b) return 'after'
    if (mark === 0x2c) return read(9, (frame) => passOver(tableBytes(frame[8]) + 1, () => gifData(walk)))
    if (mark !== 0x21) return 'picture'
    return read(1, ([label]) => {
      if (label === 0xff) return gifApplication(walk, from)
      // How long a frame is shown: the one extension that is a part of the picture.
      if (label !== 0xf9) walk.tell(from)
      return gifData(walk)
    })
  })
}

/** What says how often the frames are repeated is no metadata; anything else of an application is. */
function gifApplication(walk: Walk, from: number): Step {
  const tellOther = (length: number | undefined): Step => {
    walk.tell(from)
    return length === 0 ? gifBlock(walk) : passOver(length ?? 0, () => gifData(walk))
  }
  return read(1, ([length]) => {
    if (length !== REPEATS.length) return tellOther(length)
    return read(REPEATS.length, (name) => {
      if (name.toString('latin1') !== REPEATS) return tellOther(undefined)
      return read(1, ([size]) =>
        size === 3
          ? passOver(3, () => read(1, ([end]) => (end === 0 ? gifBlock(walk) : tellOther(end))))
          : tellOther(size),
      )
    })
  })
}

/** A chain of blocks, each with its length before it, of which the last has none. */
function gifData(walk: Walk): Step {
  return read(1, ([length]) => (length === 0 ? gifBlock(walk) : passOver(length ?? 0, () => gifData(walk))))
}

function webpChunk(walk: Walk, end: number): Step {
  if (walk.at() >= end) return 'after'
  return read(HEAD_BYTES, (head) => {
    if (!WEBP_CHUNKS.includes(head.toString('latin1', 0, 4))) walk.tell(walk.at() - head.length)
    const size = head.readUInt32LE(4)
    return passOver(size + (size % 2), () => webpChunk(walk, end))
  })
}

function tableBytes(flags: number | undefined): number {
  return ((flags ?? 0) & 0x80) === 0 ? 0 : 3 * 2 ** (((flags ?? 0) & 7) + 1)
}

function read(bytes: number, next: (read: Buffer) => Step): Step {
  return { kind: 'read', bytes, next }
}

function passOver(bytes: number, next: () => Step): Step {
  return { kind: 'skip', bytes, next }
}
