import type { Approver } from '@scoregate/gate/approvals'
import { needsReview } from '@scoregate/gate/policy'
import { ArtefactName } from '@scoregate/protocol/artefact'
import type { AuditDecision } from '@scoregate/protocol/audit'
import { DecisionSignature } from '@scoregate/protocol/decision-statement'
import { Digest } from '@scoregate/protocol/digest'
import { RejectionSentence } from '@scoregate/protocol/reason-code'
import { z } from 'zod'
import { approverFields, findFirstSignature, signedBy } from '../approvals/approval-records.ts'
import { auditHold, recordAct, textDigest } from '../audit/record-act.ts'
import { rememberFileNames } from '../checks/read-history.ts'
import { raiseClockMark } from '../clock/clock-mark.ts'
import { rememberScores } from '../history/released-scores.ts'
import { type DeadlineRule, moveHold, moveUndecided } from '../holds/hold-queries.ts'
import type { Hold, HoldId } from '../holds/hold-record.ts'
import { chargeBits, decisionBits } from '../ledger/ledger.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { promiseOutcome } from '../release/outbox-queries.ts'
import { outcomesOfDecision, sentenceIfTold, type Verdict } from './outcomes-of-decision.ts'

/** `auto` is an approval by the policy, which asks for no review of this competition. */
export const DecisionKind = z.enum(['approve', 'reject', 'expire', 'auto'])
export type DecisionKind = z.infer<typeof DecisionKind>

/** A decision as it was recorded, once and for good. */
export type DecisionRecord = {
  readonly manifestDigest: Digest
  readonly kind: DecisionKind
  /** The reviewer's name; `policy` for what no person decided. */
  readonly reviewer: string
  /** The absent reviewer in whose place they decided. */
  readonly for: string | undefined
  /** Where two had to approve: who did first. */
  readonly first: Approver | undefined
  /** A code of `REJECT_REASONS`, an `ExpiryCause`, or a reviewer's own words. For the site alone. */
  readonly reason: string | undefined
  readonly note: string | undefined
  /** Of a rejection: what the participant reads. */
  readonly sentence: RejectionSentence | undefined
  readonly artefacts: readonly ArtefactName[]
  readonly decidedAt: Date
  readonly policyDigest: Digest
  /** By the passkeys of those who decided, as far as they used one, the first approval's first. */
  readonly signatures: readonly DecisionSignature[]
}

/** The name under which the site's policy and its deadlines decide. */
export const POLICY_REVIEWER = 'policy'

const STATE_AFTER = { approve: 'approved', reject: 'rejected', expire: 'expired' } as const

/** Who decides: a reviewer, with the approval on which theirs rests where two were needed; or the policy. */
type Decider = Approver & { readonly first?: Approver | undefined }

/**
 * Decides a hold: its state, the decision, its entries in audit and ledger and what the platform will be told, in the given
 * transaction. Answers whether it was still undecided and the deadline allows it; if not, nothing was written. Throws where
 * the rules of the hold want more than this: that is a programming error above.
 */
export async function recordDecision(
  transaction: DeskTransaction,
  given: {
    hold: Hold
    verdict: Verdict
    kind: DecisionKind
    reason?: string | undefined
    note?: string | undefined
    signature?: DecisionSignature | undefined
    policyDigest: Digest
    now: Date
  } & Decider,
): Promise<boolean> {
  const { hold, verdict, first, now } = given
  requireLawful(given)
  const state = STATE_AFTER[verdict.kind]
  const decidedAt = now.toISOString()
  const moved = await moveUndecided(transaction, {
    hold,
    to: state,
    deadline: deadlineFor(verdict),
    first: first?.reviewer,
    now,
  })
  if (!moved) return false
  await raiseClockMark(transaction, now)
  await transaction
    .insertInto('decision')
    .values({
      hold_id: hold.id,
      manifest_digest: hold.manifestDigest,
      kind: given.kind,
      reviewer: given.reviewer,
      for_reviewer: given.for ?? null,
      first_reviewer: first?.reviewer ?? null,
      first_for: first?.for ?? null,
      reason: given.reason ?? null,
      note: given.note ?? null,
      sentence: verdict.kind === 'reject' ? verdict.sentence : null,
      artefacts_json: JSON.stringify(verdict.kind === 'approve' ? verdict.artefacts : []),
      decided_at: decidedAt,
      policy_digest: given.policyDigest,
      signature_json: given.signature === undefined ? null : JSON.stringify(given.signature),
    })
    .execute()
  const act = {
    kind: 'decided',
    hold: auditHold(hold),
    decision: auditDecision(given),
    policyDigest: given.policyDigest,
  } as const
  await recordAct(transaction, { act, now })
  if (verdict.kind === 'approve') await rememberFileNames(transaction, hold)
  if (verdict.kind === 'approve' && verdict.artefacts.includes('scores'))
    await rememberScores(transaction, { hold, now })
  await chargeBits(transaction, { hold, cause: 'decision', bits: decisionBits(hold, verdict), now })
  const outcomes = outcomesOfDecision(hold, verdict, now)
  for (const outcome of outcomes) await promiseOutcome(transaction, { holdId: hold.id, outcome, now })
  if (outcomes.length === 0 && (state === 'rejected' || state === 'expired')) {
    await moveHold(transaction, { id: hold.id, from: state, to: 'closed', set: { ended_at: decidedAt } })
  }
  return true
}

