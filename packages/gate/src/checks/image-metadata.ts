import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { type FileCheck, type FileInspection, Tally } from './file-check.ts'

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
const PNG_HEADER_BYTES = 8
const CRC_BYTES = 4

/** JPEG markers with text and EXIF: APP1 to APP15 but APP14 (Adobe's colours), and comments (ITU T.81, B.1.1.3). */
function isJpegMetadata(marker: number): boolean {
  return marker === 0xfe || (marker >= 0xe1 && marker <= 0xef && marker !== 0xee)
}

/** Text, EXIF and foreign parts in images, and whatever follows the end of one (attacks.md, family 14). */
export function imageMetadata(): FileCheck {
  return {
    name: 'image-metadata',
    begin: (entry) => (/\.(?:png|jpe?g)$/i.test(entry.path) ? inspect(entry) : undefined),
  }
}

/** What a walk over the parts of a picture needs next: so many bytes to look at, or to pass over. */
type Step =
  | { readonly kind: 'read' | 'skip'; readonly bytes: number; readonly next: (read: Buffer) => Step }
  | 'picture'
  | 'after'

function inspect(entry: ManifestEntry): FileInspection {
  const metadata = new Tally()
  const trailing = new Tally()
  let at = 0
  let held = Buffer.alloc(0)
  let step: Step = {
    kind: 'read',
    bytes: PNG_HEADER_BYTES,
    next: (read) => {
      if (read.equals(PNG_MARK)) return pngChunk()
      return read[0] === 0xff && read[1] === 0xd8 ? jpegSegment(read.subarray(2)) : 'picture'
    },
  }

  function pngChunk(): Step {
    return {
      kind: 'read',
      bytes: PNG_HEADER_BYTES,
      next(read) {
        const name = read.toString('latin1', 4, 8)
        if (!PICTURE_CHUNKS.includes(name)) addAt(metadata, at - read.length)
        const rest = read.readUInt32BE(0) + CRC_BYTES
        return { kind: 'skip', bytes: rest, next: () => (name === 'IEND' ? 'after' : pngChunk()) }
      },
    }
  }

  function jpegSegment(begun: Buffer): Step {
    return {
      kind: 'read',
      bytes: 4 - Math.min(begun.length, 4),
      next(read) {
        const head = Buffer.concat([begun, read])
        const marker = head[1] ?? 0
        if (head[0] !== 0xff) return 'picture'
        if (isJpegMetadata(marker)) addAt(metadata, at - head.length)
        // From the start of the scan on come the coded points of the picture.
        if (marker === 0xda) return 'picture'
        const over = head.subarray(4)
        const rest = head.readUInt16BE(2) - 2 - over.length
        return rest < 0 ? 'picture' : { kind: 'skip', bytes: rest, next: () => jpegSegment(Buffer.alloc(0)) }
      },
    }
  }

  return {
    take(chunk) {
      let bytes = Buffer.from(chunk)
      while (bytes.length > 0) {
        if (step === 'picture') return
        if (step === 'after') {
          addAt(trailing, at)
          step = 'picture'
          return
        }
        const wanted = step.bytes - (step.kind === 'read' ? held.length : 0)
        const part = bytes.subarray(0, wanted)
        bytes = bytes.subarray(part.length)
        at += part.length
        if (step.kind === 'read') held = Buffer.concat([held, part])
        if (part.length < wanted) {
          if (step.kind === 'skip') step = { ...step, bytes: wanted - part.length }
          return
        }
        const read: Buffer = held
        held = Buffer.alloc(0)
        step = step.next(read)
      }
    },
    end: () => [
      ...metadata.finding({
        check: 'image-metadata',
        rank: 'notice',
        entry,
        what: (count) =>
          `The image has ${count === 1 ? 'a part that is' : `${count} parts that are`} no picture (text, EXIF).`,
      }),
      ...trailing.finding({
        check: 'image-metadata',
        rank: 'serious',
        entry,
        what: () => 'More bytes follow where the image ends.',
      }),
    ],
  }
}

function addAt(tally: Tally, offset: number): void {
  tally.add(() => ({ offset }))
}
