import { loadLeaderboard } from '../competitions/load-competition.ts'
import type { HubTransaction } from '../migrations/hub-tables.ts'
import { loadRankable } from './load-scores.ts'
import { compareEntries } from './rank.ts'

/**
 * What happens to the leaderboard when a submission is finished, by the submission rule (protocol reference, 6.3). With
 * the "Add" rules somebody who is not on the table yet gets on it at once, so that a score always reaches it.
 */
export async function enterLeaderboard(
  transaction: HubTransaction,
  submissionId: number,
  now: Date,
): Promise<void> {
  const row = await transaction
    .selectFrom('submission')
    .select(['id', 'phase_id', 'owner_id', 'competition_id'])
    .where('id', '=', submissionId)
    .executeTakeFirstOrThrow()
  const leaderboard = await loadLeaderboard(transaction, row.competition_id)
  const submission = { id: row.id, phaseId: row.phase_id, ownerId: row.owner_id }
  const present = await transaction
    .selectFrom('leaderboard_entry')
    .select('submission_id')
    .where('phase_id', '=', submission.phaseId)
    .where('owner_id', '=', submission.ownerId)
    .execute()
  switch (leaderboard.submissionRule) {
    case 'Add':
    case 'Add_And_Delete':
    case 'Add_And_Delete_Multiple':
      if (present.length === 0) await addEntry(transaction, submission, now)
      return
    case 'Force_Latest_Multiple':
      return addEntry(transaction, submission, now)
    case 'Force_Last':
      await removeEntries(transaction, submission)
      return addEntry(transaction, submission, now)
    case 'Force_Best': {
      const mine = await loadRankable(transaction, leaderboard, submission.id)
      for (const { submission_id } of present) {
        const other = await loadRankable(transaction, leaderboard, submission_id)
        if (compareEntries(leaderboard, other, mine) <= 0) return
      }
      await removeEntries(transaction, submission)
      return addEntry(transaction, submission, now)
    }
  }
}

export async function addEntry(
  transaction: HubTransaction,
  submission: { id: number; phaseId: number; ownerId: number },
  now: Date,
): Promise<void> {
  await transaction
    .insertInto('leaderboard_entry')
    .values({
      submission_id: submission.id,
      phase_id: submission.phaseId,
      owner_id: submission.ownerId,
      added_at: now.toISOString(),
    })
    .onConflict((conflict) => conflict.column('submission_id').doNothing())
    .execute()
}

/** Takes the owner's entries off the table of a phase. */
export async function removeEntries(
  transaction: HubTransaction,
  { phaseId, ownerId }: { phaseId: number; ownerId: number },
): Promise<void> {
  await transaction
    .deleteFrom('leaderboard_entry')
    .where('phase_id', '=', phaseId)
    .where('owner_id', '=', ownerId)
    .execute()
}
