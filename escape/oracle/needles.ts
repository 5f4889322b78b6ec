import type { PlantedSecret } from '../crossing.ts'

/** A spelling of the secret, and how to say so. Equal shares of it are worth equal shares of the secret. */
export type Needle = {
  readonly name: string
  readonly bytes: Buffer
  /** Its first byte is the secret's last. */
  readonly isReversed: boolean
  /** How many random bits the whole spelling tells, for the chance that it turns up by accident. */
  readonly entropyBits: number
}

type Form = { readonly name: string; readonly bytes: Buffer; readonly entropyBits: number }

const DIGITS = '0123456789'
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const CAPITALS = LETTERS.toUpperCase()

/** Alphabets that write the secret as one great number, so that no byte of it is a run of digits of its own. */
const NUMBER_ALPHABETS = {
  decimal: DIGITS,
  'base 36': DIGITS + LETTERS,
  'base 58': '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
  'base 62': DIGITS + CAPITALS + LETTERS,
  'base 85': `${DIGITS}${CAPITALS}${LETTERS}!#$%&()*+-;<=>?@^_\`{|}~`,
  'ascii 85': Array.from({ length: 85 }, (_, at) => String.fromCharCode(33 + at)).join(''),
}

const BASE32 = `${CAPITALS}234567`
const BASE32_HEX = `${DIGITS}${CAPITALS.slice(0, 22)}`

/** Alphabets whose digits stand for a fixed count of bits each; `alike` are digits of the same values in another alphabet. */
export const RADIXES = [
  // Fewer digits in a row than the shortest piece are words of other text, not a piece of an encoding to undo.
  { name: 'binary', bitsEach: 1, digits: '01', alike: '', shortestPiece: 8 },
  { name: 'octal', bitsEach: 3, digits: '01234567', alike: '', shortestPiece: 16 },
  { name: 'hex', bitsEach: 4, digits: '0123456789abcdef', alike: '0123456789ABCDEF', shortestPiece: 2 },
  { name: 'base32', bitsEach: 5, digits: BASE32, alike: BASE32.toLowerCase(), shortestPiece: 16 },
  { name: 'base32hex', bitsEach: 5, digits: BASE32_HEX, alike: BASE32_HEX.toLowerCase(), shortestPiece: 16 },
  {
    name: 'base64',
    bitsEach: 6,
    digits: `${CAPITALS}${LETTERS}${DIGITS}+/`,
    alike: `${CAPITALS}${LETTERS}${DIGITS}-_`,
    shortestPiece: 16,
  },
] as const

/** The secret's bytes, and what is random of its word. */
function formsOf(secret: PlantedSecret): Form[] {
  const word = randomPart(secret.token)
  return [
    { name: 'bytes', bytes: secret.bytes, entropyBits: secret.bits },
    { name: 'word', bytes: Buffer.from(word), entropyBits: entropyOf(word) },
  ]
}

/** A word may begin with what every planted word begins with, which tells nothing. */
function randomPart(token: string): string {
  return token.slice(token.lastIndexOf('-') + 1)
}

function entropyOf(word: string): number {
  const bitsEach = /^[0-9a-f]*$/i.test(word) ? 4 : /^[a-z2-7]*$/i.test(word) ? 5 : 5.9
  return word.length * bitsEach
}

/** Spellings to look for byte by byte. */
export function byteNeedles(secret: PlantedSecret): Needle[] {
  const spelled = formsOf(secret).flatMap(({ name, bytes, entropyBits }) =>
    [
      { name, bytes },
      ...Object.entries(NUMBER_ALPHABETS).map(([alphabet, digits]) => ({
        name: `${name} as one number, ${alphabet}`,
        bytes: Buffer.from(asNumber(bytes, digits)),
      })),
      {
        name: `${name} as one number, last byte first, decimal`,
        bytes: Buffer.from(asNumber(Buffer.from(bytes).reverse(), DIGITS)),
      },
      { name: `${name} in groups of three decimal digits`, bytes: inGroups(bytes, 10) },
      { name: `${name} in groups of three octal digits`, bytes: inGroups(bytes, 8) },
    ].map((form) => ({ ...form, entropyBits })),
  )
  return withReversed([...spelled, ...caesars(randomPart(secret.token))])
}

/** Spellings to look for among the digits of one alphabet of `RADIXES`: at each alignment, without the digits at the edges. */
export function digitNeedles(secret: PlantedSecret): Needle[] {
  const forms = RADIXES.flatMap(({ name, bitsEach, digits }) =>
    formsOf(secret).flatMap((form) =>
      Array.from({ length: bitsEach }, (_, skipped) => {
        const values = digitValues(bitsOf(form.bytes, 'high').subarray(skipped), bitsEach)
        const spelled = values.map((value) => digits[value] ?? '').join('')
        return { ...form, name: `${name} of the ${form.name}`, bytes: Buffer.from(spelled) }
      }),
    ),
  )
  return withReversed(forms)
}

