import type { ScoreColumn } from '@scoregate/protocol/columns'
import { ReasonCode, RejectionSentence } from '@scoregate/protocol/reason-code'
import { MAX_INTEGER_DIGITS, parseDecimal } from './decimal.ts'

/**
 * How much a release can tell, in bits: an upper bound over everything that a program could choose to say with it. If all
 * that somebody was ever told could have taken at most 2^B values, then what they know of the private labels lets them
 * guess all of them at most 2^B times as well as before: the sum over all values v of max P(labels, v) is no more than the
 * number of values times max P(labels). So bits add up over releases, and no cleverness gets more out of them.
 *
 * For a release B = sum over its columns of log2(1 + floor(range / step)) + log2(number of status words), as in
 * attacks.md, 4.1; we count one value more for each column, since its cell may stay empty.
 */

/** A failure that is told at once is one of so many reasons. */
export const FAILURE_BITS = Math.log2(ReasonCode.options.length)

/**
 * How a submission ends, for its participant: Finished, or Failed with one of the reasons, of which one has several
 * sentences to choose from.
 */
export const STATUS_BITS = Math.log2(ReasonCode.options.length + RejectionSentence.options.length)

/** Beyond this a number of bits says nothing to anybody but "far too many". */
export const COUNTABLE_BITS = 1_000_000

/** What the length of a file can tell beside its bytes: any number below 2^64. */
const LENGTH_BITS = 64

/** What the scores of a release can tell, for columns as they hold at the site (`columnsAtSite`). */
export function scoresBits(columns: readonly ScoreColumn[]): number {
  return columns
    .filter((column) => !column.computed)
    .reduce((sum, column) => sum + Math.log2(gridValues(column) + 1), 0)
}

/** What files can tell: 8 bits for each byte of content and name, and their lengths. */
export function filesBits(files: readonly { readonly path: string; readonly sizeBytes: number }[]): number {
  return files.reduce(
    (sum, { path, sizeBytes }) => sum + 8 * (sizeBytes + new TextEncoder().encode(path).length) + LENGTH_BITS,
    0,
  )
}

/** A number of bits as people read it, rounded up. */
export function bitsInWords(bits: number): string {
  if (!(bits <= COUNTABLE_BITS)) return 'more bits than can be counted'
  const whole = Math.ceil(bits)
  return whole === 1 ? '1 bit' : `${whole} bits`
}

/**
 * How many values a released cell can have: 1 + floor(range / step). A column without a range has every number with as many
 * digits as a score may have at all.
 */
function gridValues({ range, decimals }: ScoreColumn): number {
  const bound = 10 ** MAX_INTEGER_DIGITS
  const [lowest, highest] = range ?? [-bound, bound]
  const steps = stepsBetween(Math.max(lowest, -bound), Math.min(highest, bound), decimals)
  return steps < 0n ? 0 : 1 + Number(steps)
}

/** floor((highest - lowest) × 10^decimals) on decimal digits: binary fractions would lose a step of [0, 0.3] at one decimal. */
function stepsBetween(lowest: number, highest: number, decimals: number): bigint {
  const [low, high] = [scaled(lowest), scaled(highest)]
  const unit = Math.min(low.exponent, high.exponent)
  const width =
    high.digits * 10n ** BigInt(high.exponent - unit) - low.digits * 10n ** BigInt(low.exponent - unit)
  if (width < 0n) return -1n
  const shift = unit + decimals
  return shift >= 0 ? width * 10n ** BigInt(shift) : width / 10n ** BigInt(-shift)
}

/** A finite number as `digits × 10^exponent`. */
function scaled(value: number): { digits: bigint; exponent: number } {
  const decimal = parseDecimal(String(value))
  if (decimal === undefined) throw new RangeError(`The bound ${value} of a range is no number.`)
  const digits = BigInt(decimal.digits === '' ? '0' : decimal.digits)
  return { digits: decimal.isNegative ? -digits : digits, exponent: decimal.point - decimal.digits.length }
}

/** What a participant has learned at most, what a release would add, and how much the policy lets them learn. */
export type BudgetQuestion = {
  readonly learnedBits: number
  readonly addedBits: number
  /** Undefined: the policy sets no bound. */
  readonly budgetBits: number | undefined
}

/** Whether a release fits into what the policy lets a participant learn. Sums of logarithms may be off by a last digit. */
export function fitsBudget({ learnedBits, addedBits, budgetBits }: BudgetQuestion): boolean {
  return budgetBits === undefined || learnedBits + addedBits <= budgetBits + 1e-6
}
