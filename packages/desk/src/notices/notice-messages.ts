import { randomUUID } from 'node:crypto'
import { type SqlBool, sql } from 'kysely'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import type { Channel } from './channels.ts'
import type { NoticeState } from './promise-notices.ts'

/**
 * Names a message: a random word, which says nothing of what it tells. Every try to send the message has the same, so that
 * a receiver can drop what comes twice.
 */
export function newMessageId(): string {
  return randomUUID()
}

/** Notes that these notices are sent as one message from now on, however often it must be tried. */
export async function beginMessage(
  transaction: DeskTransaction,
  { channel, ids, now }: { channel: Channel; ids: readonly number[]; now: Date },
): Promise<string> {
  const id = newMessageId()
  await transaction
    .insertInto('notice_message')
    .values({
      ...{ id, person_id: channel.personId, way: channel.settings.way },
      ...{ begun_at: now.toISOString(), unsure_tries: 0, sent_at: null },
    })
    .execute()
  await transaction.updateTable('notice').set({ message_id: id }).where('id', 'in', ids).execute()
  return id
}

/** A try of which nobody knows whether it arrived: if it did, the next one is a double. */
export async function recordUnsureTry(transaction: DeskTransaction, id: string): Promise<void> {
  await transaction
    .updateTable('notice_message')
    .set((eb) => ({ unsure_tries: eb('unsure_tries', '+', 1) }))
    .where('id', '=', id)
    .execute()
}

/**
 * Takes up what was being sent when the desk ended: nobody knows whether it arrived, so it is sent again, as often as it
 * takes. The first time at once; a desk that ends again and again sends less and less often, as to a channel that fails.
 */
export async function resumeSending(
  db: DeskDb,
  { now, pauseAfter }: { now: Date; pauseAfter: (tries: number) => number },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const sending = await transaction
      .selectFrom('notice')
      .select(['person_id', 'way', 'message_id'])
      .distinct()
      .where('state', '=', 'sending' satisfies NoticeState)
      .execute()
    for (const { person_id, way, message_id } of sending) {
      if (message_id !== null) await recordUnsureTry(transaction, message_id)
      await restChannel(transaction, { personId: person_id, way, now, pauseAfter })
    }
    await transaction
      .updateTable('notice')
      .set({ state: 'pending' satisfies NoticeState })
      .where('state', '=', 'sending')
      .execute()
  })
}

/** One message at a time is sent by a channel, so this is one try of it. */
async function restChannel(
  transaction: DeskTransaction,
  given: { personId: number; way: string; now: Date; pauseAfter: (tries: number) => number },
): Promise<void> {
  const { personId, way, now, pauseAfter } = given
  const channel = await transaction
    .selectFrom('notice_channel')
    .select(['tries', 'next_try_at'])
    .where('person_id', '=', personId)
    .where('way', '=', way)
    .executeTakeFirst()
  if (channel === undefined) return
  const nextTryAt = Math.max(Date.parse(channel.next_try_at), now.getTime() + pauseAfter(channel.tries))
  await transaction
    .updateTable('notice_channel')
    .set({ tries: channel.tries + 1, next_try_at: new Date(nextTryAt).toISOString() })
    .where('person_id', '=', personId)
    .where('way', '=', way)
    .execute()
}

/** A message that may have come more than once. */
export type PerhapsDouble = {
  /** As the receiver knows it. */
  readonly id: string
  readonly way: string
  readonly begunAt: Date
  /** How often it came at most. */
  readonly atMost: number
  readonly isSent: boolean
}

/** So far back a page tells of doubles, and of so many at most. */
const TOLD_DAYS = 30
const TOLD_AT_MOST = 20

/** What may have come to a person twice or more often in the last month, the newest first. */
export async function listPerhapsDoubles(
  db: DeskDb,
  { personId, now }: { personId: number; now: Date },
): Promise<PerhapsDouble[]> {
  const rows = await db
    .selectFrom('notice_message')
    .selectAll()
    .where('person_id', '=', personId)
    .where(sql<SqlBool>`unsure_tries > 0`)
    .where('begun_at', '>=', new Date(now.getTime() - TOLD_DAYS * 86_400_000).toISOString())
    .orderBy('begun_at', 'desc')
    .limit(TOLD_AT_MOST)
    .execute()
  return rows
    .map(({ id, way, begun_at, unsure_tries, sent_at }) => ({
      ...{ id, way, begunAt: new Date(begun_at), isSent: sent_at !== null },
      atMost: unsure_tries + (sent_at === null ? 0 : 1),
    }))
    .filter(({ atMost }) => atMost > 1)
}
