/**
 * Exact arithmetic on canonical decimals (at most 10 places): as whole numbers of 10^-10, so that what the reviewer
 * released is what ranks, to the last digit.
 */
const PLACES = 10
const SCALE = 10n ** BigInt(PLACES)

/** Takes the texts that `CanonicalScore` allows. */
export function parseDecimal(text: string): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  const scaled = BigInt(whole) * SCALE + BigInt(fraction.padEnd(PLACES, '0').slice(0, PLACES))
  return text.startsWith('-') ? -scaled : scaled
}

/** Writes with at most so many decimals, rounded half away from zero, without needless zeros and without `-0`. */
export function formatDecimal(scaled: bigint, decimals: number): string {
  const step = 10n ** BigInt(PLACES - decimals)
  const magnitude = scaled < 0n ? -scaled : scaled
  const rounded = ((magnitude + step / 2n) / step) * step
  const fraction = String(rounded % SCALE)
    .padStart(PLACES, '0')
    .replace(/0+$/, '')
  const sign = scaled < 0n && rounded > 0n ? '-' : ''
  return `${sign}${rounded / SCALE}${fraction === '' ? '' : `.${fraction}`}`
}

/** How many decimals a canonical text has. */
export function decimalsOf(text: string): number {
  return text.split('.')[1]?.length ?? 0
}

/** The computations of leaderboard columns, in units of 10^-10; `undefined` without values. */
export function compute(kind: 'avg' | 'sum' | 'min' | 'max', values: readonly bigint[]): bigint | undefined {
  const sorted = [...values].sort((a, b) => (a === b ? 0 : a < b ? -1 : 1))
  if (sorted.length === 0) return undefined
  if (kind === 'min') return sorted.at(0)
  if (kind === 'max') return sorted.at(-1)
  const sum = values.reduce((a, b) => a + b, 0n)
  return kind === 'sum' ? sum : divideRounded(sum, BigInt(values.length))
}

function divideRounded(value: bigint, by: bigint): bigint {
  const magnitude = value < 0n ? -value : value
  const quotient = (2n * magnitude + by) / (2n * by)
  return value < 0n ? -quotient : quotient
}
