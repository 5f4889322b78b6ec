import { countLineBreaks } from '../vault/chunk-list.ts'
import type { SealedBytes, SealedFile } from '../vault/sealed-bytes.ts'

/** One place where the words stand. */
export type Hit = {
  /** Where the words begin in the file. */
  readonly offset: number
  /** The number of the line, counted from 1. */
  readonly line: number
  /** The words with a little of what is around them in the same line, as bytes. */
  readonly around: Buffer
}

/** How far a search has come. */
export type SearchState = {
  readonly hits: readonly Hit[]
  readonly searchedBytes: number
  /** `full`: so many places were found that the search stopped. */
  readonly end: 'none' | 'done' | 'full' | 'failed'
  /** Why it failed. */
  readonly error: unknown
}

/** A search stops here: who finds more looks for something else. */
const MAX_HITS = 500
const AROUND_BYTES = 80
const LINE_BREAK = 0x0a

/** A search that goes on by itself; `state` tells how far it is. */
export type RunningSearch = { state(): SearchState; stop(): void; readonly settled: Promise<void> }

/**
 * Looks for bytes in a file from its start, chunk by chunk, each verified; the words are taken as they are, with nothing in
 * them that means something else. Places that the borders of chunks cut are found, too.
 */
export function startSearch(bytes: SealedBytes, file: SealedFile, words: Buffer): RunningSearch {
  const hits: Hit[] = []
  let searchedBytes = 0
  let end: SearchState['end'] = 'none'
  let error: unknown
  let isStopped = false

  async function run(): Promise<void> {
    let before = Buffer.of()
    for await (const chunk of bytes.chunks(file, 0)) {
      if (isStopped) return
      const kept = before.length
      const text = kept === 0 ? chunk.bytes : Buffer.concat([before, chunk.bytes])
      const base = chunk.offset - kept
      let counted = 0
      // The kept bytes are of the chunk before: their line breaks are in its count.
      let line = chunk.breaksBefore + 1 - countLineBreaks(text.subarray(0, kept))
      // What begins in the kept bytes and ends there was found before.
      const from = Math.max(0, kept - words.length + 1)
      for (let at = text.indexOf(words, from); at !== -1; at = text.indexOf(words, at + words.length)) {
        if (hits.length === MAX_HITS) {
          end = 'full'
          return
        }
        line += countLineBreaks(text.subarray(counted, at))
        counted = at
        hits.push({ offset: base + at, line, around: around(text, at, words.length) })
      }
      searchedBytes = chunk.offset + chunk.bytes.length
      before = Buffer.from(text.subarray(Math.max(0, text.length - words.length - AROUND_BYTES)))
    }
    end = 'done'
  }

  const settled = run().catch((thrown: unknown) => {
    error = thrown
    end = 'failed'
  })
  return {
    state: () => ({ hits, searchedBytes, end, error }),
    stop: () => {
      isStopped = true
    },
    settled,
  }
}

function around(text: Buffer, at: number, length: number): Buffer {
  const lineStart = text.lastIndexOf(LINE_BREAK, at - 1) + 1
  const from = Math.max(at === 0 ? 0 : lineStart, at - AROUND_BYTES)
  const lineEnd = text.indexOf(LINE_BREAK, at + length)
  const to = Math.min(lineEnd === -1 ? text.length : lineEnd, at + length + AROUND_BYTES)
  return Buffer.from(text.subarray(from, to))
}
