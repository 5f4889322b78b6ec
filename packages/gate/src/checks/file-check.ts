import type { ManifestEntry } from '@scoregate/protocol/manifest'
import type { CheckName, Finding, FindingPlace, FindingRank } from './finding.ts'
import type { TextWindow } from './text-windows.ts'

/** Looks at one file as it streams by; holds no more of it than a window. */
export type FileInspection = {
  /** The next bytes. Must not keep the chunk, whose memory is used again. */
  take?(chunk: Uint8Array): void
  /** The next of the file read as lines of text, which all checks share. */
  look?(window: TextWindow): void
  /** After the last byte. */
  end(): readonly Finding[]
}

/** A check over single files. */
export type FileCheck = {
  readonly name: CheckName
  /** What it looks at; undefined leaves the file out. */
  begin(entry: ManifestEntry): FileInspection | undefined
}

/** The place of a finding in a file, before line or offset are known. */
export function placeIn(entry: ManifestEntry): Extract<FindingPlace, { kind: 'file' }> {
  return { kind: 'file', section: entry.section, path: entry.path }
}

type Found = { line?: number; offset?: number; sample?: string }

/**
 * Counts one kind of thing in one file and remembers the first: a file with a million addresses is one finding with a
 * count, not a million findings.
 */
export class Tally {
  private count = 0
  private first: Found = {}

  /** `describe` is asked for the first alone. */
  add(describe: () => Found): void {
    if (this.count === 0) this.first = describe()
    this.count += 1
  }

  get total(): number {
    return this.count
  }

  /** The finding, if anything was counted. */
  finding(given: {
    check: CheckName
    rank: FindingRank
    entry: ManifestEntry
    what: (count: number) => string
  }): Finding[] {
    if (this.count === 0) return []
    const { sample, ...where } = this.first
    return [
      {
        check: given.check,
        rank: given.rank,
        place: { ...placeIn(given.entry), ...where },
        what: given.what(this.count),
        ...(sample === undefined ? {} : { sample }),
        count: this.count,
      },
    ]
  }
}
