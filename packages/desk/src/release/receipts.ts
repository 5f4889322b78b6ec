import type { KeyObject } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { readReceipt, receiptStatement, signReceipt, sitePublicKeyOf } from '@scoregate/gate/receipt'
import type { AuditAct, ChainHead } from '@scoregate/protocol/audit'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Receipt, ReceiptDecision, ReceiptPredicate, ReceiptSubject } from '@scoregate/protocol/receipt'
import { approverFields } from '../approvals/approval-records.ts'
import type { Audit } from '../audit/audit.ts'
import { auditHold, recordAct } from '../audit/record-act.ts'
import type { Hold } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { type DecisionRecord, findDecision } from '../review/decision-record.ts'
import { type OutboxItem, storeReceipt } from './outbox-queries.ts'
import type { PlannedOutcome } from './planned-outcome.ts'

/** An outcome that goes with a receipt: all but the word that a result waits. */
export type ReceiptedOutcome = Exclude<PlannedOutcome, { kind: 'awaiting-validation' }>

/** What signing needs of its desk. */
export type SigningSite = {
  readonly db: DeskDb
  readonly siteKey: KeyObject
  readonly audit: Audit
  readonly clock: () => Date
}

/**
 * The receipt of an outcome. At the first try, the chain records that the outcome begins, and the receipt is signed over
 * the chain right after that entry; every later try gets the same receipt, byte for byte. Resolves when the entry is in
 * the chain's file: from then on the outcome may leave.
 *
 * `released` are the digests of exactly what is about to be sent. Throws `ScoregateError`: `vault-altered` when they are
 * not those on the receipt of an earlier try, `not-decided` when nobody decided what is to be told.
 */
export async function ensureReceipt(
  site: SigningSite,
  given: { item: OutboxItem; outcome: ReceiptedOutcome; hold: Hold; released: readonly ReceiptSubject[] },
): Promise<Receipt> {
  const receipt = await site.db.transaction().execute(async (transaction) => {
    const earlier = findEarlier(site.siteKey, given)
    if (earlier !== undefined) return earlier
    const head = await recordBegun(transaction, given, site.clock())
    const predicate = await predicateOf(transaction, given, head)
    const signed = signReceipt(receiptStatement({ predicate, released: given.released }), site.siteKey)
    await storeReceipt(transaction, given.item, signed)
    return signed
  })
  await site.audit.written()
  return receipt
}

/** The receipt of an earlier try, if the key of this site signed it; after a change of keys it is made anew. */
function findEarlier(
  siteKey: KeyObject,
  { item, hold, released }: { item: OutboxItem; hold: Hold; released: readonly ReceiptSubject[] },
): Receipt | undefined {
  const { receipt } = item
  if (receipt === undefined) return undefined
  const reading = readReceipt(receipt, sitePublicKeyOf(siteKey))
  if (reading.kind === 'invalid' && reading.flaw.code === 'other-key') return undefined
  if (reading.kind === 'valid') {
    const { subject, predicate } = reading.statement
    const expected = receiptStatement({ predicate, released }).subject
    if (predicate.hold === hold.manifestDigest && isDeepStrictEqual(subject, expected)) return receipt
  }
  throw new ScoregateError({
    kind: 'internal',
    code: 'vault-altered',
    message: 'What the vault holds is not what the receipt of an earlier try names.',
    remedy: 'Nothing was released. Look for a failing disk or for somebody who changed the files.',
  })
}

function recordBegun(
  transaction: DeskTransaction,
  { outcome, hold, released }: { outcome: ReceiptedOutcome; hold: Hold; released: readonly ReceiptSubject[] },
  now: Date,
): Promise<ChainHead> {
  const act: AuditAct =
    outcome.kind === 'failed'
      ? { kind: 'failure-begun', hold: auditHold(hold), ...failureOf(outcome) }
      : {
          kind: 'release-begun',
          hold: auditHold(hold),
          outcome: outcome.kind,
          subjects: [...released],
        }
  return recordAct(transaction, { act, now })
}

async function predicateOf(
  transaction: DeskTransaction,
  { outcome, hold }: { outcome: ReceiptedOutcome; hold: Hold },
  chain: ChainHead,
): Promise<ReceiptPredicate> {
  const decision = await findDecision(transaction, hold.id)
  const isToldAtOnce =
    outcome.kind === 'failed' && hold.kind === 'failed-run' && hold.rules.failures === 'at-once'
  const facts = {
    platform: hold.platform,
    jobId: hold.job.jobId,
    attempt: hold.attempt,
    submissionId: hold.job.submission.id,
    hold: hold.manifestDigest,
    outcome: outcome.kind,
    ...(outcome.kind === 'failed' ? failureOf(outcome) : {}),
    chain,
  }
  if (isToldAtOnce) {
    return { ...facts, decision: { kind: 'none' }, artefacts: [], policyDigest: hold.policyDigest }
  }
  if (decision === undefined || decision.manifestDigest !== hold.manifestDigest) throw notDecided()
  const isHalf = hold.rules.approvals === 2 && decision.kind === 'approve' && decision.first === undefined
  if (isHalf) throw notDecided()
  return {
    ...facts,
    decision: decisionOf(decision),
    artefacts: [...decision.artefacts],
    policyDigest: decision.policyDigest,
  }
}

function failureOf({ reason, sentence }: Extract<ReceiptedOutcome, { kind: 'failed' }>) {
  return sentence === undefined ? { reason } : { reason, sentence }
}

/** A refusal names nobody, so the signature of whoever refused stays at the site, too. */
function decisionOf(decision: DecisionRecord): ReceiptDecision {
  const { kind, first } = decision
  const decidedAt = decision.decidedAt.toISOString()
  if (kind !== 'approve') return { kind, decidedAt }
  const rests = first === undefined ? {} : { first: approverFields(first) }
  const signatures = decision.signatures.length === 0 ? {} : { signatures: [...decision.signatures] }
  return { kind, ...approverFields(decision), ...rests, decidedAt, ...signatures }
}

/** The error for an outcome over which the records hold no decision. */
export function notDecided(): ScoregateError {
  return new ScoregateError({
    kind: 'internal',
    code: 'not-decided',
    message: 'The records hold no decision over exactly what was to be told.',
    remedy: 'Nothing was released. Look for somebody who changed the database.',
  })
}
