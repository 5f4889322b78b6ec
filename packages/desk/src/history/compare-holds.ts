import type { ManifestEntry } from '@scoregate/protocol/manifest'
import type { Hold } from '../holds/hold-record.ts'

/** A file that is not the same in two holds. The numbers are places in the manifest of each. */
export type ChangedFile =
  | { readonly change: 'new'; readonly after: NumberedEntry }
  | { readonly change: 'changed'; readonly before: NumberedEntry; readonly after: NumberedEntry }
  | { readonly change: 'gone'; readonly before: NumberedEntry }

/** A file with its place in its manifest. */
export type NumberedEntry = { readonly number: number; readonly entry: ManifestEntry }

/** A column of either hold, with what leaves of it. */
export type ChangedScore = {
  readonly column: string
  readonly title: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** What is new in a hold. */
export type HoldComparison = {
  readonly scores: readonly ChangedScore[]
  /** In the order of the manifests: first what this hold has, then what is gone. */
  readonly files: readonly ChangedFile[]
  readonly counts: Readonly<Record<ChangedFile['change'] | 'same', number>>
}

/** Compares two holds by what their manifests and scores say; no file is read. */
export function compareHolds(before: Hold, after: Hold): HoldComparison {
  const old = new Map(numbered(before).map((file) => [nameOf(file.entry), file]))
  const files: ChangedFile[] = []
  let same = 0
  for (const file of numbered(after)) {
    const name = nameOf(file.entry)
    const earlier = old.get(name)
    old.delete(name)
    if (earlier === undefined) files.push({ change: 'new', after: file })
    else if (earlier.entry.sha256 === file.entry.sha256) same += 1
    else files.push({ change: 'changed', before: earlier, after: file })
  }
  for (const file of old.values()) files.push({ change: 'gone', before: file })
  const count = (change: ChangedFile['change']) => files.filter((file) => file.change === change).length
  return {
    scores: compareScores(before, after),
    files,
    counts: { new: count('new'), changed: count('changed'), gone: count('gone'), same },
  }
}

function compareScores(before: Hold, after: Hold): ChangedScore[] {
  const old = new Map(scoresOf(before).map((score) => [score.column, score]))
  const now = scoresOf(after).map(({ column, title, released }) => ({
    ...{ column, title, before: old.get(column)?.released, after: released },
  }))
  const known = new Set(now.map(({ column }) => column))
  const gone = [...old.values()].filter(({ column }) => !known.has(column))
  return [
    ...now,
    ...gone.map(({ column, title, released }) => ({ column, title, before: released, after: undefined })),
  ]
}

function scoresOf({ scores }: Hold) {
  return scores.kind !== 'read'
    ? []
    : scores.shown.map(({ column, released }) => ({ column: column.key, title: column.title, released }))
}

function numbered({ manifest }: Hold): NumberedEntry[] {
  return manifest.entries.map((entry, number) => ({ number, entry }))
}

/** No path has a NUL byte. */
function nameOf({ section, path }: ManifestEntry): string {
  return `${section}\0${path}`
}
