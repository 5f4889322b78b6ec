import { type Decision, decide, type Refusal } from '@scoregate/gate/hold'
import type { BudgetQuestion } from '@scoregate/gate/ledger'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import type { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { RejectionSentence } from '@scoregate/protocol/reason-code'
import type { Blobs } from '@scoregate/storage/blobs'
import type { Logger } from 'pino'
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
import type { Verdict } from './outcomes-of-decision.ts'
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

type Refused = { kind: 'refused'; refusal: Refusal }

/**
 * Takes a reviewer's decision. What an approval would release is first read from the vault and compared with what was
 * sealed; then decision, state and what follows from it are one transaction: of two reviewers at once exactly one
 * decides, the other is told so. Throws `ScoregateError` (`no-such-hold`).
 */
export async function decideHold(
  site: DecisionSite,
  id: string,
  given: ReviewerDecision & { reviewer: string },
): Promise<{ kind: 'decided'; state: 'approved' | 'rejected' } | Refused> {
  const { note } = given
  const decision = decisionOf(given)
  const verdict: Verdict =
    given.kind === 'approve'
      ? { kind: 'approve', artefacts: [...new Set(given.artefacts)] }
      : { kind: 'reject', sentence: given.sentence }
  const hold = await getHold(site.db, id)
  const early = await findRefusal(site, site.db, hold, decision)
  if (early !== undefined) return { kind: 'refused', refusal: early }
  if (decision.kind === 'approve') {
    const altered = await findVaultRefusal(site, hold, decision.artefacts)
    if (altered !== undefined) return { kind: 'refused', refusal: altered }
  }
  return site.db
    .transaction()
    .execute((transaction) => take(site, transaction, { id, decision, verdict, note }))
}

/** What the gate needs of a decision: the notes and sentences that go with it are not for it to judge. */
function decisionOf(given: ReviewerDecision & { reviewer: string }): Decision {
  const { digest, reviewer } = given
  if (given.kind === 'reject') return { kind: 'reject', digest, reviewer, reason: given.reason }
  const { reason } = given
  const artefacts = [...new Set(given.artefacts)]
  return { kind: 'approve', digest, reviewer, artefacts, ...(reason === undefined ? {} : { reason }) }
}

async function take(
  site: DecisionSite,
  transaction: DeskTransaction,
  {
    id,
    decision,
    verdict,
    note,
  }: { id: string; decision: Decision; verdict: Verdict; note: string | undefined },
): Promise<{ kind: 'decided'; state: 'approved' | 'rejected' } | Refused> {
  const hold = await getHold(transaction, id)
  const refusal = await findRefusal(site, transaction, hold, decision)
  if (refusal !== undefined) return { kind: 'refused', refusal }
  const isRecorded = await recordDecision(transaction, {
    hold,
    verdict,
    kind: decision.kind,
    reviewer: decision.reviewer,
    reason: decision.reason,
    note,
    policyDigest: site.policyDigest,
    now: site.siteClock.now(),
  })
  if (!isRecorded) return { kind: 'refused', refusal: CHANGED_MEANWHILE }
  return { kind: 'decided', state: decision.kind === 'approve' ? 'approved' : 'rejected' }
}

const CHANGED_MEANWHILE: Refusal = {
  code: 'not-awaiting',
  sentence: 'This hold changed, or its deadline came, while it was being decided. A decision is final.',
}

async function findRefusal(
  { siteClock }: DecisionSite,
  db: DeskDb | DeskTransaction,
  hold: Hold,
  decision: Decision,
): Promise<Refusal | undefined> {
  const offered = hold.offered.map((artefact) => artefact.name)
  const superseded = await isSuperseded(db, hold)
  const result = decide({ ...hold, offered, superseded }, decision, {
    now: siteClock.now(),
    clockTrouble: siteClock.trouble(),
    budget: decision.kind === 'approve' ? await askBudget(db, hold, decision.artefacts) : undefined,
    checksTrouble: checksTrouble(await findChecks(db, hold.id), hold.rules.checks),
    look: decision.kind === 'approve' ? await readLook(db, { hold, reviewer: decision.reviewer }) : undefined,
  })
  if (result.kind === 'decided') return undefined
  if (result.refusal.code === 'nothing-to-release' && releasesReasonAlone(hold)) return undefined
  return result.refusal
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
