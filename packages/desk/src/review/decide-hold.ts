import { type Approver, leavingArtefacts } from '@scoregate/gate/approvals'
import {
  type DecidableHold,
  type Decision,
  type DecisionResult,
  decide,
  type Refusal,
} from '@scoregate/gate/hold'
import type { BudgetQuestion } from '@scoregate/gate/ledger'
import { verifyDecisionSignature } from '@scoregate/gate/reviewer-signatures'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import type { DecisionSignature } from '@scoregate/protocol/decision-statement'
import type { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { RejectionSentence } from '@scoregate/protocol/reason-code'
import type { Blobs } from '@scoregate/storage/blobs'
import type { Logger } from 'pino'
import { findApprovals, recordFirstApproval, recordLastApproval } from '../approvals/approval-records.ts'
import { findEligibility } from '../approvals/who-decides.ts'
import { auditHold, recordAct } from '../audit/record-act.ts'
import { checksTrouble, findChecks } from '../checks/hold-checks.ts'
import type { SiteClock } from '../clock/site-clock.ts'
import { getHold, isSuperseded } from '../holds/hold-queries.ts'
import type { Hold, HoldSummary } from '../holds/hold-record.ts'
import { decisionBits, findLearnedBits } from '../ledger/ledger.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { promiseNotices } from '../notices/promise-notices.ts'
import { readRelease } from '../release/read-release.ts'
import { recordDecision } from './decision-record.ts'
import { readLook } from './looked-at.ts'
import type { RejectReason } from './reject-reasons.ts'

/** What a reviewer decided, over the digest of what they were shown. */
export type ReviewerDecision =
  | { kind: 'approve'; digest: Digest; artefacts: ArtefactName[]; reason?: string; note?: string }
  | {
      kind: 'reject'
      digest: Digest
      /** A code of the list; empty where none was chosen, which the gate refuses. */
      reason: RejectReason | ''
      /** For the site alone. */
      note?: string
      /** What the participant reads. */
      sentence: RejectionSentence
    }

/** What deciding needs of its site. */
export type DecisionSite = {
  readonly db: DeskDb
  readonly blobs: Blobs
  readonly siteClock: SiteClock
  readonly policyDigest: Digest
  readonly log: Logger
}

/** What became of a reviewer's decision; `recorded`: the hold waits for a second approval. */
export type DecisionOutcome =
  | { kind: 'decided'; state: 'approved' | 'rejected' }
  | { kind: 'recorded'; standing: 1; needed: 2 }
  | { kind: 'refused'; refusal: Refusal }

type GivenDecision = ReviewerDecision & {
  reviewer: string
  /** By the reviewer's own passkey, over exactly this decision. */
  signature?: DecisionSignature | undefined
}

/**
 * Takes a reviewer's decision. What an approval would release is first read from the vault and compared with what was
 * sealed; then decision, state and what follows from it are one transaction: of two reviewers at once exactly one
 * decides, the other is told so; and where two must approve, exactly one is the first and the other decides. Throws
 * `ScoregateError` (`no-such-hold`).
 */
export async function decideHold(
  site: DecisionSite,
  id: string,
  given: GivenDecision,
): Promise<DecisionOutcome> {
  requireSignatureOver(given, site.policyDigest)
  const hold = await getHold(site.db, id)
  const early = (await askGate(site, site.db, hold, given)).result
  if (early.kind === 'refused') return early
  if (given.kind === 'approve') {
    const altered = await findVaultRefusal(site, hold, given.artefacts)
    if (altered !== undefined) return { kind: 'refused', refusal: altered }
  }
  return site.db.transaction().execute((transaction) => take(site, transaction, id, given))
}

async function take(
  site: DecisionSite,
  transaction: DeskTransaction,
  id: string,
  given: GivenDecision,
): Promise<DecisionOutcome> {
  const hold = await getHold(transaction, id)
  const { result, by } = await askGate(site, transaction, hold, given)
  if (result.kind === 'refused') return result
  const { reason, note, signature } = given
  const { policyDigest } = site
  const facts = { hold, policyDigest, now: site.siteClock.now() }
  const artefacts = given.kind === 'approve' ? [...new Set(given.artefacts)] : []
  const approval = { ...by, artefacts, reason, note, signature }
  if (result.kind === 'recorded') {
    const isFirst = await recordFirstApproval(transaction, { ...facts, approval })
    return isFirst ? result : { kind: 'refused', refusal: CHANGED_MEANWHILE }
  }
  const isRecorded = await recordDecision(transaction, {
    ...facts,
    ...by,
    verdict:
      given.kind === 'approve'
        ? { kind: 'approve', artefacts: leavingOf(result) }
        : { kind: 'reject', sentence: given.sentence },
    first: result.state === 'approved' ? result.first : undefined,
    kind: given.kind,
    reason,
    note,
    signature,
  })
  if (!isRecorded) return { kind: 'refused', refusal: CHANGED_MEANWHILE }
  if (result.state === 'approved') await recordLastApproval(transaction, { ...facts, approval })
  return { kind: 'decided', state: result.state }
}

/**
 * Whoever asked the passkey has compared what it signed with the form; what is recorded is compared once more, so that no
 * way to this place can bring a signature over something else. Throws an `Error`, as this cannot happen.
 */
function requireSignatureOver(given: GivenDecision, policyDigest: Digest): void {
  const { kind, digest: hold, reviewer, signature } = given
  if (signature === undefined) return
  const artefacts = given.kind === 'approve' ? [...new Set(given.artefacts)].sort() : []
  const isOver =
    signature.reviewer === reviewer &&
    signature.policyDigest === policyDigest &&
    signature.artefacts.join() === artefacts.join() &&
    verifyDecisionSignature({ hold, kind }, signature).kind === 'valid'
  if (!isOver) throw new Error('The signature of a decision is not over what is decided.')
}

function leavingOf(result: Extract<DecisionResult, { kind: 'decided' }>): readonly ArtefactName[] {
  return result.state === 'approved' ? result.artefacts : []
}

const CHANGED_MEANWHILE: Refusal = {
  code: 'not-awaiting',
  sentence: 'This hold changed, or its deadline came, while it was being decided. A decision is final.',
}

/** What the gate says of a decision, and who makes it, perhaps in the place of somebody absent. */
async function askGate(
  { siteClock }: DecisionSite,
  db: DeskDb | DeskTransaction,
  hold: Hold,
  given: GivenDecision,
): Promise<{ result: DecisionResult; by: Approver }> {
  const now = siteClock.now()
  const eligibility = await findEligibility(db, { hold, reviewer: given.reviewer, now })
  const { digest, reviewer } = given
  const decision: Decision =
    given.kind === 'approve'
      ? {
          ...{ kind: 'approve', digest, reviewer, eligibility, artefacts: [...new Set(given.artefacts)] },
          ...(given.reason === undefined ? {} : { reason: given.reason }),
        }
      : { kind: 'reject', digest, reviewer, eligibility, reason: given.reason }
  const decidable = await toDecidable(db, hold)
  const result = decide(decidable, decision, {
    now,
    clockTrouble: siteClock.trouble(),
    budget:
      decision.kind === 'approve'
        ? await askBudget(db, hold, leavingArtefacts(decidable.approvals, decision.artefacts))
        : undefined,
    checksTrouble: checksTrouble(await findChecks(db, hold.id), hold.rules.checks),
    isSignatureMissing: hold.rules.signed === 'required' && given.signature === undefined,
    look: decision.kind === 'approve' ? await readLook(db, { hold, reviewer: decision.reviewer }) : undefined,
  })
  return { result, by: { reviewer, for: eligibility.kind === 'may' ? eligibility.for : undefined } }
}

/** What the gate needs to know of a hold. */
export async function toDecidable(db: DeskDb | DeskTransaction, hold: Hold): Promise<DecidableHold> {
  return {
    ...hold,
    offered: hold.offered.map((artefact) => artefact.name),
    superseded: await isSuperseded(db, hold),
    reasonAlone: releasesReasonAlone(hold),
    approvals: await findApprovals(db, hold),
  }
}

/** What the ledger has to say about a release. */
export async function askBudget(
  db: DeskDb | DeskTransaction,
  hold: Hold,
  artefacts: readonly ArtefactName[],
): Promise<BudgetQuestion> {
  return {
    learnedBits: await findLearnedBits(db, hold),
    addedBits: decisionBits(hold, { kind: 'approve', artefacts }),
    budgetBits: hold.rules.budgetBits,
  }
}

/** Why the vault cannot give what would be released: whatever goes wrong while it is read, nothing is approved. */
async function findVaultRefusal(
  { db, blobs, siteClock, log }: DecisionSite,
  hold: Hold,
  artefacts: readonly ArtefactName[],
): Promise<Refusal | undefined> {
  try {
    await readRelease(blobs, hold, artefacts)
    return undefined
  } catch (error) {
    log.error({ err: error, holdId: hold.id }, 'An approval was refused: the vault has not what was sealed.')
    const alarm = error instanceof ScoregateError ? error.message : 'A sealed file cannot be read.'
    const act = { kind: 'release-stopped', hold: auditHold(hold), cause: 'altered' } as const
    await db.transaction().execute(async (transaction) => {
      await transaction
        .updateTable('hold')
        .set({ alarm })
        .where('id', '=', hold.id)
        .where('state', '=', 'awaiting')
        .execute()
      const now = siteClock.now()
      await recordAct(transaction, { act, now })
      await promiseNotices(transaction, { holdId: hold.id, kind: 'stopped', now })
    })
    return {
      code: 'vault-altered',
      sentence: `The vault no longer has what was sealed, so nothing was approved. ${alarm}`,
    }
  }
}

/**
 * Whether approving nothing still means something: a failed run whose very failure the policy keeps back. Its reason,
 * one of the closed list, is then what is released.
 */
export function releasesReasonAlone(hold: Pick<HoldSummary, 'kind' | 'rules'>): boolean {
  return hold.kind === 'failed-run' && hold.rules.failures === 'after-review'
}
