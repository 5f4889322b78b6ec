import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { shownText } from '../shown-text.ts'
import { type FileCheck, type FileInspection, Tally } from './file-check.ts'
import { TextWindows } from './text-windows.ts'

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
/** The same for hexadecimal digits, where random ones have nearly four. */
const HEX_ENTROPY = 2.5
const SHOWN_SAMPLE = 40

/** Characters that show as nothing: zero-width ones, variation selectors and tags, as they are written in UTF-8. */
const INVISIBLE =
  /\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xef\xb8[\x80-\x8f]|\xf3\xa0[\x80-\x87]./g
const HEX = /(?:[0-9a-fA-F]{2}[ :-]?){16,}/g
const BASE64 = /[A-Za-z0-9+/_-]{40,}={0,2}/g
/** Blanks at the end of a line can be written in two ways, and so carry a bit each. */
const TRAILING_BLANKS = /[ \t]{8,}$/

/**
 * Runs that look like data made into text: hexadecimal, base64, invisible characters, blanks at line ends (attacks.md,
 * families 13 and 22). A log of a scoring program has no need of any of them.
 */
export function encodedData(limits: EncodedDataLimits = ENCODED_DATA_LIMITS): FileCheck {
  return { name: 'encoded-data', begin: (entry) => inspect(entry, limits) }
}

function inspect(entry: ManifestEntry, limits: EncodedDataLimits): FileInspection {
  const hex = new Tally()
  const base64 = new Tally()
  const invisible = new Tally()
  const blanks = new Tally()
  const windows = new TextWindows(({ text, line }) => {
    const note = (tally: Tally, sample: string) =>
      tally.add({ line, sample: shownText(sample, SHOWN_SAMPLE) })
    for (const [run] of text.matchAll(HEX)) if (isHexRun(run, limits.hexFrom)) note(hex, run)
    for (const [run] of text.matchAll(BASE64)) {
      if (run.length >= limits.base64From && !isHex(run) && entropyOf(run) >= BASE64_ENTROPY)
        note(base64, run)
    }
    for (const [run] of text.matchAll(INVISIBLE)) {
      note(invisible, Buffer.from(run, 'latin1').toString('utf8'))
    }
    if (TRAILING_BLANKS.test(text)) blanks.add({ line })
  })
  const shared = { check: 'encoded-data', entry } as const
  return {
    take: (chunk) => windows.take(chunk),
    end() {
      windows.end()
      return [
        ...hex.finding({ ...shared, rank: 'serious', what: (n) => `${runs(n)} of hexadecimal digits.` }),
        ...base64.finding({
          ...shared,
          rank: 'serious',
          what: (n) => `${runs(n)} that look${n === 1 ? 's' : ''} like base64.`,
        }),
        ...invisible.finding({
          ...shared,
          rank: 'serious',
          what: (n) => `${n === 1 ? 'An invisible character' : `${n} invisible characters`}.`,
        }),
        ...blanks.finding({
          ...shared,
          rank: 'notice',
          what: (n) => `${n === 1 ? 'A line ends' : `${n} lines end`} in many blanks.`,
        }),
      ]
    },
  }
}

function runs(count: number): string {
  return count === 1 ? 'A long run' : `${count} long runs`
}

function isHexRun(run: string, from: number): boolean {
  const digits = run.replaceAll(/[^0-9a-fA-F]/g, '').toLowerCase()
  return digits.length >= from && entropyOf(digits) >= HEX_ENTROPY
}

function isHex(run: string): boolean {
  return /^[0-9a-fA-F]+$/.test(run)
}

/** Shannon's entropy of the characters of a run, in bits a character. */
export function entropyOf(run: string): number {
  const counts = new Map<string, number>()
  for (const character of run) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / run.length) * Math.log2(count / run.length)
  return bits
}
