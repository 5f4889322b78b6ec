import type { ChainHead } from '@scoregate/protocol/audit'
import { Digest } from '@scoregate/protocol/digest'
import type { ReceiptStatement } from '@scoregate/protocol/receipt'
import type { HubDb, HubTransaction } from '../migrations/hub-tables.ts'

/** A site signed two histories: at this length its audit chain had two different heads. */
export type ChainFork = {
  readonly keyId: string
  readonly sequence: number
  /** The head that was accepted first, and stands. */
  readonly accepted: Digest
  readonly refused: Digest
  readonly receivedAt: Date
}

/**
 * Remembers where the chain stood at a receipt that was believed. A lower sequence than the newest is fine, since outcomes
 * are sent again and overtake one another; the same sequence with another head is a fork, which is kept and returned, and
 * then the receipt must be refused. A chain belongs to the key that signs it: a site that begins anew has a new key.
 */
export async function rememberChainPoint(
  transaction: HubTransaction,
  given: {
    queueId: number
    keyId: Digest
    chain: ReceiptStatement['predicate']['chain']
    envelope: string
    now: Date
  },
): Promise<ChainFork | undefined> {
  const { queueId, keyId, chain, envelope, now } = given
  const point = { key_id: keyId, sequence: chain.sequence, head: chain.head, received_at: now.toISOString() }
  const known = await transaction
    .selectFrom('chain_point')
    .select('head')
    .where('key_id', '=', keyId)
    .where('sequence', '=', chain.sequence)
    .executeTakeFirst()
  if (known === undefined) {
    await transaction.insertInto('chain_point').values(point).execute()
    return undefined
  }
  if (known.head === chain.head) return undefined
  await transaction
    .insertInto('chain_fork')
    .values({ ...point, queue_id: queueId, envelope })
    .onConflict((conflict) => conflict.columns(['key_id', 'sequence', 'head']).doNothing())
    .execute()
  return {
    keyId,
    sequence: chain.sequence,
    accepted: Digest.parse(known.head),
    refused: chain.head,
    receivedAt: now,
  }
}

/** The newest head that the site of this queue has signed with its key of now; `undefined` before its first receipt. */
export async function findChainHead(db: HubDb, queueId: number): Promise<ChainHead | undefined> {
  const row = await db
    .selectFrom('chain_point')
    .innerJoin('site_key', 'site_key.key_id', 'chain_point.key_id')
    .select(['chain_point.sequence', 'chain_point.head'])
    .where('site_key.queue_id', '=', queueId)
    .where('site_key.valid_until', 'is', null)
    .orderBy('chain_point.sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { sequence: row.sequence, head: Digest.parse(row.head) }
}

/** Every fork that the site of this queue was caught in, the newest first. */
export async function listForks(db: HubDb, queueId: number): Promise<ChainFork[]> {
  const rows = await db
    .selectFrom('chain_fork')
    .innerJoin('chain_point', (join) =>
      join
        .onRef('chain_point.key_id', '=', 'chain_fork.key_id')
        .onRef('chain_point.sequence', '=', 'chain_fork.sequence'),
    )
    .selectAll('chain_fork')
    .select('chain_point.head as accepted')
    .where('chain_fork.queue_id', '=', queueId)
    .orderBy('chain_fork.received_at', 'desc')
    .execute()
  return rows.map((row) => ({
    keyId: row.key_id,
    sequence: row.sequence,
    accepted: Digest.parse(row.accepted),
    refused: Digest.parse(row.head),
    receivedAt: new Date(row.received_at),
  }))
}
