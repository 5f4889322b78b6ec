import { z } from 'zod'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { type Channel, parseChannel } from './channels.ts'
import { HoldNoticeKind, type Notice } from './notice.ts'
import type { NoticeState } from './promise-notices.ts'

/** So much one message tells of at most; the rest goes with the next. */
const NOTICES_PER_MESSAGE = 5000
/** What a channel did not take for so long is given up; the channel goes on failing where people see it. */
const GIVEN_UP_AFTER_MILLISECONDS = 86_400_000
/** After a message the next waits so long, so that many holds at once are one message and not many. */
const QUIET_MILLISECONDS = 60_000
const LONGEST_PAUSE_MILLISECONDS = 1_800_000

/** The channels that have something due and may be tried now. */
export async function listDueChannels(db: DeskDb, now: Date): Promise<Channel[]> {
  const rows = await db
    .selectFrom('notice_channel as channel')
    .selectAll('channel')
    .where('channel.next_try_at', '<=', now.toISOString())
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('notice')
          .select('notice.id')
          .whereRef('notice.person_id', '=', 'channel.person_id')
          .whereRef('notice.way', '=', 'channel.way')
          .where('notice.state', '=', 'pending')
          .where('notice.due_at', '<=', now.toISOString()),
      ),
    )
    .execute()
  return rows.map(parseChannel)
}

/** What is about to be sent: rows that no other try takes, and what they say. */
export type TakenNotices = { readonly ids: readonly number[]; readonly notices: readonly Notice[] }

/** Takes what is due for a channel. What is no longer so, since its hold was decided or put right, is void and not taken. */
export async function takeDue(
  transaction: DeskTransaction,
  { channel, link, now }: { channel: Channel; link: string; now: Date },
): Promise<TakenNotices> {
  const rows = await transaction
    .selectFrom('notice')
    .innerJoin('hold', 'hold.id', 'notice.hold_id')
    .select([
      'notice.id',
      'notice.kind',
      'job_json',
      'hold.state',
      'expires_at',
      'deadline_cause',
      'alarm',
      'ended_at',
    ])
    .where('notice.person_id', '=', channel.personId)
    .where('notice.way', '=', channel.settings.way)
    .where('notice.state', '=', 'pending')
    .where('notice.due_at', '<=', now.toISOString())
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('approval')
            .select('approval.id')
            .whereRef('approval.hold_id', '=', 'hold.id')
            .where('approval.place', '=', 'first')
            .where('approval.withdrawn_at', 'is', null),
        )
        .as('is_approved_first'),
    )
    .orderBy('notice.id')
    .limit(NOTICES_PER_MESSAGE)
    .execute()
  const standing = rows.filter((row) => {
    if (row.kind === 'stopped') return row.alarm !== null && row.ended_at === null
    if (row.kind === 'second-review' && !Number(row.is_approved_first)) return false
    return row.state === 'awaiting' && row.expires_at > now.toISOString()
  })
  const ids = standing.map(({ id }) => id)
  const isStanding = new Set(ids)
  await setState(transaction, {
    ids: rows.map(({ id }) => id).filter((id) => !isStanding.has(id)),
    state: 'void',
  })
  await setState(transaction, { ids, state: 'sending' })
  return { ids, notices: standing.map((row) => noticeOf(row, link)) }
}

/** Nothing else of a job is looked at, so that nothing else can get out. */
const JobTitle = z.object({ competition: z.object({ title: z.string() }) })

/** All that a notice has of a hold: the title of its competition, and until when it can be decided. */
function noticeOf(
  row: { kind: string; job_json: string; expires_at: string; deadline_cause: string },
  link: string,
): Notice {
  const kind = HoldNoticeKind.parse(row.kind)
  const { competition } = JobTitle.parse(JSON.parse(row.job_json))
  const deadline =
    kind === 'stopped'
      ? {}
      : ({
          deadline: row.expires_at,
          deadlineCause: row.deadline_cause === 'links' ? 'links' : 'policy',
        } as const)
  return { kind, competition: competition.title.slice(0, 256), count: 1, link, ...deadline }
}

/** A message arrived: the channel works, and rests for a moment. */
export async function recordSent(
  transaction: DeskTransaction,
  { channel, ids, now }: { channel: Channel; ids: readonly number[]; now: Date },
): Promise<void> {
  await setState(transaction, { ids, state: 'sent' })
  await channelRow(transaction, channel)
    .set({
      ...{ tries: 0, failing_since: null, last_error: null, last_sent_at: now.toISOString() },
      next_try_at: new Date(now.getTime() + QUIET_MILLISECONDS).toISOString(),
    })
    .execute()
}

/** A message did not arrive: it is tried again, less and less often, and after a day of that given up. */
export async function recordFailed(
  transaction: DeskTransaction,
  { channel, ids, why, now }: { channel: Channel; ids: readonly number[]; why: string; now: Date },
): Promise<void> {
  await setState(transaction, { ids, state: 'pending' })
  const tooOld = new Date(now.getTime() - GIVEN_UP_AFTER_MILLISECONDS).toISOString()
  await transaction
    .updateTable('notice')
    .set({ state: 'given-up' satisfies NoticeState })
    .where('person_id', '=', channel.personId)
    .where('way', '=', channel.settings.way)
    .where('state', '=', 'pending')
    .where('due_at', '<=', tooOld)
    .execute()
  const tries = channel.tries + 1
  const pause = Math.min(QUIET_MILLISECONDS * 2 ** Math.min(tries - 1, 20), LONGEST_PAUSE_MILLISECONDS)
  await channelRow(transaction, channel)
    .set({
      ...{ tries, last_error: why, next_try_at: new Date(now.getTime() + pause).toISOString() },
      failing_since: (channel.failingSince ?? now).toISOString(),
    })
    .execute()
}

/**
 * Takes up what was being sent when the desk ended: nobody knows whether it arrived, so it is sent once more. When that
 * happens to the same notice again it is let be: at most one notice comes twice.
 */
export async function resumeSending(db: DeskDb): Promise<void> {
  await db
    .updateTable('notice')
    .set({ state: 'unknown' satisfies NoticeState })
    .where('state', '=', 'sending')
    .where('crashes', '>=', 1)
    .execute()
  await db
    .updateTable('notice')
    .set({ state: 'pending' satisfies NoticeState, crashes: 1 })
    .where('state', '=', 'sending')
    .execute()
}

/** The same address as when the try began: what was set meanwhile has not failed and has not been sent to. */
function channelRow(transaction: DeskTransaction, { personId, settings }: Channel) {
  return transaction
    .updateTable('notice_channel')
    .where('person_id', '=', personId)
    .where('way', '=', settings.way)
    .where('address', '=', settings.address)
}

async function setState(
  transaction: DeskTransaction,
  { ids, state }: { ids: readonly number[]; state: NoticeState },
): Promise<void> {
  if (ids.length === 0) return
  await transaction.updateTable('notice').set({ state }).where('id', 'in', ids).execute()
}
