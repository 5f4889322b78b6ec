import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { shownText } from '../shown-text.ts'
import { type FileCheck, type FileInspection, Tally } from './file-check.ts'
import { FileHead } from './file-head.ts'
import { fileKindOf } from './file-signature.ts'
import type { FindingRank } from './finding.ts'
import { matchesIn, type TextWindow } from './text-windows.ts'

/** What counts as an encoded run; a site may raise or lower them. */
export type EncodedDataLimits = {
  /** Shortest run of hexadecimal digits that is told, in characters; a SHA-256 has 64. */
  readonly hexFrom: number
  /** Shortest run of base64 that is told, in characters. */
  readonly base64From: number
}

export const ENCODED_DATA_LIMITS: EncodedDataLimits = { hexFrom: 40, base64From: 60 }

/** Bits a character, from which a run of base64 characters is no word or path: random base64 has nearly six. */
const BASE64_ENTROPY = 4.5
/** The same for a short run, which has not room for as many different characters. */
const SHORT_BASE64_ENTROPY = 3.8
/** The same for hexadecimal digits, where random ones have nearly four. */
const HEX_ENTROPY = 2.5
/** The first of a run tell as much of it as all of it would. */
const MEASURED = 1_024
/** Short runs are names and identifiers; so many in one file are something cut into pieces. */
const MANY_SHORT_RUNS = 20
/** Digests of models and commits are honest, and so long; more of them are a list. */
const DIGEST_LENGTHS: readonly number[] = [40, 64]
const FEW_DIGESTS = 3
/** `sha256 ` ends like hexadecimal digits do. */
const SHORT_WORD = 8
const SHOWN_SAMPLE = 40

// Each pattern is anchored where a run begins: tried again at each of its characters it would cost the square of it.
const HEX = /(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}[ :-]?){16,}/g
const DIGITS = /(?<![0-9.])[0-9]{40,}/g
const BASE64 = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}={0,2}/g
/** Blanks at the end of a line can be written in two ways, and so carry a bit each. */
const TRAILING_BLANKS = /(?<![ \t])[ \t]{8,}\r?$/gm
/**
 * Characters that show as nothing: zero-width ones, variation selectors and tags, as they are written in UTF-8. The mark
 * of the byte order at the beginning of a file is honest, and so is the selector that makes a sign a coloured one.
 */
const INVISIBLE =
  /\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|(?<=[\s\S])\xef\xbb\xbf|\xef\xb8[\x80-\x8e]|(?<![\xe2\xe3][\x80-\xbf]{2}|\xf0\x9f[\x80-\xbf]{2})\xef\xb8\x8f|\xf3\xa0[\x80-\x87]./g

/**
 * Runs that look like data made into text: hexadecimal, digits, base64, invisible characters, blanks at line ends
 * (attacks.md, families 13 and 22). A log of a scoring program has no need of any of them.
 */
export function encodedData(limits: EncodedDataLimits = ENCODED_DATA_LIMITS): FileCheck {
  return { name: 'encoded-data', begin: (entry) => inspect(entry, limits) }
}

function inspect(entry: ManifestEntry, limits: EncodedDataLimits): FileInspection {
  const head = new FileHead()
  const tallies = {
    digests: new Tally(),
    hex: new Tally(),
    digits: new Tally(),
    base64: new Tally(),
    shortBase64: new Tally(),
    invisible: new Tally(),
    blanks: new Tally(),
  }
  const note = (tally: Tally, window: TextWindow, { index, 0: run }: RegExpExecArray) =>
    tally.add(() => ({ ...window.placeAt(index), sample: shownText(run, SHOWN_SAMPLE) }))
  return {
    take: (chunk) => head.take(chunk),
    look(window) {
      for (const match of matchesIn(window, HEX)) {
        if (!isHexRun(match[0], limits.hexFrom)) continue
        note(isDigest(match[0]) ? tallies.digests : tallies.hex, window, match)
      }
      for (const match of matchesIn(window, DIGITS)) note(tallies.digits, window, match)
      for (const match of matchesIn(window, BASE64)) {
        if (isHex(match[0])) continue
        if (isBase64Run(match[0], limits.base64From)) note(tallies.base64, window, match)
        else if (isShortBase64Run(match[0])) note(tallies.shortBase64, window, match)
      }
      for (const { index } of matchesIn(window, TRAILING_BLANKS)) {
        tallies.blanks.add(() => ({ ...window.placeAt(index) }))
      }
      // In what is no text these bytes come by chance.
      if (fileKindOf(head.bytes) !== 'text') return
      for (const { index, 0: run } of matchesIn(window, INVISIBLE)) {
        const sample = shownText(Buffer.from(run, 'latin1').toString('utf8'), SHOWN_SAMPLE)
        tallies.invisible.add(() => ({ ...window.placeAt(index), sample }))
      }
    },
    end: () => findingsOf(entry, tallies),
  }
}

