import { createHash, randomBytes } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Crossing, PlantedSecret } from '../crossing.ts'
import { asNumber, bitsOf, rotate } from './needles.ts'
import { recoverSecret } from './recover-secret.ts'

const secret: PlantedSecret = {
  bytes: Buffer.from('9f3ac1d27be4580613c7a9e2f04d8b65', 'hex'),
  bits: 128,
  token: 'planted-5d0e7c41b82f96a3e1c4f7d2',
}
const { bytes } = secret
const token = Buffer.from(secret.token)
const bits = [...bitsOf(bytes, 'high')]

const crossed = (...pieces: (Buffer | string)[]): Crossing[] =>
  pieces.map((piece, at) => ({ channel: 'body', at, bytes: Buffer.from(piece) }))

/** Among other things, as a leak is. */
const within = (leak: Buffer | string) =>
  Buffer.concat([
    Buffer.from('{"status":"Running","text":"'),
    Buffer.from(leak),
    Buffer.from('","more":17}\n'),
  ])

const hex = bytes.toString('hex')
const base64 = bytes.toString('base64')
const rank = (count: number): string[] => {
  const rest = Array.from({ length: count }, (_, at) => `name-${String(at).padStart(2, '0')}.csv`)
  let number = BigInt(`0x${hex}`)
  const places = Array.from({ length: count }, (_, at) => {
    const place = number % BigInt(at + 1)
    number /= BigInt(at + 1)
    return Number(place)
  }).reverse()
  return places.flatMap((place) => rest.splice(place, 1))
}
const swapCase = (text: string) =>
  text.replaceAll(/[a-z]/gi, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()))
const base32 = (data: Buffer, alphabet: string) =>
  (data.reduce((all, byte) => all + byte.toString(2).padStart(8, '0'), '').match(/.{1,5}/g) ?? [])
    .map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('')
const wide = (text: string) => Buffer.from(text, 'utf16le')
const onto = (text: string, change: (letter: string, bit: number) => string) => {
  let at = 0
  return text.replaceAll(/[a-z]/g, (letter) => change(letter, bits[at++] ?? 0))
}
const PROSE = 'the quick brown fox jumps over the lazy dog and '.repeat(6)
const blocks = (count: number) =>
  Array.from({ length: 16 / count }, (_, at) => bytes.subarray(at * count, (at + 1) * count))

