import { gifParts, gifSize } from './gif-parts.ts'
import { type PicturePart, withRest } from './picture-part.ts'
import type { ByteRange } from './viewed-file.ts'
import { webpParts, webpSize } from './webp-parts.ts'

/** The formats of pictures that are decoded. */
export type PictureFormat = 'png' | 'jpeg' | 'gif' | 'webp'

const PNG_START = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff])

/** Which picture these bytes begin, if any that is decoded. */
export function pictureFormat(start: Buffer): PictureFormat | undefined {
  if (start.subarray(0, PNG_START.length).equals(PNG_START)) return 'png'
  if (start.subarray(0, JPEG_START.length).equals(JPEG_START)) return 'jpeg'
  if (/^GIF8[79]a/.test(start.toString('latin1', 0, 6))) return 'gif'
  const isWebp = start.toString('latin1', 0, 4) === 'RIFF' && start.toString('latin1', 8, 12) === 'WEBP'
  return isWebp ? 'webp' : undefined
}

type Size = { readonly width: number; readonly height: number }

/** The width and height that a picture claims, of all its frames one below the other; undefined when it does not say. */
export function pictureSize(bytes: Buffer, format: PictureFormat): Size | undefined {
  return FORMATS[format].size(bytes)
}

function pngSize(bytes: Buffer): Size | undefined {
  return bytes.length < 24 ? undefined : { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

function jpegSize(bytes: Buffer): Size | undefined {
  const frame = jpegSegments(bytes).find(({ marker }) => isFrame(marker))
  if (frame === undefined || frame.from + 9 > bytes.length) return undefined
  return { width: bytes.readUInt16BE(frame.from + 7), height: bytes.readUInt16BE(frame.from + 5) }
}

/** All bytes of a picture's file, part by part, so that what is beside the pixels (texts, places, what follows the end) is seen. */
export function pictureParts(bytes: Buffer, format: PictureFormat): PicturePart[] {
  return FORMATS[format].parts(bytes)
}

const FORMATS = {
  png: { size: pngSize, parts: pngParts },
  jpeg: { size: jpegSize, parts: jpegParts },
  gif: { size: gifSize, parts: gifParts },
  webp: { size: webpSize, parts: webpParts },
} as const satisfies Record<
  PictureFormat,
  { size: (bytes: Buffer) => Size | undefined; parts: (bytes: Buffer) => PicturePart[] }
>

const DRAWN_CHUNKS = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS'])

function pngParts(bytes: Buffer): PicturePart[] {
  const parts: PicturePart[] = [{ from: 0, to: PNG_START.length, name: 'beginning', isDrawn: true }]
  let at = PNG_START.length
  while (at + 12 <= bytes.length) {
    const to = at + 12 + bytes.readUInt32BE(at)
    const name = bytes.toString('latin1', at + 4, at + 8).replace(/[^A-Za-z]/g, '?')
    if (to > bytes.length) break
    parts.push({ from: at, to, name, isDrawn: DRAWN_CHUNKS.has(name) })
    at = to
    if (name === 'IEND') break
  }
  return withRest(parts, at, bytes.length)
}

type Segment = ByteRange & { readonly marker: number }

const START_OF_SCAN = 0xda
const END_OF_IMAGE = 0xd9
const COMMENT = 0xfe

/** Every segment up to the end of the picture, also those between its scans; the pixels belong to the scan before them. */
function jpegSegments(bytes: Buffer): Segment[] {
  const segments: Segment[] = []
  let at = 2
  while (at + 2 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    if (marker === END_OF_IMAGE) {
      segments.push({ from: at, to: at + 2, marker })
      break
    }
    if (at + 4 > bytes.length) break
    const header = at + 2 + bytes.readUInt16BE(at + 2)
    const to = marker === START_OF_SCAN ? nextMarker(bytes, header) : header
    if (to > bytes.length) break
    segments.push({ from: at, to, marker })
    at = to
  }
  return segments
}

/** Where the pixels of a scan end: at the next marker that is no stuffing and no restart. */
function nextMarker(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1]
    if (next !== undefined && next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at
  }
  return bytes.length
}

function jpegParts(bytes: Buffer): PicturePart[] {
  const parts: PicturePart[] = [{ from: 0, to: 2, name: 'beginning', isDrawn: true }]
  for (const { from, to, marker } of jpegSegments(bytes)) {
    const isBeside = (marker >= 0xe0 && marker <= 0xef) || marker === COMMENT
    const name = marker === COMMENT ? 'comment' : isBeside ? `APP${marker - 0xe0}` : 'picture'
    parts.push({ from, to, name, isDrawn: !isBeside })
  }
  return withRest(parts, parts.at(-1)?.to ?? 0, bytes.length)
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}
