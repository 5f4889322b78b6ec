/** A decimal number as its sign, its digits and where the point is: `digits` × 10^-`scale`. */
type Decimal = { readonly negative: boolean; readonly digits: string; readonly scale: number }

/** The grammar of a JSON number (RFC 8259, section 6); YAML's spellings are brought to it before. */
const JSON_NUMBER = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?$/

/** More digits before the point than this cannot be kept exactly by everything that reads a score. */
const MAX_INTEGER_DIGITS = 15

/**
 * A number's text in canonical form: rounded to at most `decimals` (0 to 10) decimals, half to even, without exponent,
 * plus sign, minus zero or needless zeros. Works on the digits as written, so that no binary fraction comes in between.
 * Undefined for what is no number or has more than 15 digits before the point.
 */
export function canonicalDecimal(text: string, decimals: number): string | undefined {
  const number = parseDecimal(text)
  if (number === undefined) return undefined
  const rounded = roundHalfEven(number, decimals)
  const padded = rounded.digits.padStart(rounded.scale + 1, '0')
  const whole = padded.slice(0, padded.length - rounded.scale).replace(/^0+(?=.)/, '')
  const fraction = padded.slice(padded.length - rounded.scale).replace(/0+$/, '')
  if (whole.length > MAX_INTEGER_DIGITS) return undefined
  const isZero = whole === '0' && fraction === ''
  return `${rounded.negative && !isZero ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

function parseDecimal(text: string): Decimal | undefined {
  // A score's text is short; a long one is somebody's message.
  const match = text.length > 400 ? null : JSON_NUMBER.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match
  const exponent = Number(exponentText)
  const digits = `${whole}${fraction}`.replace(/^0+(?=.)/, '')
  const scale = fraction.length - exponent
  if (digits === '0') return { negative: false, digits: '0', scale: 0 }
  // The value is below 10^(digits - scale): too large to keep, whatever comes after.
  if (digits.length - scale > MAX_INTEGER_DIGITS) return undefined
  return scale >= 0
    ? { negative: sign === '-', digits, scale }
    : { negative: sign === '-', digits: digits + '0'.repeat(-scale), scale: 0 }
}

function roundHalfEven(number: Decimal, decimals: number): Decimal {
  const surplus = number.scale - decimals
  if (surplus <= 0) return number
  // Digits beyond the last kept one and a half: all zeros or not is all that matters of them.
  const padded = number.digits.padStart(surplus + 1, '0')
  const kept = padded.slice(0, padded.length - surplus)
  const dropped = padded.slice(padded.length - surplus)
  const first = dropped.charCodeAt(0) - 48
  const isAboveHalf = first > 5 || (first === 5 && /[1-9]/.test(dropped.slice(1)))
  const isHalf = first === 5 && !isAboveHalf
  const isOdd = (kept.charCodeAt(kept.length - 1) - 48) % 2 === 1
  const up = isAboveHalf || (isHalf && isOdd)
  const digits = up ? String(BigInt(kept) + 1n) : kept
  return { negative: number.negative, digits, scale: decimals }
}