/** What no code path may get past: a signature where the site wants one, two where it says two, and the policy alone only where nobody asks for a review. */
function requireLawful(
  given: { hold: Hold; kind: DecisionKind; signature?: DecisionSignature | undefined } & Decider,
): void {
  const { hold, kind, first, signature } = given
  if (kind === 'approve' && hold.rules.signed === 'required' && signature === undefined)
    throw new Error('An approval of this hold must be signed, and this one is not.')
  if (kind === 'approve' && hold.rules.approvals === 2 && first === undefined)
    throw new Error('Two reviewers must approve this hold, and only one has.')
  if (kind === 'auto' && needsReview(hold.rules, hold.job.humanInTheLoop))
    throw new Error('A person must look at this hold.')
}

function deadlineFor(verdict: Verdict): DeadlineRule {
  if (verdict.kind !== 'expire') return 'ahead'
  return verdict.cause === 'deadline' ? 'come' : 'either'
}

/** A decision as the chain tells it: a reviewer's own words as digests. */
function auditDecision(
  given: {
    hold: Hold
    verdict: Verdict
    kind: DecisionKind
    reason?: string | undefined
    note?: string | undefined
    signature?: DecisionSignature | undefined
  } & Decider,
): AuditDecision {
  const { verdict, kind, first, reason, note } = given
  const { salt } = given.hold.manifest
  const words = {
    ...(reason === undefined ? {} : { reasonDigest: textDigest(reason, salt) }),
    ...(note === undefined ? {} : { noteDigest: textDigest(note, salt) }),
    ...signedBy(given.signature),
  }
  switch (verdict.kind) {
    case 'approve': {
      const artefacts = [...verdict.artefacts]
      if (kind === 'auto') return { kind, artefacts }
      const rests = first === undefined ? {} : { first: approverFields(first) }
      return { kind: 'approve', ...approverFields(given), ...rests, artefacts, ...words }
    }
    case 'reject':
      return { kind: 'reject', ...approverFields(given), ...sentenceIfTold(verdict.sentence), ...words }
    case 'expire':
      return { kind: 'expire', cause: verdict.cause }
  }
}

/** The decision over a hold, if it was made. */
export async function findDecision(db: DeskDb, holdId: HoldId): Promise<DecisionRecord | undefined> {
  const row = await db.selectFrom('decision').selectAll().where('hold_id', '=', holdId).executeTakeFirst()
  if (row === undefined) return undefined
  const first = row.first_reviewer === null ? undefined : await findFirstSignature(db, holdId)
  const signatures = [first, row.signature_json].flatMap((json) =>
    json === null || json === undefined ? [] : [DecisionSignature.parse(JSON.parse(json))],
  )
  return {
    manifestDigest: Digest.parse(row.manifest_digest),
    kind: DecisionKind.parse(row.kind),
    reviewer: row.reviewer,
    for: row.for_reviewer ?? undefined,
    first:
      row.first_reviewer === null
        ? undefined
        : { reviewer: row.first_reviewer, for: row.first_for ?? undefined },
    reason: row.reason ?? undefined,
    note: row.note ?? undefined,
    sentence: row.sentence === null ? undefined : RejectionSentence.parse(row.sentence),
    artefacts: z.array(ArtefactName).parse(JSON.parse(row.artefacts_json)),
    decidedAt: new Date(row.decided_at),
    policyDigest: Digest.parse(row.policy_digest),
    signatures,
  }
}
