import type { CanonicalScore, ScoreColumn } from '@scoregate/protocol/columns'
import {
  compareDecimals,
  type Decimal,
  decimalText,
  hasTooManyDigits,
  MAX_INTEGER_DIGITS,
  parseDecimal,
  roundDecimal,
} from './decimal.ts'
import { readScoresYaml, ScoresYamlError } from './scores-yaml.ts'
import { decodeUtf8, shownText } from './shown-text.ts'
import { readStrictJson, StrictJsonError } from './strict-json.ts'

/** One column as the reviewer sees it: what the program wrote, and what would leave. */
export type ShownScore = {
  readonly column: ScoreColumn
  /** The number as written, inert and cut. */
  readonly written: string | undefined
  readonly released: string | undefined
  readonly notes: string[]
}

/** What a scores file says about the declared columns. */
export type ScoresReading =
  | {
      readonly kind: 'read'
      /** Checked, rounded, canonical, in the order of the columns. */
      readonly scores: CanonicalScore[]
      readonly shown: ShownScore[]
      /** What was dropped: inert, at most `MAX_UNDECLARED_KEYS`, each cut. */
      readonly undeclaredKeys: string[]
    }
  | { readonly kind: 'missing' }
  /** `why` is a sentence for the site only: it can quote the file. */
  | { readonly kind: 'unreadable'; readonly why: string }

/** A scores file holds a few numbers; a larger one is none. */
export const MAX_SCORES_BYTES = 1_048_576
/** More dropped keys than this tell a reviewer nothing new. */
export const MAX_UNDECLARED_KEYS = 100

const SHOWN_KEY_LENGTH = 100
const SHOWN_NUMBER_LENGTH = 60

/**
 * Reads the scores of a run: `scores.json` where it is there, else `scores.txt` (protocol reference, section 4). Scores
 * are not passed through: only declared columns count, each rounded to its decimals (a policy that wants fewer passes
 * columns with fewer) and written anew. So order, white space, spelling, further keys and further digits carry nothing.
 *
 * A column without a value stays empty; a value that cannot be released makes all of it unreadable. A range is compared
 * with the rounded value, so that 1.0000000000000002 is the 1 that was meant. Never throws.
 */
export function readScores(
  given: { json?: Uint8Array; txt?: Uint8Array },
  columns: readonly ScoreColumn[],
): ScoresReading {
  const file = given.json ?? given.txt
  if (file === undefined) return { kind: 'missing' }
  const name = given.json === undefined ? 'scores.txt' : 'scores.json'
  try {
    return readColumns(name, writtenValues(name, file), columns)
  } catch (error) {
    if (error instanceof UnreadableScores) return { kind: 'unreadable', why: error.message }
    // Whatever else went wrong while reading hostile bytes (a stack that overflowed, say): not released.
    return { kind: 'unreadable', why: `${name} could not be read.` }
  }
}

type Written = { readonly kind: 'number'; readonly text: string } | { readonly kind: string }

class UnreadableScores extends Error {}

function writtenValues(name: string, file: Uint8Array): ReadonlyMap<string, Written> {
  if (file.byteLength > MAX_SCORES_BYTES) {
    throw new UnreadableScores(`${name} is larger than ${MAX_SCORES_BYTES} bytes.`)
  }
  const text = decodeUtf8(file)
  if (text === undefined) throw new UnreadableScores(`${name} is not UTF-8 text.`)
  if (text.startsWith('\ufeff')) throw new UnreadableScores(`${name} begins with a byte order mark.`)
  // What begins like an object is JSON, also in scores.txt: JSON is YAML, and the JSON reader is the stricter one.
  const isJson = name === 'scores.json' || text.trimStart().startsWith('{')
  return isJson ? jsonValues(name, text) : yamlValues(text)
}

