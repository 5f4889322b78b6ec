import type { ReasonCode, RejectionSentence } from '@scoregate/protocol/reason-code'
import { isFinal, type SubmissionStatus, statesBefore } from '@scoregate/protocol/submission-status'
import { enterLeaderboard } from '../leaderboards/enter-leaderboard.ts'
import type { HubTransaction } from '../migrations/hub-tables.ts'

const RUNNING_STATES: ReadonlySet<SubmissionStatus> = new Set(['Preparing', 'Running', 'Scoring'])

/**
 * The one writer of a submission's status: a compare-and-set by the table of transitions, a line in its timeline, and
 * the same for the parent of a child; a finished one enters the leaderboard. Returns whether the status changed; `false` means that it may not follow.
 */
export async function moveSubmission(
  transaction: HubTransaction,
  id: number,
  to: SubmissionStatus,
  { now, reason, sentence }: { now: Date; reason?: ReasonCode; sentence?: RejectionSentence },
): Promise<boolean> {
  const before = statesBefore(to)
  if (before.length === 0) return false
  const at = now.toISOString()
  const moved = await transaction
    .updateTable('submission')
    .set((eb) => ({
      status: to,
      ...(reason === undefined ? {} : { reason, sentence: sentence ?? null }),
      ...(RUNNING_STATES.has(to) ? { started_at: eb.fn.coalesce('started_at', eb.val(at)) } : {}),
      ...(isFinal(to) ? { finished_at: at } : {}),
    }))
    .where('id', '=', id)
    .where('status', 'in', before)
    .returning('parent_id')
    .executeTakeFirst()
  if (moved === undefined) return false
  await transaction.insertInto('status_change').values({ submission_id: id, status: to, at }).execute()
  if (moved.parent_id !== null) await moveParent(transaction, moved.parent_id, now)
  else if (to === 'Finished') await enterLeaderboard(transaction, id, now)
  return true
}

/** A submission on several tasks follows its children. */
async function moveParent(transaction: HubTransaction, parentId: number, now: Date): Promise<void> {
  const children = await transaction
    .selectFrom('submission')
    .select(['status', 'reason', 'sentence'])
    .where('parent_id', '=', parentId)
    .orderBy('id')
    .execute()
  const next = parentStatus(children.map((child) => child.status))
  if (next === 'Running') await moveSubmission(transaction, parentId, 'Preparing', { now })
  const failed = next === 'Failed' ? children.find((child) => child.reason !== null) : undefined
  const why = {
    ...(failed?.reason && { reason: failed.reason }),
    ...(failed?.sentence && { sentence: failed.sentence }),
  }
  await moveSubmission(transaction, parentId, next, { now, ...why })
}

/**
 * What a parent is when its children are these: it is over when all are, and Finished if one is. Codabench calls it
 * Finished even if all failed (protocol reference, 5.3); here it is then Failed.
 */
export function parentStatus(children: readonly SubmissionStatus[]): SubmissionStatus {
  const open = children.filter((status) => !isFinal(status))
  if (open.length === 0) {
    if (children.includes('Finished')) return 'Finished'
    return children.includes('Failed') ? 'Failed' : 'Cancelled'
  }
  if (open.every((status) => status === 'Awaiting validation')) return 'Awaiting validation'
  if (open.every((status) => status === 'Submitting')) return 'Submitting'
  if (children.some((status) => status === 'Running' || status === 'Scoring' || isFinal(status))) {
    return 'Running'
  }
  return children.includes('Preparing') || children.includes('Awaiting validation') ? 'Running' : 'Submitted'
}
