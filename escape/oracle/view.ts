/** What a decoding made of some bytes: other bytes, a sequence of bits (one byte each), or digits alone. */
export type View =
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Buffer }
  | { readonly kind: 'bits'; readonly name: string; readonly bits: Uint8Array }
  | { readonly kind: 'digits'; readonly name: string; readonly bytes: Buffer }

/** One rung of the ladder: the views that some bytes have under it, none if they are not of its form. */
export type Decoding = (bytes: Buffer) => View[]

/** Shorter ones cannot hold a share that counts. */
export const SHORTEST_VIEW_BYTES = 7

export function bytesView(name: string, bytes: Buffer): View[] {
  return bytes.length < SHORTEST_VIEW_BYTES ? [] : [{ kind: 'bytes', name, bytes }]
}

export function textView(name: string, text: string): View[] {
  return bytesView(name, Buffer.from(text, 'utf8'))
}

export function bitsView(name: string, bits: Uint8Array): View[] {
  return bits.length < 32 ? [] : [{ kind: 'bits', name, bits }]
}

/** Numbers of a fixed count of bits each, the high bit first, as one sequence. */
export function packedBits(name: string, numbers: readonly number[], bitsEach: number): View[] {
  const bits = new Uint8Array(numbers.length * bitsEach)
  let at = 0
  for (const number of numbers) {
    // Shifts work on 32 bits, so a mantissa of 52 is taken in two halves.
    const high = Math.floor(number / 2 ** 26)
    const low = number % 2 ** 26
    for (let place = bitsEach - 1; place >= 0; place -= 1) {
      bits[at++] = (place < 26 ? low >> place : high >> (place - 26)) & 1
    }
  }
  return bitsView(name, bits)
}
