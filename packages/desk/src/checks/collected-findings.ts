import {
  FINDING_RANKS,
  type Finding,
  type FindingCounts,
  type FindingSource,
  sortFindings,
} from '@scoregate/gate/finding'

/** Of each rank so many are kept; a hold of ten thousand files must not make a page of as many lines. */
const MOST_OF_A_RANK = 200

/** The findings of a hold as they come in: all are counted, and as many kept as a page can show. */
export class CollectedFindings {
  readonly #kept: Finding[] = []
  readonly #failed = new Set<FindingSource>()
  readonly counts: FindingCounts = { critical: 0, serious: 0, notice: 0 }

  add(findings: readonly Finding[]): void {
    for (const finding of findings) {
      this.counts[finding.rank] += 1
      if (this.counts[finding.rank] <= MOST_OF_A_RANK) this.#kept.push(finding)
      if (finding.failed) this.#failed.add(finding.check)
    }
  }

  /** The checks that did not get through. */
  get failed(): FindingSource[] {
    return [...this.#failed]
  }

  /** Those that are kept, the worst first. */
  get sorted(): Finding[] {
    return sortFindings(this.#kept)
  }

  /** Whether nothing was found that a person must look at. */
  get areHarmless(): boolean {
    return FINDING_RANKS.every((rank) => rank === 'notice' || this.counts[rank] === 0)
  }
}
