import type { PlantedSecret } from '../crossing.ts'
import {
  bitNeedles,
  byteNeedles,
  differenceNeedles,
  differences,
  digitNeedles,
  foldedNeedles,
  type Needle,
} from './needles.ts'

/**
 * A share of the secret counts from so many bits on. The secret is random, so whatever crossed, a given place agrees with
 * a given place of a given spelling in 56 bits with probability 2^-56. Places read are at most 2^27 (the oracle's limit)
 * and spellings have about 2^13 places: a false alarm has a probability under 2^-16 at the limit, and under 2^-20
 * for the few hundred kB that a run sends. A secret of fewer bits counts only whole.
 */
export const COUNTED_BITS = 56

/** A run of the secret that was found: from and to which of its bits, and how it was spelled. */
export type Find = { readonly from: number; readonly to: number; readonly path: readonly string[] }

/** Looks for every spelling of one secret at once, in bytes and in sequences of bits. */
export class Finder {
  readonly finds: Find[] = []
  /** How many places were read, to hold the oracle to its limits. */
  placesRead = 0
  readonly #bits: number
  readonly #plain: Index
  readonly #folded: Index
  readonly #digits: Index
  readonly #xor: Index
  readonly #sum: Index
  readonly #bitwise: Index

  constructor(secret: PlantedSecret) {
    this.#bits = secret.bits
    this.#plain = indexOf(byteNeedles(secret), byteGram, 4)
    this.#folded = indexOf(foldedNeedles(secret), byteGram, 4)
    this.#digits = indexOf(digitNeedles(secret), byteGram, 4)
    this.#xor = indexOf(differenceNeedles(secret, 'xor'), byteGram, 4)
    this.#sum = indexOf(differenceNeedles(secret, 'sum'), byteGram, 4)
    this.#bitwise = indexOf(bitNeedles(secret), bitGram, 32)
  }

  readBytes(bytes: Buffer, path: readonly string[]): void {
    this.#scanBytes(this.#plain, bytes, path)
    this.#scanBytes(this.#folded, foldCase(bytes), path)
    this.#scanBytes(this.#xor, differences(bytes, 'xor'), path)
    this.#scanBytes(this.#sum, differences(bytes, 'sum'), path)
  }

  /** Whether the secret was found as a whole, so that no more is to be learned. */
  get hasWhole(): boolean {
    return this.finds.some(({ from, to }) => to - from >= this.#bits)
  }

  /** The digits of one alphabet of `RADIXES`, and nothing else. */
  readDigits(bytes: Buffer, path: readonly string[]): void {
    this.#scanBytes(this.#digits, bytes, path)
  }

  /** One byte for each bit. */
  readBits(bits: Uint8Array, path: readonly string[]): void {
    this.placesRead += bits.length
    const { maybe, places } = this.#bitwise
    let gram = 0
    for (let at = 0; at < bits.length; at += 1) {
      gram = (gram << 1) | (bits[at] ?? 0)
      const slot = Math.imul(gram, MIX) >>> SHIFT
      if (at < 31 || ((maybe[slot >> 3] ?? 0) & (1 << (slot & 7))) === 0) continue
      const found = places.get(gram)
      if (found !== undefined) this.#note(bits, at - 31, found, path)
    }
  }

  #scanBytes({ maybe, places }: Index, bytes: Uint8Array, path: readonly string[]): void {
    this.placesRead += bytes.length
    let gram = 0
    for (let at = 0; at < bytes.length; at += 1) {
      gram = (gram << 8) | (bytes[at] ?? 0)
      const slot = Math.imul(gram, MIX) >>> SHIFT
      if (((maybe[slot >> 3] ?? 0) & (1 << (slot & 7))) === 0 || at < 3) continue
      const found = places.get(gram)
      if (found !== undefined) this.#note(bytes, at - 3, found, path)
    }
  }

  #note(bytes: Uint8Array, at: number, places: readonly Place[], path: readonly string[]): void {
    for (const { needle, offset } of places) {
      // The same run was met at its first place already.
      if (at > 0 && offset > 0 && bytes[at - 1] === needle.bytes[offset - 1]) continue
      let length = 0
      while (offset + length < needle.bytes.length && bytes[at + length] === needle.bytes[offset + length]) {
        length += 1
      }
      const entropyBits = (length * needle.entropyBits) / needle.bytes.length
      if (entropyBits < Math.min(COUNTED_BITS, needle.entropyBits)) continue
      const scale = this.#bits / needle.bytes.length
      const first = needle.isReversed ? needle.bytes.length - offset - length : offset
      this.finds.push({ from: first * scale, to: (first + length) * scale, path: [...path, needle.name] })
    }
  }
}

type Place = { readonly needle: Needle; readonly offset: number }
type Index = { readonly maybe: Uint8Array; readonly places: ReadonlyMap<number, Place[]> }

const MIX = 0x9e3779b1
/** Leaves 20 bits: of the table `maybe`, 128 kB, well under one in a hundred is set. */
const SHIFT = 12

/** Every run of `size` bytes of every needle, by its number of 32 bits, behind a table that says no at once. */
function indexOf(
  needles: readonly Needle[],
  gramAt: (bytes: Buffer, at: number) => number,
  size: number,
): Index {
  const maybe = new Uint8Array(2 ** (32 - SHIFT - 3))
  const places = new Map<number, Place[]>()
  for (const needle of needles) {
    for (let offset = 0; offset + size <= needle.bytes.length; offset += 1) {
      const gram = gramAt(needle.bytes, offset)
      const slot = Math.imul(gram, MIX) >>> SHIFT
      maybe[slot >> 3] = (maybe[slot >> 3] ?? 0) | (1 << (slot & 7))
      const known = places.get(gram)
      if (known === undefined) places.set(gram, [{ needle, offset }])
      else known.push({ needle, offset })
    }
  }
  return { maybe, places }
}

function byteGram(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at)
}

function bitGram(bits: Buffer, at: number): number {
  let gram = 0
  for (let place = 0; place < 32; place += 1) gram = (gram << 1) | (bits[at + place] ?? 0)
  return gram
}

function foldCase(bytes: Buffer): Buffer {
  const folded = Buffer.allocUnsafe(bytes.length)
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    folded[at] = byte >= 65 && byte <= 90 ? byte | 32 : byte
  }
  return folded
}
