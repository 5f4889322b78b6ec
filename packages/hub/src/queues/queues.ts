import type { SitePublicKey } from '@scoregate/protocol/receipt'
import type { SubmissionStatus } from '@scoregate/protocol/submission-status'
import { hashSecret } from '@scoregate/web/secrets'
import type { BrokerQueues } from '../codabench/broker-queues.ts'
import type { Hub } from '../hub.ts'
import type { HubDb, JobState } from '../migrations/hub-tables.ts'
import { notFound, refusal } from '../refusals.ts'
import { ensureSiteKey, findSiteKey, listSiteKeys, type OnOtherKey } from './site-keys.ts'

export type Queues = Omit<Hub['queues'], keyof BrokerQueues> & {
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

    async status(person) {
      const queues = await db
        .selectFrom('queue')
        .leftJoin('broker_queue', 'broker_queue.queue_id', 'queue.id')
        .selectAll('queue')
        .select('broker_queue.username')
        .where('queue.deleted_at', 'is', null)
        .where((eb) => eb.or([eb('queue.owner_id', 'is', null), eb('queue.owner_id', '=', person.id)]))
        .orderBy('queue.id')
        .execute()
      const runs = await db
        .selectFrom('broker_run')
        .innerJoin('submission', 'submission.id', 'broker_run.submission_id')
        .select((eb) => ['broker_run.queue_id', 'submission.status', eb.fn.countAll<number>().as('count')])
        .groupBy(['broker_run.queue_id', 'submission.status'])
        .execute()
      const competitions = await db
        .selectFrom('competition')
        .select((eb) => ['queue_id', eb.fn.countAll<number>().as('count')])
        .groupBy('queue_id')
        .execute()
      const jobs = await db
        .selectFrom('job')
        .select((eb) => ['queue_id', 'state', eb.fn.countAll<number>().as('count')])
        .groupBy(['queue_id', 'state'])
        .execute()
      const workers = await db.selectFrom('worker_seen').selectAll().orderBy('name').execute()
      return queues.map((queue) => {
        const leased = (state: JobState) =>
          jobs.find((job) => job.queue_id === queue.id && job.state === state)?.count ?? 0
        const published = (...statuses: readonly SubmissionStatus[]) =>
          runs
            .filter((run) => run.queue_id === queue.id && statuses.includes(run.status))
            .reduce((sum, run) => sum + run.count, 0)
        return {
          id: queue.id,
          name: queue.name,
          kind: queue.kind,
          isOwn: queue.owner_id === person.id,
          hasAccount: queue.username !== null,
          competitions: competitions.find((one) => one.queue_id === queue.id)?.count ?? 0,
          waiting: leased('queued') + published('Submitted'),
          running: leased('leased') + published('Preparing', 'Running', 'Scoring'),
          awaitingValidation: leased('held') + published('Awaiting validation'),
          workers: workers
            .filter((worker) => worker.queue_id === queue.id)
            .map(({ name, version, seen_at }) => ({ name, version, seenAt: new Date(seen_at) })),
        }
      })
    },
  }
}
