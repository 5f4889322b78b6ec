import type { FileDiff } from '../api/hold-api.ts'
import type { Hold } from '../holds/hold-record.ts'
import type { SealedBytes } from '../vault/sealed-bytes.ts'
import { compareHolds } from './compare-holds.ts'
import { diffLines } from './line-diff.ts'

/** A larger file is told to have changed, and to be looked at; nobody reads the lines of so much that differs. */
const MOST_BYTES = 262_144

/** The lines in which a file differs from that of the last hold. Throws `ScoregateError` as `SealedBytes.read` does. */
export async function diffFile(
  bytes: SealedBytes,
  { hold, last, number }: { hold: Hold; last: Hold | undefined; number: number },
): Promise<FileDiff> {
  const change =
    last &&
    compareHolds(last, hold).files.find((file) => file.change === 'changed' && file.after.number === number)
  if (change?.change !== 'changed') return notCompared('It is the same as before, or was not there before.')
  if (last === undefined || last.contentRemovedAt !== undefined || hold.contentRemovedAt !== undefined)
    return notCompared('The files of one of the two have been removed.')
  const { before, after } = change
  if (before.entry.sizeBytes > MOST_BYTES || after.entry.sizeBytes > MOST_BYTES)
    return notCompared('It is too large to be compared line by line. Look at it as it is.')
  const texts = await Promise.all(
    [before, after].map(async ({ entry }) =>
      textOf(await bytes.read(entry, { offset: 0, length: entry.sizeBytes })),
    ),
  )
  const [old, now] = texts
  if (old === undefined || now === undefined) return notCompared('It is not plain text.')
  const diff = diffLines(old, now)
  return diff === undefined
    ? notCompared('Too many lines differ to be compared one by one. Look at it as it is.')
    : { kind: 'lines', ...diff, hunks: diff.hunks.map((hunk) => ({ ...hunk, lines: [...hunk.lines] })) }
}

function notCompared(why: string): FileDiff {
  return { kind: 'not-compared', why }
}

function textOf(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
