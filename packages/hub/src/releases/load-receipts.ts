import { canonicalJson } from '@scoregate/gate/canonical-json'
import { CanonicalScore } from '@scoregate/protocol/columns'
import { Digest } from '@scoregate/protocol/digest'
import { Receipt, type ReceiptDecision, ReceiptStatement } from '@scoregate/protocol/receipt'
import { z } from 'zod'
import { parseJsonColumn } from '../files/stored-file.ts'
import type { HubDb, ReceiptOutcome } from '../migrations/hub-tables.ts'
import { notFound, refusal } from '../refusals.ts'

/** What a receipt says about who decided, and with which key its site signed it. */
export type ReceiptView = {
  readonly outcome: ReceiptOutcome
  readonly decision: ReceiptDecision
  readonly hold: Digest
  readonly keyId: Digest
}

/** The receipts of these submissions, of each the oldest first. They were verified when they came. */
export async function loadReceiptViews(
  db: HubDb,
  submissionIds: readonly number[],
): Promise<ReadonlyMap<number, readonly ReceiptView[]>> {
  const rows = await db
    .selectFrom('receipt')
    .selectAll()
    .where('submission_id', 'in', submissionIds)
    .orderBy('id')
    .execute()
  const views = new Map<number, ReceiptView[]>()
  for (const row of rows) {
    const { predicate } = statementOf(parseJsonColumn(row.envelope, Receipt))
    const view = {
      outcome: row.outcome,
      decision: predicate.decision,
      hold: predicate.hold,
      keyId: Digest.parse(row.key_id),
    }
    views.set(row.submission_id, [...(views.get(row.submission_id) ?? []), view])
  }
  return views
}

/** The receipt of an outcome of a submission, or the newest. Throws `not-found` where there is none. */
export async function getReceipt(
  db: HubDb,
  submissionId: number,
  outcome: ReceiptOutcome | undefined,
): Promise<Receipt> {
  const row = await db
    .selectFrom('receipt')
    .select('envelope')
    .where('submission_id', '=', submissionId)
    .$if(outcome !== undefined, (query) => query.where('outcome', '=', outcome ?? 'released'))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) throw notFound('receipt')
  return parseJsonColumn(row.envelope, Receipt)
}

/**
 * The scores of a submission as its site released them, in the canonical text whose SHA-256 is on the receipt. They are
 * whole, so whoever may not see a hidden column may not have them. Throws `not-found` where none were released.
 */
export async function getReleasedScores(
  db: HubDb,
  submission: { id: number; competitionId: number },
  viewer: { isOrganizer: boolean },
): Promise<string> {
  const row = await db
    .selectFrom('outcome')
    .innerJoin('job', 'job.id', 'outcome.job_id')
    .select('outcome.body')
    .where('job.submission_id', '=', submission.id)
    .where('outcome.kind', '=', 'released')
    .executeTakeFirst()
  const outcome = row && parseJsonColumn(row.body, StoredRelease)
  if (outcome === undefined || outcome.scores.length === 0) throw notFound('released score')
  const hidden = await db
    .selectFrom('leaderboard_column')
    .innerJoin('leaderboard', 'leaderboard.id', 'leaderboard_column.leaderboard_id')
    .select('leaderboard_column.key')
    .where('leaderboard.competition_id', '=', submission.competitionId)
    .where('leaderboard_column.hidden', '=', 1)
    .execute()
  const isAnyHidden = outcome.scores.some(({ column }) => hidden.some(({ key }) => key === column))
  if (isAnyHidden && !viewer.isOrganizer) {
    throw refusal(
      'not-allowed',
      'hidden-columns',
      'The organizer shows only some of the released scores, so the whole of them is not given out.',
      'Ask the organizer.',
    )
  }
  return canonicalJson(outcome.scores)
}

/** What is needed of a `released` outcome as it is stored: apart from its receipt, which has a table of its own. */
const StoredRelease = z.object({ scores: z.array(CanonicalScore) })

function statementOf({ payload }: Receipt): ReceiptStatement {
  return ReceiptStatement.parse(JSON.parse(Buffer.from(payload, 'base64').toString('utf8')))
}
