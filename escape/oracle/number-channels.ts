import { bytesView, packedBits, textView, type View } from './view.ts'

/** More numbers than this are not looked at one by one. */
const MOST_NUMBERS = 20_000

/** A double has 53 bits of precision; a number is worth taking apart when it was written with many digits. */
const LONG_DIGITS = 9

/** What a sequence of numbers in a text can carry besides itself. */
export function numberViews(bytes: Buffer): View[] {
  const written = numbersIn(bytes.toString('latin1'))
  if (written.length === 0) return []
  return [...listViews(written), ...digitViews(written), ...doubleViews(written)]
}

function numbersIn(text: string): string[] {
  const found: string[] = []
  for (const [number] of text.matchAll(/\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?/gi)) {
    found.push(number)
    if (found.length === MOST_NUMBERS) break
  }
  return found
}

/** Numbers as bytes: decimal, octal, and as whole numbers of the last digit that any of them has. */
function listViews(written: readonly string[]): View[] {
  const numbers = written.map(Number)
  const decimals = Math.min(12, Math.max(...written.map((number) => fractionOf(number)?.length ?? 0)))
  const octal = written.filter((number) => /^[0-3]?[0-7]{1,2}$/.test(number))
  return [
    ...bytesView('decimal list', smallNumbers(numbers)),
    ...bytesView('octal list', Buffer.from(octal.map((number) => Number.parseInt(number, 8)))),
    ...bytesView('whole numbers of the digits', wholeNumbers(written.map(digitsOf))),
    ...bytesView(
      'whole numbers after the point',
      wholeNumbers(written.flatMap((number) => fractionOf(number) ?? [])),
    ),
    ...bytesView(
      'whole numbers of the last decimal',
      wholeNumbers(written.map((number) => digitsOf(padded(number, decimals)))),
    ),
    ...packedBits(
      'parities of numbers',
      numbers.map((number) => Math.floor(number) % 2),
      1,
    ),
    ...packedBits(
      'parities of last digits',
      written.map((number) => Number(digitsOf(number).at(-1)) % 2),
      1,
    ),
  ]
}

function digitViews(written: readonly string[]): View[] {
  return [
    ...textView('all digits', written.map(digitsOf).join('')),
    ...textView('all digits after the point', written.map((number) => fractionOf(number) ?? '').join('')),
    ...textView('last digits', written.map((number) => digitsOf(number).at(-1) ?? '').join('')),
    ...textView('first digits', written.map((number) => digitsOf(number).at(0) ?? '').join('')),
  ]
}

/** Bits of the binary form: low ends of the mantissa, and the fraction as a whole number of so many bits. */
function doubleViews(written: readonly string[]): View[] {
  const long = written.filter((number) => digitsOf(number).length >= LONG_DIGITS).map(Number)
  if (long.length === 0) return []
  const mantissas = long.map(mantissaOf)
  const fractions = long.map((number) => number % 1)
  return [
    ...[52, 48, 40, 32, 24, 16, 8, 4, 2, 1].flatMap((count) =>
      packedBits(
        `low ${count} bits of mantissas`,
        mantissas.map((bits) => bits % 2 ** count),
        count,
      ),
    ),
    ...[48, 40, 32, 24, 16].flatMap((count) =>
      packedBits(
        `fractions as ${count} bits`,
        fractions.map((fraction) => Math.min(2 ** count - 1, Math.round(fraction * 2 ** count))),
        count,
      ),
    ),
  ]
}

function mantissaOf(number: number): number {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(number)
  return (bytes.readUInt8(1) & 15) * 2 ** 48 + bytes.readUIntBE(2, 6)
}

function smallNumbers(numbers: readonly number[]): Buffer {
  return Buffer.from(numbers.filter((number) => Number.isInteger(number) && number < 256))
}

/** Each as the fewest bytes that hold it. */
function wholeNumbers(digits: readonly string[]): Buffer {
  return Buffer.concat(
    digits.map((number) => {
      if (number.length < 15) return smallest(Number(number))
      const hex = BigInt(number.slice(0, 400)).toString(16)
      return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
    }),
  )
}

function smallest(number: number): Buffer {
  if (number < 256) return Buffer.from([number])
  const size = Math.min(6, Math.ceil(Math.log2(number + 1) / 8))
  const bytes = Buffer.alloc(size)
  bytes.writeUIntBE(number, 0, size)
  return bytes
}

function digitsOf(number: string): string {
  return (number.split(/e/i)[0] ?? '').replace('.', '')
}

function fractionOf(number: string): string | undefined {
  return number.split(/e/i)[0]?.split('.')[1]
}

function padded(number: string, decimals: number): string {
  const [whole = '', fraction = ''] = (number.split(/e/i)[0] ?? '').split('.')
  return whole + fraction.slice(0, decimals).padEnd(decimals, '0')
}
