import type { Digest } from '@scoregate/protocol/digest'
import type { SiteClock } from '../clock/site-clock.ts'
import type { CodabenchReturns } from '../deposits/check-return-address.ts'
import { HoldId } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { expireUnwanted } from '../review/expire-holds.ts'

/**
 * Lets the undecided holds of a job lapse that a Codabench platform has revoked. A worker says so that may never have had the
 * job; for the job of a hub it counts for nothing, since the hub is asked itself.
 */
export async function cancelJob(
  site: {
    readonly db: DeskDb
    readonly siteClock: SiteClock
    readonly policyDigest: Digest
    readonly codabench: CodabenchReturns
  },
  jobId: string,
): Promise<void> {
  const platforms = [...site.codabench.origins.keys()]
  if (platforms.length === 0) return
  const holds = await site.db
    .selectFrom('hold')
    .select('id')
    .where('platform', 'in', platforms)
    .where('job_id', '=', jobId)
    .where('state', '=', 'awaiting')
    .execute()
  for (const { id } of holds) {
    await site.db.transaction().execute((transaction) =>
      expireUnwanted(transaction, {
        holdId: HoldId.parse(id),
        cause: 'cancelled',
        policyDigest: site.policyDigest,
        now: site.siteClock.now(),
      }),
    )
  }
}