function findingsOf(
  entry: ManifestEntry,
  tallies: Readonly<
    Record<'digests' | 'hex' | 'digits' | 'base64' | 'shortBase64' | 'invisible' | 'blanks', Tally>
  >,
) {
  const told = (tally: Tally, rank: FindingRank, what: (count: number) => string) =>
    tally.finding({ check: 'encoded-data', rank, entry, what })
  return [
    ...told(tallies.digests, tallies.digests.total > FEW_DIGESTS ? 'serious' : 'notice', (n) =>
      n === 1
        ? 'Hexadecimal digits of the length of a digest.'
        : `${n} times hexadecimal digits of the length of a digest.`,
    ),
    ...told(tallies.hex, 'serious', (n) => `${runs(n)} of hexadecimal digits.`),
    ...told(tallies.digits, 'serious', (n) => `${runs(n)} of digits, longer than any number is written.`),
    ...told(tallies.base64, 'serious', (n) => `${runs(n)} that look${n === 1 ? 's' : ''} like base64.`),
    ...(tallies.shortBase64.total >= MANY_SHORT_RUNS
      ? told(tallies.shortBase64, 'serious', (n) => `${n} short runs that look like base64 cut into pieces.`)
      : []),
    ...told(
      tallies.invisible,
      'serious',
      (n) => `${n === 1 ? 'An invisible character' : `${n} invisible characters`}.`,
    ),
    ...told(tallies.blanks, 'notice', (n) => `${n === 1 ? 'A line ends' : `${n} lines end`} in many blanks.`),
  ]
}

function runs(count: number): string {
  return count === 1 ? 'A long run' : `${count} long runs`
}

/** Digits alone are a table of numbers; random hexadecimal ones have letters. */
function isHexRun(run: string, from: number): boolean {
  const digits = run.replaceAll(/[^0-9a-fA-F]/g, '').toLowerCase()
  return (
    digits.length >= from && /[a-f]/.test(digits) && /[0-9]/.test(digits) && entropyOf(digits) >= HEX_ENTROPY
  )
}

/** One digest, and no more beside it than the end of the word before. */
function isDigest(run: string): boolean {
  const pieces = run.split(/[ :-]/).map(({ length }) => length)
  const longest = Math.max(...pieces)
  const others = pieces.reduce((sum, length) => sum + length, 0) - longest
  return DIGEST_LENGTHS.includes(longest) && others <= SHORT_WORD
}

function isBase64Run(run: string, from: number): boolean {
  return run.length >= from && entropyOf(run) >= BASE64_ENTROPY
}

/** A piece of 24 random bytes or more has small and capital letters and digits, and no blank for a word to end at. */
function isShortBase64Run(run: string): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /[0-9]/.test(run) && entropyOf(run) >= SHORT_BASE64_ENTROPY
}

function isHex(run: string): boolean {
  return /^[0-9a-fA-F]+$/.test(run)
}

/** Shannon's entropy of the first characters of a run, in bits a character. */
export function entropyOf(run: string): number {
  const measured = run.slice(0, MEASURED)
  const counts = new Map<string, number>()
  for (const character of measured) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / measured.length) * Math.log2(count / measured.length)
  return bits
}
