/**
 * A decimal number without rounding: `0.digits × 10^point`. `digits` has no leading and no trailing zero, so each number
 * has one form; zero has no digits, point 0 and no sign. Binary floating point never comes near a score.
 */
export type Decimal = { readonly isNegative: boolean; readonly digits: string; readonly point: number }

/** Digits before the decimal point that a released score may have (the column type of Codabench has no more). */
export const MAX_INTEGER_DIGITS = 15

/** An exponent beyond this is as good as infinite; capped so that it cannot overflow on the way. */
const MAX_EXPONENT = 1_000_000_000

/** A number as JSON and as programs write it: `1`, `-0.5`, `+1.`, `.5`, `2e-3`; leading zeros are not among them. */
const WRITTEN_NUMBER = /^([-+]?)(0|[1-9][0-9]*|(?=\.))(?:\.([0-9]*))?(?:[eE]([-+]?)([0-9]+))?$/

/** Reads a number from its text; undefined when it is not one. Takes time in proportion to the text. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = WRITTEN_NUMBER.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponentSign, exponentDigits = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const exponent = Math.min(Number(exponentDigits), MAX_EXPONENT) * (exponentSign === '-' ? -1 : 1)
  return normalized(sign === '-', whole + fraction, whole.length + exponent)
}

function normalized(isNegative: boolean, digits: string, point: number): Decimal {
  const first = digits.search(/[1-9]/)
  if (first < 0) return { isNegative: false, digits: '', point: 0 }
  let end = digits.length
  while (digits[end - 1] === '0') end -= 1
  return { isNegative, digits: digits.slice(first, end), point: point - first }
}

/** Rounds to so many decimals, halves to the even neighbour, on the decimal digits themselves. */
export function roundDecimal(value: Decimal, decimals: number): Decimal {
  const kept = value.point + decimals
  if (kept >= value.digits.length) return value
  if (kept < 0) return normalized(false, '', 0)
  const digits = value.digits.slice(0, kept)
  const dropped = value.digits.slice(kept)
  const isOdd = '13579'.includes(digits.at(-1) ?? '0')
  // The digits have no trailing zero, so exactly one half is the text "5" and everything above it sorts after it.
  const isUp = dropped === '5' ? isOdd : dropped > '5'
  if (!isUp) return normalized(value.isNegative, digits, value.point)
  const raised = (BigInt(digits === '' ? '0' : digits) + 1n).toString().padStart(kept, '0')
  return normalized(value.isNegative, raised, value.point + raised.length - kept)
}

/** Less than, equal to or greater than zero, as for sort(). */
export function compareDecimals(one: Decimal, other: Decimal): number {
  if (one.isNegative !== other.isNegative) return one.isNegative ? -1 : 1
  const size = compareSizes(one, other)
  return one.isNegative ? -size : size
}

function compareSizes(one: Decimal, other: Decimal): number {
  if (one.digits === '' || other.digits === '') return Math.sign(one.digits.length - other.digits.length)
  if (one.point !== other.point) return one.point < other.point ? -1 : 1
  if (one.digits === other.digits) return 0
  return one.digits < other.digits ? -1 : 1
}

/**
 * The canonical text of a number that `roundDecimal` has rounded: no exponent, no plus, no zero at the end, no `-0`.
 * Throws a `RangeError` beyond `MAX_INTEGER_DIGITS`; ask `hasTooManyDigits` before.
 */
export function decimalText(value: Decimal): string {
  if (hasTooManyDigits(value)) throw new RangeError('The number has too many digits.')
  if (value.digits === '') return '0'
  const padded = value.point <= 0 ? '0'.repeat(1 - value.point) + value.digits : value.digits
  const wholeLength = Math.max(value.point, 1)
  const whole = padded.slice(0, wholeLength).padEnd(wholeLength, '0')
  const fraction = padded.slice(wholeLength)
  return `${value.isNegative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** Whether a number is too large to be a score. */
export function hasTooManyDigits(value: Decimal): boolean {
  return value.point > MAX_INTEGER_DIGITS
}
