import { randomBytes } from 'node:crypto'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { recordAct, textDigest } from '../audit/record-act.ts'
import type { DeskDb, DeskTables, DeskTransaction } from '../migrations/desk-tables.ts'
import { HoldNoticeKind } from './notice.ts'

/** How notices reach a person. */
export const NoticeWay = z.enum(['mail', 'webhook'])
export type NoticeWay = z.infer<typeof NoticeWay>

/** How soon a person wants to hear; a digest gathers what came since the last. */
export const NoticePace = z.enum(['at-once', 'hourly', 'daily'])
export type NoticePace = z.infer<typeof NoticePace>

/** What a person chose for one way. */
export const ChannelSettings = z.discriminatedUnion('way', [
  z.strictObject({
    way: z.literal('mail'),
    address: z.email().max(254),
    kinds: z.array(HoldNoticeKind).min(1),
    pace: NoticePace,
  }),
  z.strictObject({
    way: z.literal('webhook'),
    address: z.url({ protocol: /^https?$/ }).max(1000),
    shape: z.enum(['json', 'chat']),
    kinds: z.array(HoldNoticeKind).min(1),
    pace: NoticePace,
  }),
])
export type ChannelSettings = z.infer<typeof ChannelSettings>

/** A way to a person, with how it has been going. */
export type Channel = {
  readonly personId: number
  readonly settings: ChannelSettings
  readonly tries: number
  readonly nextTryAt: Date
  readonly lastSentAt: Date | undefined
  /** Since when nothing has arrived there; undefined when the last try went well, or there was none. */
  readonly failingSince: Date | undefined
  readonly lastError: string | undefined
}

/** The ways that lead to a person. */
export async function listChannels(db: DeskDb | DeskTransaction, personId: number): Promise<Channel[]> {
  const rows = await db.selectFrom('notice_channel').selectAll().where('person_id', '=', personId).execute()
  return rows.map(parseChannel)
}

/** One way to a person, if they want notices by it. */
export async function findChannel(
  db: DeskDb | DeskTransaction,
  { personId, way }: { personId: number; way: NoticeWay },
): Promise<Channel | undefined> {
  return (await listChannels(db, personId)).find(({ settings }) => settings.way === way)
}

/** A way by which notices fail to arrive: whose, and why, but not the address, which is theirs. */
export type FailingChannel = {
  readonly username: string
  readonly way: NoticeWay
  readonly failingSince: Date
  readonly lastError: string
}

/** Every way that fails, the longest first. */
export async function listFailingChannels(db: DeskDb): Promise<FailingChannel[]> {
  const rows = await db
    .selectFrom('notice_channel')
    .innerJoin('person', 'person.id', 'notice_channel.person_id')
    .select(['username', 'way', 'failing_since', 'last_error'])
    .where('failing_since', 'is not', null)
    .orderBy('failing_since')
    .execute()
  return rows.flatMap(({ username, way, failing_since, last_error }) =>
    failing_since === null
      ? []
      : [
          {
            username,
            way: NoticeWay.parse(way),
            failingSince: new Date(failing_since),
            lastError: last_error ?? '',
          },
        ],
  )
}

/** Sets a way to a person, with its entry on the chain. What waits goes to the new address, which has not failed yet. */
export async function setChannel(
  db: DeskDb,
  given: { person: { id: number; username: string }; settings: ChannelSettings; now: Date },
): Promise<void> {
  const { person, settings, now } = given
  const { way, address, kinds, pace } = settings
  // An address can be guessed: without the salt, which stays here, the digest on the chain would tell whether rightly.
  const salt = randomBytes(32).toString('hex')
  const values = {
    address,
    salt,
    shape: settings.way === 'webhook' ? settings.shape : null,
    kinds_json: JSON.stringify(kinds),
    pace,
    tries: 0,
    next_try_at: now.toISOString(),
    failing_since: null,
    last_error: null,
  }
  const act = {
    kind: 'notices-set',
    ...{ reviewer: person.username, way, addressDigest: textDigest(address, salt), kinds, pace },
  } as const
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('notice_channel')
      .values({ person_id: person.id, way, last_sent_at: null, ...values })
      .onConflict((conflict) => conflict.columns(['person_id', 'way']).doUpdateSet(values))
      .execute()
    await recordAct(transaction, { act, now })
  })
}

/** Ends a way to a person, with its entry on the chain: what waited for it is not sent. Nothing if there was none. */
export async function removeChannel(
  db: DeskDb,
  given: { person: { id: number; username: string }; way: NoticeWay; now: Date },
): Promise<void> {
  const { person, way, now } = given
  await db.transaction().execute(async (transaction) => {
    const removed = await transaction
      .deleteFrom('notice_channel')
      .where('person_id', '=', person.id)
      .where('way', '=', way)
      .executeTakeFirst()
    if (removed.numDeletedRows === 0n) return
    await transaction
      .updateTable('notice')
      .set({ state: 'void' })
      .where('person_id', '=', person.id)
      .where('way', '=', way)
      .where('state', '=', 'pending')
      .execute()
    await recordAct(transaction, { act: { kind: 'notices-ended', reviewer: person.username, way }, now })
  })
}

/** A stored row as a channel. Throws when the record is broken. */
export function parseChannel(row: Selectable<DeskTables['notice_channel']>): Channel {
  const { way, address, shape, pace } = row
  const kinds: unknown = JSON.parse(row.kinds_json)
  return {
    personId: row.person_id,
    settings: ChannelSettings.parse({ way, address, kinds, pace, ...(shape === null ? {} : { shape }) }),
    tries: row.tries,
    nextTryAt: new Date(row.next_try_at),
    lastSentAt: row.last_sent_at === null ? undefined : new Date(row.last_sent_at),
    failingSince: row.failing_since === null ? undefined : new Date(row.failing_since),
    lastError: row.last_error ?? undefined,
  }
}
