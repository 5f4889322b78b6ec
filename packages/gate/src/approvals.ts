import type { ArtefactName } from '@scoregate/protocol/artefact'
import { FINDING_RANKS, type FindingCounts, type FindingRank } from './checks/finding.ts'
import { isSamePerson } from './who-may-decide.ts'

/** Somebody who approved; `for` is the absent reviewer in whose place they did. */
export type Approver = { readonly reviewer: string; readonly for?: string | undefined }

/** An approval that stands and waits for a second one. */
export type StandingApproval = Approver & { readonly artefacts: readonly ArtefactName[] }

/** How many must approve a hold, and who has. There is no third: the second decides. */
export type Approvals =
  | { readonly needed: 1 }
  | { readonly needed: 2; readonly first?: StandingApproval | undefined }

/** The site's rules about how many must approve. */
export type ApprovalRules = {
  readonly approvals: 1 | 2
  /** Findings of these ranks, or of a worse one, need a second reviewer where one would be enough. */
  readonly twoFor: readonly FindingRank[]
}

/**
 * How many must approve a hold. `checks` undefined: they have not ended, so that nobody knows what they would find; a
 * check that did not get through counts as the worst finding.
 */
export function approvalsNeeded(
  rules: ApprovalRules,
  checks: { readonly counts: FindingCounts; readonly failed: readonly unknown[] } | undefined,
): 1 | 2 {
  if (rules.approvals === 2) return 2
  const mildest = FINDING_RANKS.findLastIndex((rank) => rules.twoFor.includes(rank))
  if (mildest < 0) return 1
  if (checks === undefined || checks.failed.length > 0) return 2
  return FINDING_RANKS.slice(0, mildest + 1).some((rank) => checks.counts[rank] > 0) ? 2 : 1
}

/** What would leave with this approval: what it ticks, and the one that stands before it ticked, too. */
export function leavingArtefacts(approvals: Approvals, ticked: readonly ArtefactName[]): ArtefactName[] {
  const first = approvals.needed === 2 ? approvals.first : undefined
  return ticked.filter((name) => first === undefined || first.artefacts.includes(name))
}

/**
 * Whether two approvals are of one person: by name, or since one decides in the place of the other, or both in the place
 * of a third. Nobody is two by being away.
 */
export function isSameSeat(one: Approver, other: Approver): boolean {
  const names = [other.reviewer, ...(other.for === undefined ? [] : [other.for])]
  return [one.reviewer, one.for].some(
    (name) => name !== undefined && names.some((theirs) => isSamePerson(name, theirs)),
  )
}
