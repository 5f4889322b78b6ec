import {
  type Approvals,
  type Approver,
  approvalsNeeded,
  type StandingApproval,
} from '@scoregate/gate/approvals'
import { passkeyId } from '@scoregate/gate/cose-key'
import { digestOfJson } from '@scoregate/gate/manifest'
import { isSamePerson } from '@scoregate/gate/who-may-decide'
import { ArtefactName } from '@scoregate/protocol/artefact'
import type { DecisionSignature } from '@scoregate/protocol/decision-statement'
import type { Digest } from '@scoregate/protocol/digest'
import { ScoregateError } from '@scoregate/protocol/errors'
import { type Selectable, type SqlBool, sql } from 'kysely'
import { z } from 'zod'
import { auditHold, recordAct, textDigest } from '../audit/record-act.ts'
import { findChecks } from '../checks/hold-checks.ts'
import { findUndecided, getHold } from '../holds/hold-queries.ts'
import type { Hold, HoldId, HoldSummary } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import type { ApprovalTables } from './approval-tables.ts'
import { promiseSecondReview } from './promise-second-review.ts'

/** What a reviewer gives with an approval. */
export type GivenApproval = Approver & {
  readonly artefacts: readonly ArtefactName[]
  readonly reason?: string | undefined
  readonly note?: string | undefined
  readonly signature?: DecisionSignature | undefined
}

/** An approval as everybody may see it while it waits for the second: by whom and when, and not what it says. */
export type ShownApproval = Approver & { readonly at: Date }

/** An approval with all that it says, for whoever gave it, and for everybody when the hold is decided. */
export type ApprovalRecord = ShownApproval & {
  readonly artefacts: readonly ArtefactName[]
  readonly reason: string | undefined
  readonly note: string | undefined
}

/** How many must approve a hold, and who has. */
export async function findApprovals(db: DeskDb | DeskTransaction, hold: HoldSummary): Promise<Approvals> {
  const first = await findStanding(db, hold)
  if (first !== undefined) return { needed: 2, first: toStanding(first) }
  const checks = await findChecks(db, hold.id)
  return { needed: approvalsNeeded(hold.rules, checks?.state === 'ended' ? checks : undefined) }
}

/** The first approvals of these holds that wait for a second one. */
export async function findFirstApprovals(
  db: DeskDb | DeskTransaction,
  ids: readonly HoldId[],
): Promise<ReadonlyMap<HoldId, ShownApproval>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('approval')
    .innerJoin('hold', 'hold.id', 'approval.hold_id')
    .selectAll('approval')
    .where('approval.hold_id', 'in', ids)
    .where('approval.place', '=', 'first')
    .where('approval.withdrawn_at', 'is', null)
    .where('hold.state', '=', 'awaiting')
    .where(IS_OF_A_REVIEWER)
    .whereRef('approval.manifest_digest', '=', 'hold.manifest_digest')
    .execute()
  const byId = new Map(rows.map((row) => [row.hold_id, row]))
  return new Map(
    ids.flatMap((id) => {
      const row = byId.get(id)
      return row === undefined ? [] : [[id, toShown(row)] as const]
    }),
  )
}

/** The reviewers who decided these holds, the first of two first; none for what no person decided. */
export async function findDeciders(
  db: DeskDb,
  ids: readonly HoldId[],
): Promise<ReadonlyMap<HoldId, readonly Approver[]>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('decision')
    .select(['hold_id', 'reviewer', 'for_reviewer', 'first_reviewer', 'first_for'])
    .where('hold_id', 'in', ids)
    .where('kind', 'in', ['approve', 'reject'])
    .execute()
  const byId = new Map(rows.map((row) => [row.hold_id, row]))
  return new Map(
    ids.flatMap((id) => {
      const row = byId.get(id)
      if (row === undefined) return []
      const last = { reviewer: row.reviewer, for: row.for_reviewer ?? undefined }
      const first =
        row.first_reviewer === null ? [] : [{ reviewer: row.first_reviewer, for: row.first_for ?? undefined }]
      return [[id, [...first, last]] as const]
    }),
  )
}

/**
 * What one person may read of the approvals of a hold: of one that waits for the second only what is their own, of a
 * decided one everything, so that the second reviewer decides by what they see themselves.
 */
