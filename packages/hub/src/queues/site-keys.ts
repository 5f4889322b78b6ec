import { keyIdOf } from '@scoregate/gate/receipt'
import { Digest } from '@scoregate/protocol/digest'
import { SitePublicKey } from '@scoregate/protocol/receipt'
import type { Selectable } from 'kysely'
import type { HubDb, HubTables, HubTransaction } from '../migrations/hub-tables.ts'
import { refusal } from '../refusals.ts'

/** A public key of the site that serves a queue, and when the hub took it for the site's. */
export type SiteKey = {
  readonly key: SitePublicKey
  /** SHA-256 of the key; a receipt names its key by this. */
  readonly keyId: Digest
  readonly validFrom: Date
  /** When another key took its place; receipts that were accepted before that still verify with it. */
  readonly validUntil: Date | undefined
}

/** What to do when a queue has another key already. A new key is a new signer: somebody must say that it is meant. */
export type OnOtherKey = 'refuse' | 'replace'

/**
 * Makes this the key of the site that serves the queue. Throws `conflict` when the queue has another key and
 * `onOtherKey` does not say to replace it, and for a key that was replaced before: it may have been stolen since.
 */
export async function ensureSiteKey(
  transaction: HubTransaction,
  given: { queue: { id: number; name: string }; key: SitePublicKey; onOtherKey: OnOtherKey; now: Date },
): Promise<void> {
  const { queue, key, onOtherKey } = given
  const now = given.now.toISOString()
  const keys = await transaction.selectFrom('site_key').selectAll().where('queue_id', '=', queue.id).execute()
  const known = keys.find((one) => one.public_key === key)
  if (known?.valid_until === null) return
  if (known !== undefined) {
    throw refusal(
      'conflict',
      'site-key-retired',
      `This key of the site of queue "${queue.name}" was replaced on ${known.valid_until} and cannot come back.`,
      'Make a new key at the site.',
    )
  }
  if (keys.length > 0 && onOtherKey === 'refuse') {
    throw refusal(
      'conflict',
      'site-key-differs',
      `Queue "${queue.name}" has another site key than the one given, so receipts of the one given are not believed.`,
      'If the key of the site was changed on purpose, start the hub once with SCOREGATE_SITE_KEY=replace; the old receipts stay valid. If not, find out who changed it.',
    )
  }
  await transaction
    .updateTable('site_key')
    .set({ valid_until: now })
    .where('queue_id', '=', queue.id)
    .where('valid_until', 'is', null)
    .execute()
  await transaction
    .insertInto('site_key')
    .values({
      queue_id: queue.id,
      public_key: key,
      key_id: keyIdOf(key),
      valid_from: now,
      valid_until: null,
    })
    .execute()
}

/** The keys of the site that serves a queue: the one of now first, then the replaced ones, the newest first. */
export async function listSiteKeys(db: HubDb, queueId: number): Promise<SiteKey[]> {
  const rows = await db
    .selectFrom('site_key')
    .selectAll()
    .where('queue_id', '=', queueId)
    .orderBy('valid_from', 'desc')
    .execute()
  const keys = rows.map(toSiteKey)
  return [
    ...keys.filter((one) => one.validUntil === undefined),
    ...keys.filter((one) => one.validUntil !== undefined),
  ]
}

/** The key by which a receipt names its signer, whichever queue it serves. */
export async function findSiteKey(db: HubDb, keyId: string): Promise<SiteKey | undefined> {
  const row = await db
    .selectFrom('site_key')
    .selectAll()
    .where('key_id', '=', keyId)
    .orderBy('valid_from')
    .executeTakeFirst()
  return row && toSiteKey(row)
}

function toSiteKey(row: Selectable<HubTables['site_key']>): SiteKey {
  return {
    key: SitePublicKey.parse(row.public_key),
    keyId: Digest.parse(row.key_id),
    validFrom: new Date(row.valid_from),
    validUntil: row.valid_until === null ? undefined : new Date(row.valid_until),
  }
}
