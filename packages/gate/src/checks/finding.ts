import { ManifestSection } from '@scoregate/protocol/manifest'
import { z } from 'zod'

/** The ranks, worst first. */
export const FINDING_RANKS = ['critical', 'serious', 'notice'] as const

/**
 * How grave a finding is. `critical`: the inspection itself failed, or this looks like data of persons; `serious`: look
 * before you release; `notice`: unusual, and often harmless.
 */
export const FindingRank = z.enum(FINDING_RANKS)
export type FindingRank = z.infer<typeof FindingRank>

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

/** What says that the checks themselves did not get through: a file that cannot be read, a time limit, a crash. */
export const INSPECTION = 'inspection'

/** Who found something, the failure of the whole inspection first. */
export const FINDING_SOURCES = [INSPECTION, ...CHECK_NAMES] as const
export const FindingSource = z.enum(FINDING_SOURCES)
export type FindingSource = z.infer<typeof FindingSource>

/** Where something was found: the whole hold, its scores, its run, or a file and a place in it. */
export const FindingPlace = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hold') }),
  z.strictObject({ kind: z.literal('scores'), key: z.string().max(1000).optional() }),
  z.strictObject({ kind: z.literal('run') }),
  z.strictObject({
    kind: z.literal('file'),
    section: ManifestSection,
    path: z.string(),
    /** Counts from 1. */
    line: z.int().min(1).optional(),
    /** In bytes, of the first of them. */
    offset: z.int().min(0).optional(),
  }),
])
export type FindingPlace = z.infer<typeof FindingPlace>

/** What a check found. For people at the site only: it can quote the run, so it never leaves. */
export const Finding = z.strictObject({
  check: FindingSource,
  rank: FindingRank,
  place: FindingPlace,
  /** What was found, a plain sentence. */
  what: z.string().max(1000),
  /** A few characters of it, every unprintable one escaped; absent where they would tell nothing. */
  sample: z.string().max(1000).optional(),
  /** How often, where it was found more than once. */
  count: z.int().min(1),
  /** The check did not get through, so nobody has looked for what it looks for. */
  failed: z.literal(true).optional(),
})
export type Finding = z.infer<typeof Finding>

/** How many findings of each rank there are. */
export const FindingCounts = z.strictObject({
  critical: z.int().min(0),
  serious: z.int().min(0),
  notice: z.int().min(0),
})
export type FindingCounts = z.infer<typeof FindingCounts>

/** The worst rank that something was found of. */
export function worstRank(counts: FindingCounts): FindingRank | undefined {
  return FINDING_RANKS.find((rank) => counts[rank] > 0)
}

/** Findings with the worst first; within a rank in the order of the checks, so that two looks show the same list. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (one, other) =>
      FINDING_RANKS.indexOf(one.rank) - FINDING_RANKS.indexOf(other.rank) ||
      FINDING_SOURCES.indexOf(one.check) - FINDING_SOURCES.indexOf(other.check),
  )
}
