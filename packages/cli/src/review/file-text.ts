import { MAX_PART_BYTES, type SearchHit, SearchProgress } from '@scoregate/desk/file-api'
import type { HoldFile } from '@scoregate/desk/hold-api'
import { ScoregateError } from '@scoregate/protocol/errors'
import { showInertLine } from '@scoregate/ui/inert-text'
import { visibleParts } from '@scoregate/ui/visible-bytes'
import { type Connection, open, siteSilent } from '../connection.ts'
import { progressLine } from '../progress-line.ts'
import { bodyOf } from './download-file.ts'
import { holdPath } from './one-hold.ts'

/** As much as a person reads before they turn the page: what is fetched counts as seen, so no more is. */
const PART_BYTES = Math.min(65_536, MAX_PART_BYTES)
const LINE_BREAK = 0x0a
/** A character has at most this many bytes, so that a line without an end is never cut inside of one. */
const LONGEST_CHARACTER = 4

/** Which bytes of which file: `to` not included. */
export type FilePart = {
  readonly hold: string
  readonly file: HoldFile
  readonly from: number
  readonly to: number
}

/**
 * A file as text that does nothing to a terminal: everything that is invisible or that steers the display is spelled out,
 * and so are bytes that are no text. It is fetched part by part as it is read, each part compared by the desk.
 */
export async function* inertFile(desk: Connection, part: FilePart): AsyncGenerator<string> {
  const end = Math.min(part.to, part.file.sizeBytes)
  let rest = Buffer.of()
  for (let at = part.from; at < end; ) {
    const bytes = await readPart(desk, part, { at, length: Math.min(PART_BYTES, end - at) })
    // Less than was asked for would leave a part out without a word.
    if (bytes.length === 0) throw siteSilent(desk.url, new Error('The file ended before its end.'))
    at += bytes.length
    const all = Buffer.concat([rest, bytes])
    const cut = at >= end ? all.length : lastWhole(all)
    rest = all.subarray(cut)
    yield inertBytes(all.subarray(0, cut))
  }
}

/** The numbers of a file's places where words stand, each with a little of its line, inert. Tells how far it is. */
export async function searchFile(
  desk: Connection,
  given: { hold: string; file: HoldFile; words: string; isQuiet: boolean },
  onHits: (hits: readonly SearchHit[]) => void,
): Promise<{ readonly count: number; readonly isFull: boolean }> {
  const path = `/files/${given.file.number}/search?${new URLSearchParams({ words: given.words })}`
  const answer = await open(desk, { path: holdPath(given.hold, path) })
  const progress = progressLine('Searching', given.isQuiet)
  let count = 0
  try {
    for await (const line of linesOf(answer)) {
      const { hits, searchedBytes, totalBytes, end } = SearchProgress.parse(JSON.parse(line))
      count += hits.length
      if (hits.length > 0) {
        progress.clear()
        onHits(hits)
      }
      progress.update(totalBytes === 0 ? 1 : searchedBytes / totalBytes)
      if (end !== undefined) return { count, isFull: end === 'full' }
    }
  } catch (cause) {
    throw siteSilent(desk.url, cause)
  } finally {
    progress.end()
  }
  throw new ScoregateError({
    kind: 'unavailable',
    code: 'search-broken-off',
    message: 'The search broke off before the end of the file.',
    remedy: 'Try again; if it stays, tell whoever runs the desk.',
  })
}

/** One place that a search found, as a line. */
export function hitText({ line, offset, around }: SearchHit): string {
  return `line ${line}, byte ${offset}: ${showInertLine(around)}`
}

async function readPart(
  desk: Connection,
  { hold, file }: FilePart,
  { at, length }: { at: number; length: number },
): Promise<Buffer> {
  const answer = await open(desk, {
    path: holdPath(hold, `/files/${file.number}?offset=${at}&length=${length}`),
    headers: { accept: 'application/json' },
  })
  try {
    return Buffer.from(await answer.arrayBuffer())
  } catch (cause) {
    throw siteSilent(desk.url, cause)
  }
}

/** Up to the last line break, or where there is none up to the last character that is certainly whole. */
function lastWhole(bytes: Buffer): number {
  const lineBreak = bytes.lastIndexOf(LINE_BREAK)
  if (lineBreak !== -1) return lineBreak + 1
  for (let back = 1; back <= Math.min(LONGEST_CHARACTER, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return bytes.length
    if (byte >= 0xc0) return bytes.length - back
  }
  return bytes.length
}

function inertBytes(bytes: Buffer): string {
  return visibleParts(bytes)
    .map(({ text }) => text)
    .join('')
}

async function* linesOf(answer: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of bodyOf(answer)) {
    const lines = (text + decoder.decode(bytes, { stream: true })).split('\n')
    text = lines.pop() ?? ''
    yield* lines
  }
  if (text !== '') yield text
}
