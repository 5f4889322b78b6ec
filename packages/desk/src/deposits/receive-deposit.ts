import { deadlineOf } from '@scoregate/gate/deadline'
import { FAILURE_BITS, fitsBudget } from '@scoregate/gate/ledger'
import { type Policy, rulesFor } from '@scoregate/gate/policy'
import type { AuditAct } from '@scoregate/protocol/audit'
import type { Deposit } from '@scoregate/protocol/deposit'
import type { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { ReasonCode } from '@scoregate/protocol/reason-code'
import { auditHold, recordAct } from '../audit/record-act.ts'
import { isForPolicy, tickedArtefacts } from '../checks/approve-by-policy.ts'
import { queueChecks } from '../checks/hold-checks.ts'
import { raiseClockMark } from '../clock/clock-mark.ts'
import type { SiteClock } from '../clock/site-clock.ts'
import { linkFor } from '../codabench/codabench-client.ts'
import { keepReturnAddress } from '../codabench/return-addresses.ts'
import { offeredArtefacts } from '../holds/artefact-entries.ts'
import { foldName, HoldId, HoldRules, type HoldScores, newHoldId } from '../holds/hold-record.ts'
import { chargeBits, findLearnedBits } from '../ledger/ledger.ts'
import type { DeskDb, DeskTransaction, NewHoldRow } from '../migrations/desk-tables.ts'
import { promiseNotices } from '../notices/promise-notices.ts'
import { planReminders } from '../notices/reminders.ts'
import { promiseOutcome } from '../release/outbox-queries.ts'
import { readRelease } from '../release/read-release.ts'
import type { Vault } from '../vault/vault.ts'
import { checkDeposit, normalPlatform } from './check-deposit.ts'
import { type CodabenchReturns, checkReturnAddress } from './check-return-address.ts'
import { readHoldScores } from './read-hold-scores.ts'

/** What receiving a deposit needs of its site. */
export type DepositSite = {
  readonly db: DeskDb
  readonly vault: Vault
  readonly policy: Policy
  readonly policyDigest: Digest
  readonly platforms: readonly string[]
  /** The platforms among them that are Codabench's, and what opens the return addresses of their jobs. */
  readonly codabench: CodabenchReturns
  readonly siteClock: SiteClock
}

/** Rows of one insert stay well below SQLite's limit on parameters. */
const ROWS_PER_INSERT = 1000

/** Ten thousand files one after the other would be ten thousand waits. */
const LOOKS_AT_ONCE = 64

/**
 * Turns a deposit into a hold, with what the platform is to hear of it, in one transaction; the same deposit again is
 * the same hold. The checks look at it next; where neither the policy nor the organizer asks for review, the policy approves
 * it when they have ended, by the same rules as a reviewer. Throws `ScoregateError`: `bad-deposit`, `blobs-missing`, `other-deposit`.
 */
export async function receiveDeposit(
  site: DepositSite,
  deposit: Deposit,
): Promise<{ holdId: HoldId; isNew: boolean }> {
  checkDeposit(deposit, site.platforms)
  const address = checkReturnAddress(deposit, site.codabench)
  const before = await findSameDeposit(site.db, deposit)
  if (before !== undefined) return { holdId: before, isNew: false }
  await refuseMissingBlobs(site, deposit)

  const { manifest, job } = deposit
  const policyRules = HoldRules.parse(rulesFor(site.policy, job.competition))
  const scores = await readHoldScores({
    blobs: site.vault.blobs,
    manifest,
    columns: job.columns,
    rules: policyRules,
  })
  const failure = failureOf(deposit, scores)
  const kind = failure === undefined ? 'result' : 'failed-run'
  const offered = offeredArtefacts({ manifest, rules: policyRules, scores, kind }).filter(
    // What the platform gave no link for cannot be published there.
    ({ name }) => address === undefined || name === 'scores' || linkFor(address, name) !== undefined,
  )
  if (isForPolicy({ kind, rules: policyRules, job })) {
    // As before a reviewer's approval: what the vault has must be what was sealed. If not, the worker sends it again.
    const read = { manifest, manifestDigest: deposit.manifestDigest, rules: policyRules, scores, job }
    await readRelease(site.vault.blobs, read, tickedArtefacts({ offered }))
  }

  return site.db.transaction().execute(async (transaction) => {
    const same = await findSameDeposit(transaction, deposit)
    if (same !== undefined) return { holdId: same, isNew: false }
    const now = site.siteClock.now()
    const id = newHoldId()
    const rules = await rulesWithinBudget(transaction, deposit, policyRules)
    const linksExpireAt = deposit.linksExpireAt === undefined ? undefined : new Date(deposit.linksExpireAt)
    const deadline = deadlineOf(rules, { depositedAt: now, linksExpireAt })
    const row: NewHoldRow = {
      id,
      platform: normalPlatform(deposit.platform),
      job_id: job.jobId,
      attempt: job.attempt,
      manifest_digest: deposit.manifestDigest,
      manifest_json: JSON.stringify(manifest),
      job_json: JSON.stringify(job),
      worker: deposit.worker,
      kind,
      failure: failure ?? null,
      state: 'awaiting',
      hostile: manifest.refusals.length > 0 ? 1 : 0,
      file_count: manifest.entries.length,
      total_bytes: manifest.entries.reduce((sum, entry) => sum + entry.sizeBytes, 0),
      policy_digest: site.policyDigest,
      rules_json: JSON.stringify(rules),
      scores_json: JSON.stringify(scores),
      offered_json: JSON.stringify(offered),
      deposited_at: now.toISOString(),
      expires_at: deadline.at.toISOString(),
      deadline_cause: deadline.cause,
      decided_at: null,
      ended_at: null,
      alarm: null,
      content_removed_at: null,
      competition_folded: foldName(job.competition.title),
      participant_folded: foldName(job.participant.username),
      worker_folded: foldName(deposit.worker),
    }
    await transaction.insertInto('hold').values(row).execute()
    await raiseClockMark(transaction, now)
    await recordAct(transaction, { act: depositedAct(site, { id, deposit, failure }), now })
    await claimBlobs(transaction, { holdId: id, deposit, now })
    if (deposit.returnAddress !== undefined) {
      await keepReturnAddress(transaction, { holdId: id, sealed: deposit.returnAddress })
    }
    const failureIsTold = failure !== undefined && rules.failures === 'at-once'
    if (failureIsTold) {
      const hold = { id, platform: row.platform, job }
      await chargeBits(transaction, { hold, cause: 'failure-told', bits: FAILURE_BITS, now })
    }
    await promiseOutcome(transaction, {
      holdId: id,
      outcome: failureIsTold ? { kind: 'failed', reason: failure } : { kind: 'awaiting-validation' },
      now,
    })
    await queueChecks(transaction, { holdId: id, totalBytes: row.total_bytes, now })
    // What the policy may approve presses nobody before the checks have ended. A failed run presses nobody, unless its participant is told of it only after a person looked.
    if (!isForPolicy({ kind, rules, job }) && (kind === 'result' || !failureIsTold)) {
      await promiseNotices(transaction, { holdId: id, kind: 'waiting', now })
      await planReminders(transaction, { holdId: id, rules, from: now, deadline: deadline.at })
    }
    return { holdId: id, isNew: true }
  })
}

function depositedAct(
  site: DepositSite,
  { id, deposit, failure }: { id: HoldId; deposit: Deposit; failure: ReasonCode | undefined },
): AuditAct {
  const { job, worker, manifestDigest } = deposit
  return {
    kind: 'deposited',
    hold: auditHold({ id, manifestDigest }),
    platform: normalPlatform(deposit.platform),
    jobId: job.jobId,
    attempt: job.attempt,
    submissionId: job.submission.id,
    worker,
    ...(failure === undefined ? {} : { failure }),
    policyDigest: site.policyDigest,
  }
}

/** A failure told at once tells something, too: where that does not fit into the budget any more, it waits for a person. */
async function rulesWithinBudget(
  transaction: DeskTransaction,
  { platform, job }: Deposit,
  rules: HoldRules,
): Promise<HoldRules> {
  const learnedBits = await findLearnedBits(transaction, { platform: normalPlatform(platform), job })
  const question = { learnedBits, addedBits: FAILURE_BITS, budgetBits: rules.budgetBits }
  return fitsBudget(question) ? rules : { ...rules, failures: 'after-review' }
}

/** Why the run counts as failed; the desk looks for itself and does not take a worker's word for usable scores. */
function failureOf(deposit: Deposit, scores: HoldScores): ReasonCode | undefined {
  if (deposit.failure !== undefined) return deposit.failure
  if (scores.kind === 'read') return undefined
  if (deposit.manifest.refusals.length > 0) return 'output-refused'
  return scores.kind === 'missing' ? 'no-scores' : 'scores-unreadable'
}

async function findSameDeposit(db: DeskDb | DeskTransaction, deposit: Deposit): Promise<HoldId | undefined> {
  const row = await db
    .selectFrom('hold')
    .select(['id', 'manifest_digest'])
    .where('platform', '=', normalPlatform(deposit.platform))
    .where('job_id', '=', deposit.job.jobId)
    .where('attempt', '=', deposit.job.attempt)
    .executeTakeFirst()
  if (row === undefined || row.manifest_digest === deposit.manifestDigest) return row && HoldId.parse(row.id)
  throw new ScoregateError({
    kind: 'conflict',
    code: 'other-deposit',
    message: `Attempt ${deposit.job.attempt} of job ${deposit.job.jobId} was deposited before, with other content.`,
    remedy: 'One attempt has one hold. The first deposit stays as it is.',
  })
}

async function refuseMissingBlobs(site: DepositSite, deposit: Deposit): Promise<void> {
  const { entries } = deposit.manifest
  const missing: string[] = []
  for (let at = 0; at < entries.length; at += LOOKS_AT_ONCE) {
    const part = entries.slice(at, at + LOOKS_AT_ONCE)
    const stored = await Promise.all(part.map(({ sha256 }) => site.vault.blobs.find(sha256)))
    for (const [index, entry] of part.entries()) {
      if (stored[index]?.sizeBytes !== entry.sizeBytes) missing.push(`${entry.section}/${entry.path}`)
    }
  }
  if (missing.length > 0) throw blobsMissing(missing)
}

/** Ties the hold to its bytes, so that they stay; refuses when retention took one of them a moment ago. */
async function claimBlobs(
  transaction: DeskTransaction,
  { holdId, deposit, now }: { holdId: HoldId; deposit: Deposit; now: Date },
): Promise<void> {
  const digests = [...new Set(deposit.manifest.entries.map((entry) => entry.sha256))]
  for (let at = 0; at < digests.length; at += ROWS_PER_INSERT) {
    const part = digests.slice(at, at + ROWS_PER_INSERT)
    await transaction
      .insertInto('hold_blob')
      .values(part.map((sha256) => ({ hold_id: holdId, sha256 })))
      .execute()
    const claimed = await transaction
      .updateTable('vault_blob')
      .set({ keep_until: now.toISOString() })
      .where('sha256', 'in', part)
      .executeTakeFirst()
    if (claimed.numUpdatedRows !== BigInt(part.length)) throw blobsMissing([`${part.length} files`])
  }
}

function blobsMissing(names: readonly string[]): ScoregateError {
  return new ScoregateError({
    kind: 'conflict',
    code: 'blobs-missing',
    message: `The vault does not have all files of this deposit, in the sizes that it names (${names.length} missing).`,
    remedy: 'Send the files first, then the deposit again.',
    problems: names.slice(0, 100).map((where) => ({ where, what: 'is missing', remedy: 'Send it.' })),
  })
}
