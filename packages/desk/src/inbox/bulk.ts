import type { DecisionSignature } from '@scoregate/protocol/decision-statement'
import { Digest } from '@scoregate/protocol/digest'
import { type Deciding, findDeciding } from '../approvals/deciding.ts'
import type { Audit } from '../audit/audit.ts'
import { findChecks, type HoldChecks } from '../checks/hold-checks.ts'
import { findHold } from '../holds/hold-queries.ts'
import type { HoldId, HoldSummary } from '../holds/hold-record.ts'
import { type DecisionSite, decideHold } from '../review/decide-hold.ts'
import type { RejectReason } from '../review/reject-reasons.ts'

/** So many holds are decided at once at most: more than a page of the inbox has, and fewer than nobody reads. */
export const BULK_LIMIT = 100

/**
 * Why a hold cannot be decided together with others, in words that follow its name; undefined where it can. Only what
 * needs no look beyond its scores: everything else is decided on its own page.
 */
export function bulkHindrance(
  hold: HoldSummary,
  { checks, deciding }: { checks: HoldChecks | undefined; deciding: Deciding | undefined },
): string | undefined {
  if (hold.state !== 'awaiting') return 'was decided already'
  if (hold.kind === 'failed-run') return 'is a failed run'
  if (hold.hostile) return 'has suspicious output'
  if (hold.alarm !== undefined) return 'has files that are not as they were sealed'
  if (hold.scores.kind !== 'read') return 'has no scores that could be read'
  if (hold.scores.undeclaredKeys.length > 0) return 'has scores that no column declares'
  if (checks?.state !== 'ended') return 'has checks that have not ended'
  if (checks.failed.length > 0) return 'has checks that did not get through'
  const { critical, serious, notice } = checks.counts
  if (critical + serious + notice > 0) return 'has findings'
  if (deciding?.eligibility.kind !== 'may') return 'is not yours to decide'
  const ticked = hold.offered.filter((artefact) => artefact.ticked).map(({ name }) => name)
  if (ticked.length !== 1 || ticked[0] !== 'scores') return 'would release more or less than its scores'
  return undefined
}

/** A hold with the digest under which it was shown, as a form carries it: `id:digest`. */
export type BulkItem = { readonly id: string; readonly digest: Digest }

/** Reads `id:digest`; undefined for anything else. */
export function parseBulkItem(text: string): BulkItem | undefined {
  const [id = '', digest] = text.split(':')
  const parsed = Digest.safeParse(digest)
  return parsed.success ? { id, digest: parsed.data } : undefined
}

/** What became of one hold: decided, waiting for a second reviewer, or why it was not decided. */
export type BulkOutcome =
  | { readonly kind: 'decided'; readonly id: string; readonly hold: HoldSummary }
  | { readonly kind: 'recorded'; readonly id: string; readonly hold: HoldSummary }
  | { readonly kind: 'overtaken'; readonly id: string; readonly hold: HoldSummary }
  | {
      readonly kind: 'refused'
      readonly id: string
      readonly hold: HoldSummary | undefined
      readonly sentence: string
    }

/** What is decided for all of them. A rejection has one reason for all, from the list. */
export type BulkVerdict =
  | { readonly kind: 'release' }
  | { readonly kind: 'reject'; readonly reason: RejectReason }

/**
 * Decides holds one after the other, each by the same rules, with a decision and an audit entry of its own. One that
 * cannot be decided keeps none of the others back.
 */
export async function decideInBulk(
  site: DecisionSite & { audit: Audit },
  given: {
    items: readonly BulkItem[]
    verdict: BulkVerdict
    reviewer: string
    /** One for each item, in their order, where they were signed together. */
    signatures?: readonly DecisionSignature[] | undefined
  },
): Promise<BulkOutcome[]> {
  const outcomes: BulkOutcome[] = []
  for (const [index, item] of given.items.entries()) {
    outcomes.push(await decideOne(site, { ...given, item, signature: given.signatures?.[index] }))
  }
  await site.audit.written()
  return outcomes
}

async function decideOne(
  site: DecisionSite,
  {
    item,
    verdict,
    reviewer,
    signature,
  }: {
    item: BulkItem
    verdict: BulkVerdict
    reviewer: string
    signature: DecisionSignature | undefined
  },
): Promise<BulkOutcome> {
  const { id, digest } = item
  const hold = await findHold(site.db, id)
  if (hold === undefined) {
    return { kind: 'refused', id, hold, sentence: 'There is no hold with this identifier.' }
  }
  if (hold.state !== 'awaiting') return { kind: 'overtaken', id, hold }
  const hindrance = bulkHindrance(hold, {
    checks: await findChecks(site.db, hold.id),
    deciding: await findDeciding(site.db, { hold, reviewer, now: site.siteClock.now() }),
  })
  if (hindrance !== undefined) {
    return { kind: 'refused', id, hold, sentence: `It ${hindrance}. Decide it on its own page.` }
  }
  const decision =
    verdict.kind === 'release'
      ? ({ kind: 'approve', digest, artefacts: ['scores'], reviewer } as const)
      : ({ kind: 'reject', digest, reason: verdict.reason, sentence: 'no-more', reviewer } as const)
  const result = await decideHold(
    site,
    id,
    decision.kind === 'approve'
      ? { ...decision, artefacts: [...decision.artefacts], signature }
      : { ...decision, signature },
  )
  if (result.kind !== 'refused') return { kind: result.kind, id, hold }
  if (result.refusal.code === 'not-awaiting') return { kind: 'overtaken', id, hold }
  return { kind: 'refused', id, hold, sentence: result.refusal.sentence }
}

/** Which of these holds can be decided together, in the order given, and why the others cannot. */
export function sortForBulk(
  holds: readonly HoldSummary[],
  { checks, deciding }: { checks: ReadonlyMap<HoldId, HoldChecks>; deciding: ReadonlyMap<HoldId, Deciding> },
): {
  together: HoldSummary[]
  alone: { hold: HoldSummary; hindrance: string }[]
} {
  const together: HoldSummary[] = []
  const alone: { hold: HoldSummary; hindrance: string }[] = []
  for (const hold of holds) {
    const hindrance = bulkHindrance(hold, { checks: checks.get(hold.id), deciding: deciding.get(hold.id) })
    if (hindrance === undefined) together.push(hold)
    else alone.push({ hold, hindrance })
  }
  return { together, alone }
}

/** The identifiers, without those named twice and without those beyond the limit. */
export function withinLimit<Id extends string | HoldId>(ids: readonly Id[]): Id[] {
  return [...new Set(ids)].slice(0, BULK_LIMIT)
}
