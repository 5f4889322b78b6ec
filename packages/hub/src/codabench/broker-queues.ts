import { randomUUID } from 'node:crypto'
import type { Person } from '@scoregate/web/accounts'
import { hashSecret, newSecret } from '@scoregate/web/secrets'
import type { Hub } from '../hub.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { notFound, refusal } from '../refusals.ts'
import type { Broker } from './broker.ts'
import { type BrokerSettings, type BrokerUrl, brokerUrlOf } from './broker-settings.ts'
import type { Management } from './management.ts'

/** As many as on Codabench. */
const MOST_QUEUES = 5

/** The broker of a hub that has one. */
export type HubBroker = {
  readonly settings: BrokerSettings
  readonly management: Management
  readonly broker: Broker
}

export type BrokerQueues = Pick<Hub['queues'], 'create' | 'rotate' | 'revoke' | 'remove'>

/**
 * Queues for Codabench workers: each a virtual host of the broker with an account of its own. What is to be is written down
 * first and then made at the broker by acts that may be repeated, so that what was cut off is finished by doing it again.
 */
export function createBrokerQueues(given: {
  db: HubDb
  clock: () => Date
  hubBroker: HubBroker | undefined
}): BrokerQueues {
  const { db, clock } = given

  function brokerOrRefuse(): HubBroker {
    if (given.hubBroker !== undefined) return given.hubBroker
    throw refusal(
      'unavailable',
      'no-broker',
      'This hub has no broker, so that it can have no queue for Codabench workers.',
      'Whoever runs the hub starts it with --amqp, or uses Scoregate workers, which need no broker.',
    )
  }

  async function getOwn(id: number, person: Person) {
    const row = await db
      .selectFrom('queue')
      .innerJoin('broker_queue', 'broker_queue.queue_id', 'queue.id')
      .select(['queue.id', 'queue.name', 'broker_queue.vhost', 'broker_queue.state'])
      .where('queue.id', '=', id)
      .where('queue.owner_id', '=', person.id)
      .where('queue.deleted_at', 'is', null)
      .executeTakeFirst()
    if (row === undefined) throw notFound('queue of yours')
    return row
  }

  /** Makes what is missing at the broker, and a new account; the old one is cut off. Returns the URL, kept nowhere. */
  async function makeAccount(id: number, vhost: string): Promise<BrokerUrl> {
    const { settings, management, broker } = brokerOrRefuse()
    await management.ensureVhost(vhost)
    await broker.declareQueue(vhost)
    const account = await management.replaceAccount(vhost)
    await db
      .updateTable('broker_queue')
      .set({ state: 'ready', username: account.username })
      .where('queue_id', '=', id)
      .where('state', 'in', ['making', 'ready'])
      .execute()
    return brokerUrlOf(settings, { ...account, vhost })
  }

  return {
    /** Makes a queue; the broker URL is told now and never again. */
    async create(name, person) {
      brokerOrRefuse()
      const vhost = randomUUID()
      const id = await db.transaction().execute(async (transaction) => {
        const { count } = await transaction
          .selectFrom('queue')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .where('owner_id', '=', person.id)
          .where('deleted_at', 'is', null)
          .executeTakeFirstOrThrow()
        if (count >= MOST_QUEUES) throw tooMany()
        const taken = await transaction
          .selectFrom('queue')
          .select('id')
          .where('name', '=', name)
          .executeTakeFirst()
        if (taken !== undefined) throw nameTaken(name)
        const queue = await transaction
          .insertInto('queue')
          .values({
            name,
            kind: 'codabench',
            owner_id: person.id,
            deleted_at: null,
            // No lease is given from this queue: nobody knows these tokens.
            worker_token_hash: hashSecret(newSecret()),
            site_token_hash: hashSecret(newSecret()),
          })
          .returning('id')
          .executeTakeFirstOrThrow()
        await transaction
          .insertInto('broker_queue')
          .values({ queue_id: queue.id, vhost, state: 'making', username: null })
          .execute()
        return queue.id
      })
      return { id, ...(await makeAccount(id, vhost)) }
    },

    /** A new account for the workers; whoever is connected with the old one is cut off. */
    async rotate(id, person) {
      const { vhost, state } = await getOwn(id, person)
      if (state === 'deleting') throw beingDeleted()
      return makeAccount(id, vhost)
    },

    /** Ends the account of the workers: nobody can take jobs of this queue until it has a new one. */
    async revoke(id, person) {
      const { vhost } = await getOwn(id, person)
      await brokerOrRefuse().management.removeAccounts(vhost)
      await db.updateTable('broker_queue').set({ username: null }).where('queue_id', '=', id).execute()
    },

    /** Deletes a queue that no competition uses and no submission runs on, with all that the broker has of it. */
    async remove(id, person) {
      const { vhost, name } = await getOwn(id, person)
      const { management, broker } = brokerOrRefuse()
      await db.transaction().execute(async (transaction) => {
        const used = await transaction
          .selectFrom('competition')
          .select('title')
          .where('queue_id', '=', id)
          .executeTakeFirst()
        if (used !== undefined) throw inUse(`the competition "${used.title}" uses it`)
        const open = await transaction
          .selectFrom('broker_run')
          .innerJoin('submission', 'submission.id', 'broker_run.submission_id')
          .select('submission.id')
          .where('broker_run.queue_id', '=', id)
          .where('submission.status', 'not in', ['Finished', 'Failed', 'Cancelled'])
          .executeTakeFirst()
        if (open !== undefined) throw inUse(`submission ${open.id} runs on it`)
        await transaction
          .updateTable('broker_queue')
          .set({ state: 'deleting' })
          .where('queue_id', '=', id)
          .execute()
      })
      await broker.closeLine(vhost)
      await management.ensureVhost(vhost)
      await management.removeAccounts(vhost)
      await management.removeVhost(vhost)
      const now = clock().toISOString()
      await db.transaction().execute(async (transaction) => {
        await transaction
          .updateTable('broker_queue')
          .set({ state: 'deleted', username: null })
          .where('queue_id', '=', id)
          .execute()
        // The row stays, since old submissions ran there; its name is free again.
        await transaction
          .updateTable('queue')
          .set({ deleted_at: now, name: `${name} (deleted ${now}, ${id})` })
          .where('id', '=', id)
          .execute()
      })
    },
  }
}

function tooMany() {
  return refusal(
    'limit-reached',
    'too-many-queues',
    `You have ${MOST_QUEUES} queues, and nobody may have more.`,
    'Delete one that you do not need: several competitions can share a queue.',
  )
}

function nameTaken(name: string) {
  return refusal(
    'conflict',
    'queue-name-taken',
    `There is a queue named "${name}" already.`,
    'Choose another name.',
  )
}

function beingDeleted() {
  return refusal(
    'conflict',
    'queue-being-deleted',
    'This queue is being deleted; the broker did not answer when it was last tried.',
    'Delete it once more when the broker answers.',
  )
}

function inUse(why: string) {
  return refusal(
    'conflict',
    'queue-in-use',
    `This queue cannot be deleted: ${why}.`,
    'Choose another queue for the competition, and let its submissions end or cancel them.',
  )
}
