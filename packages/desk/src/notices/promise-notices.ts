import type { DeskTransaction } from '../migrations/desk-tables.ts'
import { type NoticePace, parseChannel } from './channels.ts'
import type { HoldNoticeKind } from './notice.ts'

/**
 * `pending`: to be sent when due. `sending`: on its way, or the desk ended meanwhile. `sent`. `void`: no longer true when its
 * time came, so not sent. `given-up`: a day of tries failed. `unknown`: the desk ended twice while it was being sent.
 */
export type NoticeState = 'pending' | 'sending' | 'sent' | 'void' | 'given-up' | 'unknown'

/** The hour (UTC) of a daily digest: early in the working day of most of Europe. */
const DAILY_HOUR = 6

/**
 * Promises everybody who wants it a notice about a hold: in the same transaction as what it tells of. Each person hears of
 * a hold once for each kind and way, however often this is called.
 */
export async function promiseNotices(
  transaction: DeskTransaction,
  { holdId, kind, now }: { holdId: string; kind: HoldNoticeKind; now: Date },
): Promise<void> {
  const rows = await transaction.selectFrom('notice_channel').selectAll().execute()
  const wanting = rows.map(parseChannel).filter(({ settings }) => settings.kinds.includes(kind))
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
        crashes: 0,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
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
