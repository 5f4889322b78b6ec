import { RADIXES } from './needles.ts'
import { bytesView, type View } from './view.ts'

type Radix = (typeof RADIXES)[number] & { readonly values: Uint8Array }

const RADIXES_OF_VALUES: readonly Radix[] = RADIXES.map((radix) => ({ ...radix, values: valuesOf(radix) }))

/** Fewer digits cannot hold an encoding within which another one holds a share that counts. */
const SHORTEST_RUN = 20

/** What may stand between two pieces of one run: line breaks, separators, prefixes such as `0x`. */
const LONGEST_GAP = 4

/** So many of the first runs are decoded by themselves also. */
const MOST_ALONE = 16

/**
 * Digits of binary, octal, hex, base32 and base64 by themselves: what stands between them (line breaks, borders of chunks,
 * separators) falls out. Long runs are decoded to bytes too, at each of their alignments, for what may be encoded within.
 */
export function radixViews(bytes: Buffer): View[] {
  return RADIXES_OF_VALUES.flatMap((radix) => {
    const { digits, runs } = digitsOf(radix, radix.name === 'hex' ? withoutPrefixes(bytes) : bytes)
    const spelled = Buffer.from(digits.map((digit) => radix.digits.charCodeAt(digit)))
    return [
      { kind: 'digits' as const, name: `digits of ${radix.name}`, bytes: spelled },
      ...runViews(radix, digits, runs),
    ]
  })
}

/** The nought of `0x` is a digit too. */
function withoutPrefixes(bytes: Buffer): Buffer {
  return bytes.includes('0x') ? Buffer.from(bytes.toString('latin1').replaceAll('0x', ''), 'latin1') : bytes
}

type Run = { readonly from: number; readonly to: number }

/** The values of all digits, and which of them stand together. */
function digitsOf(radix: Radix, bytes: Uint8Array): { digits: Uint8Array; runs: Run[] } {
  const { values, shortestPiece } = radix
  const digits = new Uint8Array(bytes.length)
  const runs: Run[] = []
  let count = 0
  let pieceStart = 0
  let runStart = -1
  let runEnd = 0
  let lastDigit = -1
  const endRun = () => {
    if (runStart >= 0 && runEnd - runStart >= SHORTEST_RUN) runs.push({ from: runStart, to: runEnd })
    runStart = -1
  }
  const endPiece = () => {
    // The last piece of a run is what was left over, so it may be short.
    if (count - pieceStart >= shortestPiece && runStart < 0) runStart = pieceStart
    if (runStart >= 0) runEnd = count
    if (count - pieceStart < shortestPiece) endRun()
    pieceStart = count
  }
  for (let at = 0; at < bytes.length; at += 1) {
    const value = values[bytes[at] ?? 0] ?? 255
    if (value === 255) continue
    if (at - lastDigit > 1 && count > 0) {
      endPiece()
      if (at - lastDigit > LONGEST_GAP + 1) endRun()
    }
    digits[count++] = value
    lastDigit = at
  }
  if (count > 0) endPiece()
  endRun()
  return { digits: digits.subarray(0, count), runs }
}

function runViews({ name, bitsEach }: Radix, digits: Uint8Array, runs: readonly Run[]): View[] {
  const alignments = 8 / commonDivisor(8, bitsEach)
  return Array.from({ length: alignments }, (_, skip) => {
    const decoded = runs.map(({ from, to }) => packed(digits.subarray(from + skip, to), bitsEach))
    const alone = decoded.length > 1 && skip === 0 ? decoded.slice(0, MOST_ALONE) : []
    const words = skip === 0 ? name : `${name} from its digit ${skip + 1}`
    // Each may be a stream that starts with itself; together they may be pieces of one.
    return [...alone, Buffer.concat(decoded)].flatMap((view) => bytesView(words, view))
  }).flat()
}

function packed(digits: Uint8Array, bitsEach: number): Buffer {
  const bytes = Buffer.alloc(Math.floor((digits.length * bitsEach) / 8))
  let held = 0
  let count = 0
  let end = 0
  for (const digit of digits) {
    held = ((held << bitsEach) | digit) & 0xffff
    count += bitsEach
    if (count < 8) continue
    count -= 8
    bytes[end++] = (held >> count) & 255
  }
  return bytes
}

function valuesOf({ digits, alike }: (typeof RADIXES)[number]): Uint8Array {
  const values = new Uint8Array(256).fill(255)
  for (const alphabet of [digits, alike]) {
    for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value
  }
  return values
}

function commonDivisor(one: number, other: number): number {
  return other === 0 ? one : commonDivisor(other, one % other)
}
