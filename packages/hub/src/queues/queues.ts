import type { SitePublicKey } from '@scoregate/protocol/receipt'
import { hashSecret } from '@scoregate/web/secrets'
import type { Hub } from '../hub.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { notFound, refusal } from '../refusals.ts'
import { ensureSiteKey, findSiteKey, listSiteKeys, type OnOtherKey } from './site-keys.ts'

export type Queues = Hub['queues'] & {
  /**
   * Makes the queue if it is not there, and sets its tokens to these. Without a key of its site it accepts no release;
   * another key than it has is refused unless `onOtherSiteKey` says to replace it.
   */
  ensure(queue: {
    name: string
    workerToken: string
    siteToken: string
    sitePublicKey?: SitePublicKey | undefined
    onOtherSiteKey?: OnOtherKey | undefined
  }): Promise<void>
  /** The queue that a token opens to workers, or to the site's desk. Throws `not-signed-in`. */
  getByToken(role: 'worker' | 'site', token: string | undefined): Promise<{ id: number; name: string }>
}

export function createQueues({ db, clock }: { db: HubDb; clock: () => Date }): Queues {
  return {
    async ensure({ name, workerToken, siteToken, sitePublicKey, onOtherSiteKey = 'refuse' }) {
      const hashes = { worker_token_hash: hashSecret(workerToken), site_token_hash: hashSecret(siteToken) }
      await db.transaction().execute(async (transaction) => {
        const queue = await transaction
          .insertInto('queue')
          .values({ name, ...hashes })
          .onConflict((conflict) => conflict.column('name').doUpdateSet(hashes))
          .returning(['id', 'name'])
          .executeTakeFirstOrThrow()
        if (sitePublicKey === undefined) return
        const wanted = { queue, key: sitePublicKey, onOtherKey: onOtherSiteKey, now: clock() }
        await ensureSiteKey(transaction, wanted)
      })
    },

    async getByToken(role, token) {
      // Looked up by its hash: the time it takes tells nothing about the token itself.
      const queue =
        token === undefined
          ? undefined
          : await db
              .selectFrom('queue')
              .select(['id', 'name'])
              .where(role === 'worker' ? 'worker_token_hash' : 'site_token_hash', '=', hashSecret(token))
              .executeTakeFirst()
      if (queue !== undefined) return queue
      throw refusal(
        'not-signed-in',
        'bad-queue-token',
        `This is not the ${role} token of a queue of this hub.`,
        'Send the token of the queue as "Authorization: Bearer …".',
      )
    },

    async siteKeys(name) {
      const queue = await db.selectFrom('queue').select('id').where('name', '=', name).executeTakeFirst()
      if (queue === undefined) throw notFound('queue')
      return listSiteKeys(db, queue.id)
    },

    async siteKey(keyId) {
      const key = await findSiteKey(db, keyId)
      if (key === undefined) throw notFound('key')
      return key
    },

    async status() {
      const queues = await db.selectFrom('queue').selectAll().orderBy('id').execute()
      const jobs = await db
        .selectFrom('job')
        .select((eb) => ['queue_id', 'state', eb.fn.countAll<number>().as('count')])
        .groupBy(['queue_id', 'state'])
        .execute()
      const workers = await db.selectFrom('worker_seen').selectAll().orderBy('name').execute()
      return queues.map((queue) => {
        const count = (state: string) =>
          jobs.find((job) => job.queue_id === queue.id && job.state === state)?.count ?? 0
        return {
          name: queue.name,
          waiting: count('queued'),
          running: count('leased'),
          awaitingValidation: count('held'),
          workers: workers
            .filter((worker) => worker.queue_id === queue.id)
            .map(({ name, version, seen_at }) => ({ name, version, seenAt: new Date(seen_at) })),
        }
      })
    },
  }
}