export async function listReadableApprovals(
  db: DeskDb,
  hold: HoldSummary,
  reader: string,
): Promise<ApprovalRecord[]> {
  const rows = await db
    .selectFrom('approval')
    .selectAll()
    .where('hold_id', '=', hold.id)
    .where('withdrawn_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows
    .filter((row) => hold.state !== 'awaiting' || isSamePerson(row.reviewer, reader))
    .map((row) => ({
      ...toShown(row),
      artefacts: parseArtefacts(row),
      reason: row.reason ?? undefined,
      note: row.note ?? undefined,
    }))
}

/**
 * Writes the first of two approvals, in the given transaction. Answers whether the hold was still undecided, its deadline
 * ahead and nobody else first; if not, nothing was written.
 */
export async function recordFirstApproval(
  transaction: DeskTransaction,
  given: { hold: Hold; approval: GivenApproval; policyDigest: Digest; now: Date },
): Promise<boolean> {
  const { hold, approval, policyDigest, now } = given
  if (!(await findUndecided(transaction, { hold, now }))) return false
  // The gate knows of none that stands, so what is still there has lapsed.
  await transaction
    .updateTable('approval')
    .set({ withdrawn_at: now.toISOString() })
    .where('hold_id', '=', hold.id)
    .where('place', '=', 'first')
    .where('withdrawn_at', 'is', null)
    .where((eb) => eb.not(IS_OF_A_REVIEWER))
    .execute()
  await insertApproval(transaction, { ...given, place: 'first' })
  const act = {
    kind: 'approved-first',
    ...approverFields(approval),
    hold: auditHold(hold),
    wordsDigest: wordsDigest(hold, approval),
    ...signedBy(approval.signature),
    policyDigest,
  } as const
  await recordAct(transaction, { act, now })
  await promiseSecondReview(transaction, { hold, first: approval, now })
  return true
}

/** Writes the approval that decides, in the transaction of the decision. */
export async function recordLastApproval(
  transaction: DeskTransaction,
  given: { hold: Hold; approval: GivenApproval; policyDigest: Digest; now: Date },
): Promise<void> {
  await insertApproval(transaction, { ...given, place: 'last' })
}

/**
 * Takes a first approval back, while no second one was given. Throws `ScoregateError`: `no-such-hold`, `no-approval` where
 * the hold has none by this reviewer, or was decided meanwhile.
 */
export async function withdrawApproval(
  site: { db: DeskDb; clock: () => Date },
  { id, reviewer }: { id: string; reviewer: string },
): Promise<void> {
  await site.db.transaction().execute(async (transaction) => {
    const hold = await getHold(transaction, id)
    const now = site.clock()
    const first = hold.state === 'awaiting' ? await findStanding(transaction, hold) : undefined
    if (first === undefined || !isSamePerson(first.reviewer, reviewer)) throw noApproval()
    await transaction
      .updateTable('approval')
      .set({ withdrawn_at: now.toISOString() })
      .where('id', '=', first.id)
      .where('withdrawn_at', 'is', null)
      .execute()
    await recordAct(transaction, {
      act: { kind: 'approval-withdrawn', reviewer: first.reviewer, hold: auditHold(hold) },
      now,
    })
  })
}

type ApprovalRow = Selectable<ApprovalTables['approval']>

/** An approval lapses when whoever gave it is no reviewer any more: their account is disabled, or the role is gone. */
const IS_OF_A_REVIEWER = sql<SqlBool>`exists (select 1 from person
  join person_role on person_role.person_id = person.id
  where person.username_key = approval.reviewer_key and person.disabled_at is null
    and person_role.role = 'reviewer')`

/** The first approval of a hold that stands, over exactly what the hold is. */
async function findStanding(
  db: DeskDb | DeskTransaction,
  hold: Pick<HoldSummary, 'id' | 'manifestDigest'>,
): Promise<ApprovalRow | undefined> {
  return db
    .selectFrom('approval')
    .selectAll()
    .where('hold_id', '=', hold.id)
    .where('place', '=', 'first')
    .where('manifest_digest', '=', hold.manifestDigest)
    .where('withdrawn_at', 'is', null)
    .where(IS_OF_A_REVIEWER)
    .executeTakeFirst()
}

async function insertApproval(
  transaction: DeskTransaction,
  given: {
    hold: Hold
    approval: GivenApproval
    place: 'first' | 'last'
    policyDigest: Digest
    now: Date
  },
): Promise<void> {
  const { hold, approval, place, policyDigest, now } = given
  await transaction
    .insertInto('approval')
    .values({
      hold_id: hold.id,
      place,
      reviewer: approval.reviewer,
      reviewer_key: approval.reviewer.toLowerCase(),
      for_reviewer: approval.for ?? null,
      manifest_digest: hold.manifestDigest,
      artefacts_json: JSON.stringify(approval.artefacts),
      reason: approval.reason ?? null,
      note: approval.note ?? null,
      signature_json: approval.signature === undefined ? null : JSON.stringify(approval.signature),
      policy_digest: policyDigest,
      at: now.toISOString(),
      withdrawn_at: null,
    })
    .execute()
}

/** Binds what was ticked and written; nobody can tell it from the digest, since the salt never leaves the records. */
function wordsDigest(hold: Hold, { artefacts, reason, note }: GivenApproval): Digest {
  const words = [[...artefacts].sort(), reason ?? null, note ?? null]
  return textDigest(JSON.stringify(words), hold.manifest.salt)
}

/** Who approved, in the fields of an act or a receipt. */
export function approverFields({ reviewer, for: absent }: Approver): { reviewer: string; for?: string } {
  return absent === undefined ? { reviewer } : { reviewer, for: absent }
}

/** A signature, in the fields of an act: with which passkey, and the digest of all that was signed with it. */
export function signedBy(signature: DecisionSignature | undefined): {
  signedBy?: { passkey: Digest; signatureDigest: Digest }
} {
  if (signature === undefined) return {}
  const passkey = passkeyId(signature.publicKey)
  return { signedBy: { passkey, signatureDigest: digestOfJson(signature) } }
}

/** The signature under the first approval of a decided hold, as it is stored. */
export async function findFirstSignature(db: DeskDb, holdId: HoldId): Promise<string | null> {
  const row = await db
    .selectFrom('approval')
    .select('signature_json')
    .where('hold_id', '=', holdId)
    .where('place', '=', 'first')
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst()
  return row?.signature_json ?? null
}

function toShown(row: ApprovalRow): ShownApproval {
  return { reviewer: row.reviewer, for: row.for_reviewer ?? undefined, at: new Date(row.at) }
}

function toStanding(row: ApprovalRow): StandingApproval {
  return { reviewer: row.reviewer, for: row.for_reviewer ?? undefined, artefacts: parseArtefacts(row) }
}

function parseArtefacts(row: ApprovalRow): ArtefactName[] {
  return z.array(ArtefactName).parse(JSON.parse(row.artefacts_json))
}

function noApproval(): ScoregateError {
  return new ScoregateError({
    kind: 'conflict',
    code: 'no-approval',
    message: 'There is no approval of yours that waits for a second one, so there was nothing to withdraw.',
    remedy: 'Look at the hold as it is now: it may have been decided meanwhile.',
  })
}
