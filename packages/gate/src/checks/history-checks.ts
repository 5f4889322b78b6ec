import type { Digest } from '@scoregate/protocol/digest'
import type { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import { type CheckName, type Finding, sortFindings } from './finding.ts'
import { areAlike, type LineSketch } from './line-sketch.ts'

/** What is told by comparing with earlier holds. */
export const HISTORY_CHECKS = [
  'unseen-files',
  'near-duplicate',
  'run-time',
] as const satisfies readonly CheckName[]

/** What the desk knows of earlier holds of the same competition. */
export type HoldHistory = {
  /** Those names of this hold's files (`section/path`) that an approved hold had before. */
  readonly knownFiles: ReadonlySet<string>
  /** Whether any hold was approved before; with none there is nothing to be new against. */
  readonly hasApproved: boolean
  /** Seconds of all programs of this participant's earlier runs. */
  readonly ownRunSeconds: readonly number[]
  /** By digest: how many other participants had this file in a hold, counted to a few. */
  readonly othersWithFile: ReadonlyMap<Digest, number>
  /** What the predictions of other participants are like, one for each of their latest holds. */
  readonly othersSketches: readonly { readonly participantId: number; readonly sketch: LineSketch }[]
}

/** Fewer earlier runs than these have no usual length. */
const FEWEST_RUNS = 3
/** A run so many times longer or shorter than the median is unlike the others. */
const UNLIKE_FACTOR = 3
/** Runs that differ by no more than this differ by the machine's mood. */
const SAME_SECONDS = 10
/** Small files are alike by chance: an empty log, a header. */
const SMALLEST_COMPARED_BYTES = 256
/** What so many others have is of the scoring program: a style sheet, a legend. */
export const COMMON_TO = 3
const MOST_NEW_FILES = 20

/** What is unlike earlier holds: new files, a run of unusual length, files that somebody else submitted before. */
export function checkHistory(manifest: Manifest, history: HoldHistory): Finding[] {
  return sortFindings([
    ...findNewFiles(manifest, history),
    ...findUnusualRunTime(manifest, history),
    ...findCopies(manifest, history),
  ])
}

function findNewFiles({ entries }: Manifest, { knownFiles, hasApproved }: HoldHistory): Finding[] {
  if (!hasApproved) return []
  const unseen = entries.filter(
    (entry) => entry.section !== 'predictions' && !knownFiles.has(historyName(entry)),
  )
  return unseen.slice(0, MOST_NEW_FILES).map((entry) => ({
    check: 'unseen-files',
    rank: 'notice',
    place: { kind: 'file', section: entry.section, path: entry.path },
    what: 'No approved hold of this competition had a file of this name.',
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
    (entry) => isCompared(entry) && isOfFewOthers(othersWithFile.get(entry.sha256) ?? 0),
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

/** Predictions of which nearly every line stands in those of another participant, though no file is the same. */
export function findNearCopies(manifest: Manifest, sketch: LineSketch, history: HoldHistory): Finding[] {
  const others = new Set(
    history.othersSketches
      .filter((other) => areAlike(sketch, other.sketch))
      .map(({ participantId }) => participantId),
  )
  if (!isOfFewOthers(others.size) || findCopies(manifest, history).length > 0) return []
  return [
    {
      check: 'near-duplicate',
      rank: 'notice',
      place: { kind: 'hold' },
      what: 'Nearly every line of the predictions stands in those of another participant, too.',
      count: 1,
    },
  ]
}

/** Whether a file is one to find with somebody else: scores are few, and logs are alike. */
export function isCompared({ section, path, sizeBytes }: ManifestEntry): boolean {
  if (sizeBytes < SMALLEST_COMPARED_BYTES || section === 'logs') return false
  return !/^scores\.(?:json|txt)$/.test(path)
}

function isOfFewOthers(count: number): boolean {
  return count > 0 && count < COMMON_TO
}

/** How history knows a file. */
export function historyName({ section, path }: ManifestEntry): string {
  return `${section}/${path}`
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
