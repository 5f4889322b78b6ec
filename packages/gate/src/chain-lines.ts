/** A line of the chain's file, without its line feed. */
export type ChainLine = {
  /** Counts from 1. */
  readonly number: number
  readonly bytes: Buffer
  /** Undefined where the line is not text in UTF-8, or longer than any entry. */
  readonly text: string | undefined
  /** False for a last line without a line feed: a crash cut it short while it was written. */
  readonly isWhole: boolean
}

/** Far above the longest entry; a longer line is none, and is not kept in memory. */
const LONGEST_LINE_BYTES = 262_144
const LINE_FEED = 0x0a

/** The lines of a file that arrives in pieces; holds no more than one of them in memory. */
export async function* chainLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<ChainLine> {
  let number = 0
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    let from = 0
    for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, from)) {
      number += 1
      yield lineOf(number, Buffer.concat([rest, bytes.subarray(from, at)]), { isWhole: true })
      rest = Buffer.alloc(0)
      from = at + 1
    }
    rest = Buffer.concat([rest, bytes.subarray(from)]).subarray(0, LONGEST_LINE_BYTES + 1)
  }
  if (rest.length > 0) yield lineOf(number + 1, rest, { isWhole: false })
}

function lineOf(number: number, bytes: Buffer, { isWhole }: { isWhole: boolean }): ChainLine {
  return { number, bytes, text: textOf(bytes), isWhole }
}

function textOf(bytes: Buffer): string | undefined {
  if (bytes.length > LONGEST_LINE_BYTES) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined // not text, so no entry: the line counts as damaged
  }
}
