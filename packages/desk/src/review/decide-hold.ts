import { decide, type Refusal } from '@scoregate/gate/hold'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import type { Digest } from '@scoregate/protocol/digest'
import { getHold } from '../holds/hold-queries.ts'
import type { HoldSummary } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { recordDecision } from './decision-record.ts'

/** What a reviewer decided, over the digest of what they were shown. */
export type ReviewerDecision =
  | { kind: 'approve'; digest: Digest; artefacts: ArtefactName[]; reason?: string; note?: string }
  | { kind: 'reject'; digest: Digest; reason: string; note?: string }

/**
 * Takes a reviewer's decision. Decision, state and what follows from it are one transaction: of two reviewers at once
 * exactly one decides, the other is told so. Throws `ScoregateError` (`no-such-hold`).
 */
export async function decideHold(
  { db, clock, policyDigest }: { db: DeskDb; clock: () => Date; policyDigest: Digest },
  id: string,
  given: ReviewerDecision & { reviewer: string },
): Promise<{ kind: 'decided'; state: 'approved' | 'rejected' } | { kind: 'refused'; refusal: Refusal }> {
  return db.transaction().execute(async (transaction) => {
    const hold = await getHold(transaction, id)
    const now = clock()
    const { note, ...words } = given
    const decision = words.kind === 'approve' ? { ...words, artefacts: [...new Set(words.artefacts)] } : words
    const result = decide(
      {
        state: hold.state,
        manifestDigest: hold.manifestDigest,
        expiresAt: hold.expiresAt,
        hostile: hold.hostile,
        offered: hold.offered.map((artefact) => artefact.name),
      },
      decision,
      { now },
    )
    if (
      result.kind === 'refused' &&
      !(result.refusal.code === 'nothing-to-release' && releasesReasonAlone(hold))
    )
      return result
    const recorded = await recordDecision(transaction, {
      hold,
      verdict:
        decision.kind === 'approve' ? { kind: 'approve', artefacts: decision.artefacts } : { kind: 'reject' },
      kind: decision.kind,
      reviewer: decision.reviewer,
      reason: decision.reason,
      note,
      policyDigest,
      now,
    })
    // The hold was read in this transaction and transactions do not overlap, so this cannot happen; if it does, stop.
    if (!recorded) throw new Error(`Hold ${hold.id} changed while it was being decided.`)
    return { kind: 'decided', state: decision.kind === 'approve' ? 'approved' : 'rejected' }
  })
}

/**
 * Whether approving nothing still means something: a failed run whose very failure the policy keeps back. Its reason,
 * one of the closed list, is then what is released.
 */
export function releasesReasonAlone(hold: Pick<HoldSummary, 'kind' | 'rules'>): boolean {
  return hold.kind === 'failed-run' && hold.rules.failures === 'after-review'
}