function digitValues(bits: Uint8Array, bitsEach: number): number[] {
  return Array.from({ length: Math.floor(bits.length / bitsEach) }, (_, at) =>
    bits.subarray(at * bitsEach, (at + 1) * bitsEach).reduce((value, bit) => value * 2 + bit, 0),
  )
}

/** Spellings to look for in text whose case was folded. */
export function foldedNeedles(secret: PlantedSecret): Needle[] {
  const word = randomPart(secret.token)
  const isMixed = word !== word.toLowerCase() && word !== word.toUpperCase()
  // Without its case a letter of a word of both cases tells one bit less, of almost six.
  const entropyBits = entropyOf(word) * (isMixed ? 0.8 : 1)
  const folded = word.toLowerCase()
  const plain = { name: 'word in another case', bytes: Buffer.from(folded) }
  return withReversed([plain, ...caesars(folded)].map((form) => ({ ...form, entropyBits })))
}

/** Differences between neighbours: the same for every key of one byte that was xored, or added, to the secret. */
export function differenceNeedles(secret: PlantedSecret, kind: 'xor' | 'sum'): Needle[] {
  return formsOf(secret).flatMap(({ name, bytes, entropyBits }) =>
    [false, true].map((isReversed) => {
      const ordered = isReversed ? Buffer.from(bytes).reverse() : bytes
      return {
        name: `${isReversed ? 'reversed ' : ''}${name} under a key of one byte (${kind})`,
        bytes: differences(ordered, kind),
        isReversed,
        entropyBits: (entropyBits * (bytes.length - 1)) / bytes.length,
      }
    }),
  )
}

/** What is between neighbours: `next xor this` or `next - this`. */
export function differences(bytes: Uint8Array, kind: 'xor' | 'sum'): Buffer {
  const found = Buffer.allocUnsafe(Math.max(0, bytes.length - 1))
  for (let at = 0; at < found.length; at += 1) {
    const here = bytes[at] ?? 0
    const next = bytes[at + 1] ?? 0
    found[at] = kind === 'xor' ? here ^ next : next - here
  }
  return found
}

/** Spellings as bits, each byte of the needle 0 or 1: whichever end first, and with 0 and 1 changed about. */
export function bitNeedles(secret: PlantedSecret): Needle[] {
  const forms = formsOf(secret).flatMap(({ name, bytes, entropyBits }) =>
    (['high', 'low'] as const).flatMap((first) => {
      const plain = Buffer.from(bitsOf(bytes, first))
      const inverted = Buffer.from(plain.map((bit) => 1 - bit))
      return [
        { name: `bits of the ${name}, ${first} first`, bytes: plain, entropyBits },
        { name: `inverted bits of the ${name}, ${first} first`, bytes: inverted, entropyBits },
      ]
    }),
  )
  return withReversed(forms)
}

/** One byte for each bit. */
export function bitsOf(bytes: Uint8Array, first: 'high' | 'low'): Uint8Array {
  const bits = new Uint8Array(bytes.length * 8)
  for (let at = 0; at < bits.length; at += 1) {
    const place = first === 'high' ? 7 - (at & 7) : at & 7
    bits[at] = ((bytes[at >> 3] ?? 0) >> place) & 1
  }
  return bits
}

function withReversed(forms: readonly Form[]): Needle[] {
  return forms.flatMap((form) => [
    { ...form, isReversed: false },
    { ...form, name: `reversed ${form.name}`, bytes: Buffer.from(form.bytes).reverse(), isReversed: true },
  ])
}

function caesars(word: string): Form[] {
  return Array.from({ length: 25 }, (_, at) => at + 1).map((shift) => ({
    name: `word, letters moved by ${shift}`,
    bytes: Buffer.from(rotate(word, shift)),
    entropyBits: entropyOf(word),
  }))
}

/** Letters moved on in their alphabet. */
export function rotate(text: string, shift: number): string {
  return text.replaceAll(/[a-z]/gi, (letter) => {
    const alphabet = letter <= 'Z' ? CAPITALS : LETTERS
    return alphabet[(alphabet.indexOf(letter) + shift) % 26] ?? letter
  })
}

/** The bytes as one number, first byte first, in an alphabet of digits. */
export function asNumber(bytes: Uint8Array, digits: string): string {
  const radix = BigInt(digits.length)
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
  let text = ''
  while (rest > 0n) {
    text = (digits[Number(rest % radix)] ?? '') + text
    rest /= radix
  }
  return text
}

function inGroups(bytes: Uint8Array, radix: 8 | 10): Buffer {
  return Buffer.from([...bytes].map((byte) => byte.toString(radix).padStart(3, '0')).join(''))
}
