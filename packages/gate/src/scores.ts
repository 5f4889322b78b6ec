import type { CanonicalScore, ScoreColumn } from '@scoregate/protocol/columns'
import { canonicalDecimal } from './decimal.ts'
import { readScoreFile, type WrittenScore } from './score-file.ts'

/** One column for the reviewer: what the program wrote, what would leave, and what to know about it. */
export type ShownScore = {
  readonly column: ScoreColumn
  readonly written: string | undefined
  readonly released: string | undefined
  readonly notes: string[]
}

/** What a run's scores file comes to. */
export type ScoresReading =
  | {
      readonly kind: 'read'
      /** Checked, rounded, canonical, in the order of the columns; exactly what may leave. */
      readonly scores: CanonicalScore[]
      readonly shown: ShownScore[]
      /** Keys that no column declares, made visible, cut, at most a hundred; they never leave. */
      readonly undeclaredKeys: string[]
    }
  | { readonly kind: 'missing' }
  /** `why` is a sentence for the site alone. */
  | { readonly kind: 'unreadable'; readonly why: string }

const MAX_UNDECLARED_SHOWN = 100
const MAX_SHOWN_LENGTH = 80

/**
 * Reads a run's scores against the declared columns: `scores.json` if there is one, else `scores.txt` (protocol
 * reference, section 4.8). Scores are not passed through but written out anew, so that key order, white space, extra
 * keys and low-order digits carry nothing. Any doubt makes all of them unreadable.
 */
export function readScores(
  given: { json?: Uint8Array; txt?: Uint8Array },
  columns: readonly ScoreColumn[],
  { decimals }: { decimals?: number } = {},
): ScoresReading {
  const file =
    given.json !== undefined
      ? readScoreFile(given.json, 'json')
      : given.txt !== undefined
        ? readScoreFile(given.txt, 'txt')
        : undefined
  if (file === undefined) return { kind: 'missing' }
  if (file.kind === 'unreadable') return file

  const scores: CanonicalScore[] = []
  const shown: ShownScore[] = []
  for (const column of columns) {
    // Nothing that a program writes under a computed column's key counts; the platform fills it.
    if (column.computed) continue
    const written = file.scores.get(column.key)
    if (written === undefined) {
      shown.push({
        column,
        written: undefined,
        released: undefined,
        notes: ['not written; the cell stays empty'],
      })
      continue
    }
    const reading = readOne(column, written, Math.min(column.decimals, decimals ?? column.decimals))
    if (reading.kind === 'refused') return { kind: 'unreadable', why: reading.why }
    scores.push({ column: column.key, value: reading.released })
    shown.push({ column, written: reading.written, released: reading.released, notes: reading.notes })
  }
  if (scores.length === 0) {
    return { kind: 'unreadable', why: 'The scores file has no value for any declared column.' }
  }
  const declared = new Set(columns.filter((column) => !column.computed).map((column) => column.key))
  const undeclaredKeys = [...file.scores.keys()]
    .filter((key) => !declared.has(key))
    .slice(0, MAX_UNDECLARED_SHOWN)
    .map(shownText)
  return { kind: 'read', scores, shown, undeclaredKeys }
}

type OneReading =
  | { kind: 'score'; written: string; released: string; notes: string[] }
  | { kind: 'refused'; why: string }

function readOne(column: ScoreColumn, written: WrittenScore, decimals: number): OneReading {
  if (written.kind === 'other') {
    return { kind: 'refused', why: `The score for "${column.key}" is ${written.what}, not a number.` }
  }
  const exact = canonicalDecimal(written.text, 10)
  const released = canonicalDecimal(written.text, decimals)
  if (exact === undefined || released === undefined) {
    return { kind: 'refused', why: `The score for "${column.key}" is not a number of at most 15 digits.` }
  }
  if (column.range !== undefined) {
    const [lowest, highest] = column.range
    // Judged as released: what is shown on a leaderboard must lie in the range that the leaderboard states.
    const value = Number(released)
    if (!(value >= lowest && value <= highest)) {
      return { kind: 'refused', why: `The score for "${column.key}" is outside ${lowest} to ${highest}.` }
    }
  }
  const notes = released === exact ? [] : [`rounded to ${decimals} decimals`]
  return { kind: 'score', written: shownText(written.text), released, notes }
}

/** Text from a run, safe to store and to show: printable ASCII, everything else spelled out, cut to 80 characters. */
function shownText(text: string): string {
  const safe = text
    .slice(0, MAX_SHOWN_LENGTH)
    .replace(/[^\x20-\x7e]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
  return text.length > MAX_SHOWN_LENGTH ? `${safe}…` : safe
}
