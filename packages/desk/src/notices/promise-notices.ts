import type { DeskTransaction } from '../migrations/desk-tables.ts'
import { findDelegateIds } from '../standing-in/delegations.ts'
import { type Channel, type NoticePace, parseChannel } from './channels.ts'
import type { HoldNoticeKind } from './notice.ts'

/**
 * `pending`: to be sent when due, and again until it arrived. `sending`: on its way, or the desk ended meanwhile. `sent`.
 * `void`: no longer true when its time came, so not sent. None is given up while it is true.
 */
export type NoticeState = 'pending' | 'sending' | 'sent' | 'void'

/** The hour (UTC) of a daily digest: early in the working day of most of Europe. */
const DAILY_HOUR = 6

/**
 * Promises everybody who wants it a notice about a hold: in the same transaction as what it tells of. Whoever decides in
 * the place of somebody absent hears what that person wants to hear. Each person hears of a hold once for each kind and way,
 * however often this is called, unless what they were to hear had become untrue meanwhile.
 */
export async function promiseNotices(
  transaction: DeskTransaction,
  {
    holdId,
    kind,
    now,
    isFor,
  }: {
    holdId: string
    kind: HoldNoticeKind
    now: Date
    /** Whom it concerns, by name; everybody where this is absent. */
    isFor?: (username: string) => Promise<boolean>
  },
): Promise<void> {
  const wanting = await findWanting(transaction, { kind, now, isFor })
  if (wanting.length === 0) return
  await transaction
    .insertInto('notice')
    .values(
      wanting.map(({ personId, settings }) => ({
        person_id: personId,
        way: settings.way,
        hold_id: holdId,
        kind,
        state: 'pending' satisfies NoticeState,
        due_at: dueAt(kind, settings.pace, now).toISOString(),
        message_id: null,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['hold_id', 'kind', 'person_id', 'way'])
        .doUpdateSet((eb) => ({
          state: eb.ref('excluded.state'),
          due_at: eb.ref('excluded.due_at'),
          // What is told anew is no double of what was told before.
          message_id: null,
        }))
        .where('notice.state', '=', 'void' satisfies NoticeState),
    )
    .execute()
}

async function findWanting(
  transaction: DeskTransaction,
  {
    kind,
    now,
    isFor,
  }: { kind: HoldNoticeKind; now: Date; isFor: ((username: string) => Promise<boolean>) | undefined },
): Promise<Channel[]> {
  const rows = await transaction
    .selectFrom('notice_channel')
    .innerJoin('person', 'person.id', 'notice_channel.person_id')
    // Who may not get in is told nothing, not even that something waits.
    .where('person.disabled_at', 'is', null)
    .selectAll('notice_channel')
    .select('person.username')
    .execute()
  const channels = rows.map((row) => ({ channel: parseChannel(row), username: row.username }))
  const wants = ({ channel }: { channel: Channel }) => channel.settings.kinds.includes(kind)
  const wanted = new Set(channels.filter(wants).map(({ channel }) => channel.personId))
  const delegates = new Set(
    (await findDelegateIds(transaction, now))
      .filter(({ absentId }) => wanted.has(absentId))
      .map(({ delegateId }) => delegateId),
  )
  const wanting: Channel[] = []
  for (const one of channels) {
    if (!wants(one) && !delegates.has(one.channel.personId)) continue
    if (isFor === undefined || (await isFor(one.username))) wanting.push(one.channel)
  }
  return wanting
}

/** When a notice goes. What cannot wait does not wait for a digest: it would come too late to be of use. */
export function dueAt(kind: HoldNoticeKind, pace: NoticePace, now: Date): Date {
  if (pace === 'at-once' || kind === 'last-call' || kind === 'stopped') return now
  const due = new Date(now)
  if (pace === 'hourly') {
    due.setUTCHours(due.getUTCHours() + 1, 0, 0, 0)
    return due
  }
  due.setUTCHours(DAILY_HOUR, 0, 0, 0)
  if (due <= now) due.setUTCDate(due.getUTCDate() + 1)
  return due
}