function jsonValues(name: string, text: string): ReadonlyMap<string, Written> {
  try {
    const value = readStrictJson(text)
    if (value.kind === 'object') return value.members
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    const place = error.key === undefined ? '' : ` at "${shownText(error.key, SHOWN_KEY_LENGTH)}"`
    throw new UnreadableScores(`${name} cannot be read${place}: ${error.message}.`)
  }
  throw new UnreadableScores(`${name} is not an object of keys and numbers.`)
}

function yamlValues(text: string): ReadonlyMap<string, Written> {
  try {
    return readScoresYaml(text)
  } catch (error) {
    if (!(error instanceof ScoresYamlError)) throw error
    throw new UnreadableScores(`scores.txt cannot be read: ${error.message}.`)
  }
}

function readColumns(
  name: string,
  values: ReadonlyMap<string, Written>,
  columns: readonly ScoreColumn[],
): ScoresReading {
  const declared = columns.filter((column) => !column.computed)
  const shown = declared.map((column) => readColumn(column, values.get(column.key)))
  const scores = shown.flatMap(({ column, released }) =>
    released === undefined ? [] : [{ column: column.key, value: released }],
  )
  if (scores.length === 0) {
    const keys = declared.map((column) => column.key).join(', ')
    throw new UnreadableScores(
      keys === ''
        ? 'The leaderboard has no column that a program fills.'
        : `${name} has none of the columns ${keys}.`,
    )
  }
  const declaredKeys = new Set(declared.map((column) => column.key))
  const undeclaredKeys = [...values.keys()]
    .filter((key) => !declaredKeys.has(key))
    .slice(0, MAX_UNDECLARED_KEYS)
    .map((key) => shownText(key, SHOWN_KEY_LENGTH))
  return { kind: 'read', scores, shown, undeclaredKeys }
}

function readColumn(column: ScoreColumn, value: Written | undefined): ShownScore {
  if (value === undefined) {
    const notes = ['The scores file has no value for this column; its cell stays empty.']
    return { column, written: undefined, released: undefined, notes }
  }
  if (!isNumber(value)) throw new UnreadableScores(`The value of column "${column.key}" is not a number.`)
  const exact = parseDecimal(value.text)
  if (exact === undefined) throw new UnreadableScores(`The value of column "${column.key}" is not a number.`)
  const rounded = roundDecimal(exact, column.decimals)
  requireReleasable(column, rounded)
  const isRounded = compareDecimals(exact, rounded) !== 0
  return {
    column,
    written: shownText(value.text, SHOWN_NUMBER_LENGTH),
    released: decimalText(rounded),
    notes: isRounded ? [roundingNote(column.decimals)] : [],
  }
}

function isNumber(value: Written): value is { kind: 'number'; text: string } {
  return value.kind === 'number'
}

function requireReleasable(column: ScoreColumn, rounded: Decimal): void {
  if (hasTooManyDigits(rounded)) {
    throw new UnreadableScores(
      `The value of column "${column.key}" has more than ${MAX_INTEGER_DIGITS} digits before the decimal point.`,
    )
  }
  if (column.range === undefined) return
  const [lowest, highest] = column.range
  if (isAtLeast(rounded, lowest) && isAtLeast(highest, rounded)) return
  throw new UnreadableScores(
    `The value of column "${column.key}" is outside the declared range from ${lowest} to ${highest}.`,
  )
}

/** False in doubt: a bound that is not finite bounds nothing that could be compared. */
function isAtLeast(one: Decimal | number, other: Decimal | number): boolean {
  const [left, right] = [toDecimal(one), toDecimal(other)]
  return left !== undefined && right !== undefined && compareDecimals(left, right) >= 0
}

function toDecimal(value: Decimal | number): Decimal | undefined {
  return typeof value === 'number' ? parseDecimal(String(value)) : value
}

/** What a reviewer reads of a score that is rounded. */
export function roundingNote(decimals: number): string {
  return `Rounded to ${decimalsInWords(decimals)}.`
}

/** A number of decimals in words, after which a colon or a full stop can follow. */
export function decimalsInWords(decimals: number): string {
  if (decimals === 0) return 'a whole number'
  return decimals === 1 ? 'one decimal' : `${decimals} decimals`
}
