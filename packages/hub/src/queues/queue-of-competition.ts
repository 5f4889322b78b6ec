import type { Person } from '@scoregate/web/accounts'
import type { CompetitionQueue } from '../competitions/competition-view.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { notFound } from '../refusals.ts'

/** The queue of a competition. */
export async function getQueue(db: HubDb, id: number): Promise<CompetitionQueue> {
  const { name, kind } = await db
    .selectFrom('queue')
    .select(['name', 'kind'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return { id, name, kind, isReviewPromised: kind === 'scoregate' }
}

/** A queue that somebody may choose for a competition: one of the hub, or their own. Throws `not-found` for others. */
export async function getUsableQueue(db: HubDb, id: number, person: Person): Promise<void> {
  const row = await db
    .selectFrom('queue')
    .leftJoin('broker_queue', 'broker_queue.queue_id', 'queue.id')
    .select('queue.id')
    .where('queue.id', '=', id)
    .where('queue.deleted_at', 'is', null)
    .where((eb) => eb.or([eb('queue.owner_id', 'is', null), eb('queue.owner_id', '=', person.id)]))
    .where((eb) =>
      eb.or([eb('broker_queue.state', 'is', null), eb('broker_queue.state', 'in', ['making', 'ready'])]),
    )
    .executeTakeFirst()
  if (row === undefined) throw notFound('queue')
}
