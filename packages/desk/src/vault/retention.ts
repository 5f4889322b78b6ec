import { Digest } from '@scoregate/protocol/digest'
import { auditHold, recordAct } from '../audit/record-act.ts'
import { HoldId, HoldRules } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'

/**
 * Gives up the content of holds that ended longer ago than their retention, and marks them; their records stay. Answers
 * how many. The vault then removes the bytes that no other hold needs.
 */
export async function releaseExpiredContent({
  db,
  clock,
}: {
  db: DeskDb
  clock: () => Date
}): Promise<number> {
  const now = clock()
  const ended = await db
    .selectFrom('hold')
    .select(['id', 'manifest_digest', 'ended_at', 'rules_json'])
    .where('ended_at', 'is not', null)
    .where('content_removed_at', 'is', null)
    .orderBy('ended_at')
    .execute()
  let removed = 0
  for (const { id, manifest_digest, ended_at, rules_json } of ended) {
    const { retentionSeconds } = HoldRules.parse(JSON.parse(rules_json))
    if (ended_at === null || Date.parse(ended_at) + retentionSeconds * 1000 > now.getTime()) continue
    await db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('hold_blob').where('hold_id', '=', id).execute()
      // Made from the content, so it goes with it.
      await transaction.deleteFrom('line_sketch').where('hold_id', '=', id).execute()
      await transaction
        .updateTable('hold')
        .set({ content_removed_at: now.toISOString() })
        .where('id', '=', id)
        .execute()
      const hold = auditHold({ id: HoldId.parse(id), manifestDigest: Digest.parse(manifest_digest) })
      await recordAct(transaction, { act: { kind: 'content-removed', hold }, now })
    })
    removed += 1
  }
  return removed
}
