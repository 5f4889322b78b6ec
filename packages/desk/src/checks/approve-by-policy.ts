import { worstRank } from '@scoregate/gate/finding'
import { decide } from '@scoregate/gate/hold'
import { needsReview } from '@scoregate/gate/policy'
import type { Digest } from '@scoregate/protocol/digest'
import type { SiteClock } from '../clock/site-clock.ts'
import { getHold } from '../holds/hold-queries.ts'
import type { Hold, HoldId } from '../holds/hold-record.ts'
import type { DeskTransaction } from '../migrations/desk-tables.ts'
import { askBudget, toDecidable } from '../review/decide-hold.ts'
import { POLICY_REVIEWER, recordDecision } from '../review/decision-record.ts'
import { checksTrouble, findChecks } from './hold-checks.ts'

/** Whether neither policy nor organizer asks for a review of a hold, so that its checks decide whether a person must look. */
export function isForPolicy(hold: Pick<Hold, 'kind' | 'rules' | 'job'>): boolean {
  return hold.kind === 'result' && !needsReview(hold.rules, hold.job.humanInTheLoop)
}

/** What the policy lets out of a hold by itself. */
export function tickedArtefacts(hold: Pick<Hold, 'offered'>) {
  return hold.offered.filter((artefact) => artefact.ticked).map((artefact) => artefact.name)
}

/**
 * Approves a hold of which nobody asks for a review, in the transaction that writes that its checks have ended: always
 * after they have, whatever the policy lets a reviewer do. If the policy's own choice cannot be approved (it ticks nothing
 * of this hold, the hold is hostile, or the clock is not to be trusted), or any finding stands, a person must look. Answers whether it was approved.
 */
export async function approveByPolicy(
  transaction: DeskTransaction,
  site: { readonly siteClock: SiteClock; readonly policyDigest: Digest },
  { id, now }: { id: HoldId; now: Date },
): Promise<boolean> {
  const hold = await getHold(transaction, id)
  const checks = await findChecks(transaction, id)
  if (checks?.state !== 'ended' || worstRank(checks.counts) !== undefined) return false
  if (!isForPolicy(hold) || hold.hostile || hold.scores.kind !== 'read') return false
  const artefacts = tickedArtefacts(hold)
  const result = decide(
    // The policy asks for no reviewer here, so it cannot ask for two.
    { ...(await toDecidable(transaction, hold)), approvals: { needed: 1 } },
    {
      ...{ kind: 'approve', digest: hold.manifestDigest, artefacts },
      ...{ reviewer: POLICY_REVIEWER, eligibility: { kind: 'may' } },
    },
    {
      now,
      clockTrouble: site.siteClock.trouble(),
      budget: await askBudget(transaction, hold, artefacts),
      checksTrouble: checksTrouble(checks, hold.rules.checks),
      look: { unseen: 'warn', seenWhole: [] },
    },
  )
  if (result.kind !== 'decided') return false
  return recordDecision(transaction, {
    hold,
    verdict: { kind: 'approve', artefacts },
    kind: 'auto',
    reviewer: POLICY_REVIEWER,
    policyDigest: site.policyDigest,
    now,
  })
}
