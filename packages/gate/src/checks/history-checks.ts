import type { Digest } from '@scoregate/protocol/digest'
import type { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import { type Finding, sortFindings } from './finding.ts'

/** What the desk knows of earlier holds of the same competition. */
export type HoldHistory = {
  /** Names of files (`section/path`) in holds that were released before. */
  readonly knownFiles: ReadonlySet<string>
  /** How many holds were released before; with none there is nothing to be new against. */
  readonly releasedHolds: number
  /** Seconds of all programs of this participant's earlier runs. */
  readonly ownRunSeconds: readonly number[]
  /** By digest: holds of other participants that have this file, scores and logs left out. */
  readonly othersWithFile: ReadonlyMap<Digest, number>
}

/** Fewer earlier runs than these have no usual length. */
const FEWEST_RUNS = 3
/** A run so many times longer or shorter than the median is unlike the others. */
const UNLIKE_FACTOR = 3
/** Runs that differ by no more than this differ by the machine's mood. */
const SAME_SECONDS = 10
/** Small files are alike by chance: an empty log, a header. */
const SMALLEST_COMPARED_BYTES = 256
const MOST_NEW_FILES = 20

/** What is unlike earlier holds: new files, a run of unusual length, files that somebody else submitted before. */
export function checkHistory(manifest: Manifest, history: HoldHistory): Finding[] {
  return sortFindings([
    ...findNewFiles(manifest, history),
    ...findUnusualRunTime(manifest, history),
    ...findCopies(manifest, history),
  ])
}

function findNewFiles({ entries }: Manifest, { knownFiles, releasedHolds }: HoldHistory): Finding[] {
  if (releasedHolds === 0) return []
  const unseen = entries.filter((entry) => entry.section !== 'predictions' && !knownFiles.has(nameOf(entry)))
  return unseen.slice(0, MOST_NEW_FILES).map((entry) => ({
    check: 'unseen-files',
    rank: 'notice',
    place: { kind: 'file', section: entry.section, path: entry.path },
    what: 'No released hold of this competition had a file of this name.',
    count: 1,
  }))
}

function findUnusualRunTime({ programs }: Manifest, { ownRunSeconds }: HoldHistory): Finding[] {
  if (ownRunSeconds.length < FEWEST_RUNS) return []
  const seconds = programs.reduce((sum, program) => sum + program.elapsedSeconds, 0)
  const usual = median(ownRunSeconds)
  if (Math.abs(seconds - usual) <= SAME_SECONDS) return []
  if (seconds <= usual * UNLIKE_FACTOR && seconds * UNLIKE_FACTOR >= usual) return []
  return [
    {
      check: 'run-time',
      rank: 'notice',
      place: { kind: 'run' },
      what: `The run took ${seconds} s; this participant's others take about ${Math.round(usual)} s.`,
      count: 1,
    },
  ]
}

function findCopies({ entries }: Manifest, { othersWithFile }: HoldHistory): Finding[] {
  const copies = entries.filter(
    (entry) => entry.sizeBytes >= SMALLEST_COMPARED_BYTES && (othersWithFile.get(entry.sha256) ?? 0) > 0,
  )
  const [first] = copies
  if (first === undefined) return []
  return [
    {
      check: 'near-duplicate',
      rank: 'notice',
      place: { kind: 'file', section: first.section, path: first.path },
      what:
        copies.length === 1
          ? 'Another participant has submitted the same file before.'
          : `Another participant has submitted ${copies.length} of these files before.`,
      count: copies.length,
    },
  ]
}

function nameOf({ section, path }: ManifestEntry): string {
  return `${section}/${path}`
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
