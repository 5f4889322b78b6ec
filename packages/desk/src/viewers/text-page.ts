import { type VisiblePart, visibleParts } from '@scoregate/ui/visible-bytes'
import type { ShownLine } from '@scoregate/ui/visible-text'

/** The most bytes and lines of text on one page. */
export const TEXT_PAGE_BYTES = 65_536
export const TEXT_PAGE_LINES = 1000
/** A longer line goes on in rows of its own. */
const ROW_CHARACTERS = 1000

/** The longest that one character goes on after its first byte in UTF-8. */
export const CONTINUATION_BYTES = 3

const LINE_BREAK = 0x0a

/** Which of the bytes that were read a page shows. */
export type PageBorders = { readonly from: number; readonly to: number }

/**
 * Where a page of text begins and ends, among `bytes` that were read from its place on (`CONTINUATION_BYTES` more than
 * fit): whole lines where it can be, never half a character, and no byte that neither this page nor its neighbour shows.
 */
export function textPageBorders(bytes: Buffer, { isStart }: { isStart: boolean }): PageBorders {
  const from = isStart ? 0 : continuationLength(bytes, 0)
  const rest = bytes.length > TEXT_PAGE_BYTES
  const end = rest ? TEXT_PAGE_BYTES + continuationLength(bytes, TEXT_PAGE_BYTES) : bytes.length
  let at = from
  for (let line = 0; line < TEXT_PAGE_LINES; line += 1) {
    const next = bytes.subarray(0, end).indexOf(LINE_BREAK, at)
    // What is left of the page is one line, or the beginning of one.
    if (next === -1) return { from, to: rest && at > end / 2 ? at : end }
    at = next + 1
  }
  return { from, to: at }
}

/** Where the page begins that ends with `bytes`, which were read up to its end: the place among these bytes. */
export function startOfPageBefore(bytes: Buffer, { isStart }: { isStart: boolean }): number {
  let at = bytes.length
  // The break at the very end belongs to the last line of the page.
  for (let line = 0; line < TEXT_PAGE_LINES; line += 1) {
    const before = at < 2 ? -1 : bytes.lastIndexOf(LINE_BREAK, at - 2)
    if (before === -1) return isStart ? 0 : at === bytes.length ? continuationLength(bytes, 0) : at
    at = before + 1
  }
  return at
}

function continuationLength(bytes: Buffer, at: number): number {
  let length = 0
  while (length < CONTINUATION_BYTES && ((bytes[at + length] ?? 0) & 0xc0) === 0x80) length += 1
  return length
}

/** The rows of a page: its lines with their numbers, long ones on several rows. `goesOn`: the first line began earlier. */
export function linesOf(bytes: Buffer, given: { firstLine: number; goesOn: boolean }): ShownLine[] {
  const lines: ShownLine[] = []
  let number = given.firstLine
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(LINE_BREAK, at)
    const end = found === -1 ? bytes.length : found
    const rows = folded(visibleParts(bytes.subarray(at, end)))
    const isRest = at === 0 && given.goesOn
    for (const [row, parts] of rows.entries()) {
      lines.push({ number: row > 0 || isRest ? undefined : number, parts })
    }
    number += 1
    at = end + 1
  }
  return lines
}

/** Parts in rows of so many characters; no row is empty but that of an empty line. */
function folded(parts: readonly VisiblePart[]): VisiblePart[][] {
  const rows: VisiblePart[][] = [[]]
  let left = ROW_CHARACTERS
  for (const { kind, text } of parts) {
    for (let at = 0; at < text.length; ) {
      if (left === 0) {
        rows.push([])
        left = ROW_CHARACTERS
      }
      const piece = wholeCharacters(text, at, at + left)
      rows.at(-1)?.push({ kind, text: piece })
      at += piece.length
      left = Math.max(0, left - piece.length)
    }
  }
  return rows
}

/** The piece of a text between two places, one longer where it would end amid a pair of surrogates. */
function wholeCharacters(text: string, from: number, to: number): string {
  const isCut = /[\ud800-\udbff]/.test(text.charAt(to - 1))
  return text.slice(from, isCut ? to + 1 : to)
}
