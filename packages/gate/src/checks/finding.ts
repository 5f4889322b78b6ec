import type { ManifestSection } from '@scoregate/protocol/manifest'

/**
 * How grave a finding is. `critical`: the inspection itself failed, or this looks like data of persons or hidden data;
 * `serious`: look before you release; `notice`: unusual, and often harmless.
 */
export type FindingRank = 'critical' | 'serious' | 'notice'

/** The ranks, worst first. */
export const FINDING_RANKS = ['critical', 'serious', 'notice'] as const satisfies readonly FindingRank[]

/** The checks there are; each has a page in the docs under its name. */
export const CHECK_NAMES = [
  'undeclared-keys',
  'out-of-range',
  'extra-digits',
  'not-a-number',
  'nested-values',
  'unseen-files',
  'file-types',
  'text-volume',
  'encoded-data',
  'personal-data',
  'small-counts',
  'active-html',
  'image-metadata',
  'nested-archive',
  'near-duplicate',
  'run-time',
] as const
export type CheckName = (typeof CHECK_NAMES)[number]

/** Where something was found: the scores, a whole file, or a place in one. */
export type FindingPlace =
  | { readonly kind: 'scores'; readonly key?: string }
  | { readonly kind: 'run' }
  | {
      readonly kind: 'file'
      readonly section: ManifestSection
      readonly path: string
      /** Counts from 1. */
      readonly line?: number
      /** In bytes, of the first of them. */
      readonly offset?: number
    }

/** What a check found. For people at the site only: it can quote the run, so it never leaves. */
export type Finding = {
  readonly check: CheckName
  readonly rank: FindingRank
  readonly place: FindingPlace
  /** What was found, a plain sentence. */
  readonly what: string
  /** A few characters of it, every unprintable one escaped; absent where they would tell nothing. */
  readonly sample?: string
  /** How often, where it was found more than once. */
  readonly count: number
}

/** Findings with the worst first; within a rank in the order of the checks, so that two looks show the same list. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (one, other) =>
      FINDING_RANKS.indexOf(one.rank) - FINDING_RANKS.indexOf(other.rank) ||
      CHECK_NAMES.indexOf(one.check) - CHECK_NAMES.indexOf(other.check),
  )
}