/** By name: bytes with the whole secret in them, spelled that way. */
const SPELLINGS: Record<string, Buffer | string> = {
  raw: bytes,
  'the word': token,
  reversed: Buffer.from(bytes).reverse(),
  'the word reversed': [...secret.token].reverse().join(''),
  'upper case': secret.token.toUpperCase(),
  'swapped case': swapCase(secret.token),
  hex,
  'hex in capitals with colons': hex.toUpperCase().match(/../g)?.join(':') ?? '',
  'hex with 0x':
    hex
      .match(/../g)
      ?.map((pair) => `0x${pair}`)
      .join(', ') ?? '',
  'hex reversed': [...hex].reverse().join(''),
  base64,
  base64url: bytes.toString('base64url'),
  'base64 from the second byte of three': Buffer.concat([Buffer.from('x'), bytes]).toString('base64'),
  'base64 from the third byte of three': Buffer.concat([Buffer.from('xy'), bytes]).toString('base64'),
  'base64 with line breaks': base64.match(/.{1,4}/g)?.join('\r\n') ?? '',
  base32: base32(bytes, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'),
  'base32 in small letters': base32(bytes, 'abcdefghijklmnopqrstuvwxyz234567'),
  base32hex: base32(bytes, '0123456789ABCDEFGHIJKLMNOPQRSTUV'),
  base58: asNumber(bytes, '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'),
  'URL-encoding': [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  'quoted-printable': [...bytes].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join('=\r\n'),
  'HTML entities': [...token].map((byte) => `&#${byte};`).join(''),
  'HTML entities in hex': [...bytes].map((byte) => `&#x${byte.toString(16)};`).join(''),
  'escapes of JSON': [...token].map((byte) => `\\u${byte.toString(16).padStart(4, '0')}`).join(''),
  'escapes in octal': [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  'UTF-16 little end': wide(secret.token),
  'UTF-16 big end': wide(secret.token).swap16(),
  'UTF-7': `+${wide(secret.token).swap16().toString('base64').replace(/=+$/, '')}-`,
  gzip: gzipSync(bytes),
  zlib: deflateSync(token),
  ROT13: rotate(secret.token, 13),
  'letters moved by 7': rotate(secret.token, 7),
  'xored with one byte': Buffer.from(bytes.map((byte) => byte ^ 0x5a)),
  'moved by one byte': Buffer.from(bytes.map((byte) => byte + 77)),
  'decimal list': [...bytes].join(', '),
  'octal list': [...bytes].map((byte) => byte.toString(8)).join(' '),
  'decimal in threes': [...bytes].map((byte) => String(byte).padStart(3, '0')).join(''),
  'one decimal number': BigInt(`0x${hex}`).toString(),
  'digits of a score': `0.${BigInt(`0x${hex}`)}`,
  'bits in text': bits.join(''),
  'digits after points': blocks(2)
    .map((part) => `0.${String(part.readUInt16BE()).padStart(5, '0')}`)
    .join(' '),
  'fractions of doubles': blocks(4)
    .map((part) => part.readUInt32BE() / 2 ** 32)
    .join(' '),
  'mantissas of doubles': blocks(4)
    .map((part) => 1 + part.readUInt32BE() / 2 ** 52)
    .join(' '),
  'parities of numbers': bits.map((bit, at) => 100 + 2 * ((at * 7) % 31) + bit).join(' '),
  'low bits of bytes': Buffer.from(bits.map((bit, at) => ((at * 13) & 0xfe) | bit)),
  'low bits of one channel of three': Buffer.from(
    bits.flatMap((bit, at) => [at & 255, ((at * 7) & 0xfe) | bit, 9]),
  ),
  'cases of letters': onto(PROSE, (letter, bit) => (bit === 1 ? letter.toUpperCase() : letter)),
  'letters that look alike': (() => {
    let at = 0
    return PROSE.repeat(6).replaceAll('o', () => (bits[at++] === 1 ? 'о' : 'o')) + 'o'.repeat(10)
  })(),
  'spaces and tabs': bits.map((bit) => (bit === 1 ? '\t' : ' ')).join('x'),
  'white space at ends of lines': bits.map((bit) => `line${bit === 1 ? ' ' : ''}`).join('\n'),
  'lengths of white space': bits.map((bit) => `"key":${bit === 1 ? '  ' : ' '}1,`).join(''),
  'line ends': bits.map((bit) => `line${bit === 1 ? '\r' : ''}`).join('\n'),
  'zero-width characters': bits.map((bit) => (bit === 1 ? '\u200b' : '\u200c')).join('a'),
  'variation selectors': `😀${[...bytes].map((byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16)).join('')}`,
  'tag characters': [...token].map((byte) => String.fromCodePoint(0xe0000 + byte)).join(''),
  emoji: [...bytes].map((byte) => String.fromCodePoint(0x1f400 + byte)).join(''),
  braille: [...bytes].map((byte) => String.fromCodePoint(0x2800 + byte)).join(''),
  'wide letters': [...token].map((byte) => String.fromCodePoint(byte + 0xfee0)).join(''),
  'order of keys': JSON.stringify(Object.fromEntries(rank(40).map((name) => [name, 1]))),
  'order of lines': `\n${rank(40).join('\n')}\n`,
  'names of keys': JSON.stringify(
    Object.fromEntries(blocks(2).map((part) => [`k_${part.toString('hex')}`, 1])),
  ),
  'names of files, a piece each': blocks(2)
    .map((part) => `\noutput/part-${part.toString('hex')}.csv`)
    .join('')
    .concat('\n'),
  'lengths of lines': `\n${[...bytes].map((byte) => 'x'.repeat(byte)).join('\n')}\n`,
  'order of heads': rank(40)
    .map((name) => `${name}: 1`)
    .join('\r\n'),
  'base64 of zlib of the bytes reversed': deflateSync(Buffer.from(bytes).reverse()).toString('base64'),
  'hex of gzip of base64': gzipSync(base64).toString('hex'),
  'base64 of base64 of base64': Buffer.from(Buffer.from(base64).toString('base64')).toString('base64'),
  'JSON escapes of base64 of brotli': [...brotliCompressSync(token).toString('base64')]
    .map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join(''),
}

describe('the oracle', () => {
  it.each(Object.entries(SPELLINGS))('finds all of a secret spelled as %s', (_name, leak) => {
    const { bits: found, path } = recoverSecret(crossed(within(leak)), secret)
    expect(path).not.toBe('')
    // Digits at the edges of an alignment, and a key of one byte, cost up to a byte.
    expect(found).toBeGreaterThanOrEqual(116)
  })

  it.each([
    ['raw deflate', deflateRawSync(token)],
    ['brotli', brotliCompressSync(token)],
  ])('finds %s where a message begins with it', (_name, message) => {
    expect(recoverSecret(crossed('{}', message), secret).bits).toBe(128)
  })

  it.each<[string, Crossing[]]>([
    [
      'pieces of two bytes, one a message',
      crossed(...blocks(2).map((part) => `{"name":"${part.toString('hex')}"}`)),
    ],
    [
      'base64 cut at the borders of messages',
      crossed(base64.slice(0, 9), base64.slice(9, 14), base64.slice(14)),
    ],
    ['sizes of messages', crossed(...[...bytes].map((byte) => 'x'.repeat(40 + byte)))],
    ['the order of messages', crossed(...rank(40))],
    ['a sequence of status words', crossed(...bits.map((bit) => (bit === 1 ? 'Scoring' : 'Running')))],
    [
      'which channel is used next',
      bits.map((bit, at) => ({ channel: bit === 1 ? 'body' : 'header', at, bytes: Buffer.from('same') })),
    ],
  ])('finds a secret in %s', (_name, crossings) => {
    expect(recoverSecret(crossings, secret).bits).toBeGreaterThanOrEqual(116)
  })

  it('counts a share that was found as its share, and shares of one secret once each', () => {
    const long: PlantedSecret = {
      // Fixed: by chance the byte beside a share is right in one of 256.
      bytes: createHash('sha512').update('a long secret').digest(),
      bits: 512,
      token: `planted-${randomBytes(12).toString('hex')}`,
    }
    const quarter = long.bytes.subarray(16, 32)
    expect(recoverSecret(crossed(within(quarter.toString('base64'))), long).bits).toBeCloseTo(128, -1)
    expect(recoverSecret(crossed(within(quarter)), long).bits).toBe(128)
    const other = long.bytes.subarray(40, 56)
    expect(
      recoverSecret(crossed(within(quarter), within(quarter), within(other.toString('hex'))), long).bits,
    ).toBe(256)
  })

  it('tells how to read what it found', () => {
    const leak = deflateSync(Buffer.from(bytes).reverse()).toString('base64')
    expect(recoverSecret(crossed(within(leak)), secret).path).toMatch(
      /^body > .*base64.* > zlib > .*reversed bytes$/,
    )
  })

  it('finds nothing in what has nothing to do with the secret', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 4000 }).map((data) => Buffer.from(data)),
      fc.json({ maxDepth: 4 }),
      fc.string({ unit: 'binary', maxLength: 2000 }),
      fc.base64String({ maxLength: 2000 }),
      fc.array(fc.double({ noNaN: true }), { maxLength: 200 }).map((numbers) => numbers.join(' ')),
      fc.uint8Array({ maxLength: 4000 }).map((data) => gzipSync(data)),
    )
    fc.assert(
      fc.property(
        fc.array(anything, { maxLength: 5 }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        (pieces, random) => {
          const own: PlantedSecret = {
            bytes: randomBytes(16),
            bits: 128,
            token: `planted-${randomBytes(12).toString('hex')}`,
          }
          expect(recoverSecret(crossed(...pieces, Buffer.from(random)), own)).toEqual({ bits: 0, path: '' })
        },
      ),
      { numRuns: 60 },
    )
  })
})
