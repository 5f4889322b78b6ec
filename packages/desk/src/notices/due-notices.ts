import { isSamePerson } from '@scoregate/gate/who-may-decide'
import { sql } from 'kysely'
import { z } from 'zod'
import { findFirstApprovals } from '../approvals/approval-records.ts'
import { HoldId } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { type Channel, parseChannel } from './channels.ts'
import { HoldNoticeKind, type Notice } from './notice.ts'
import { beginMessage, recordUnsureTry } from './notice-messages.ts'
import type { NoticeState } from './promise-notices.ts'
import type { FailedAnswer } from './webhook.ts'

/** So much one message tells of at most; the rest goes with the next. */
const NOTICES_PER_MESSAGE = 5000
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

/** What is about to be sent as one message: rows that no other try takes, and what they say. */
export type TakenNotices = {
  readonly messageId: string
  readonly ids: readonly number[]
  readonly notices: readonly Notice[]
}

/**
 * Takes what is due for a channel; undefined when that is nothing. A message that was tried before is taken again by itself,
 * under its name. What is no longer so, since its hold was decided or put right, is void and not taken.
 */
export async function takeDue(
  transaction: DeskTransaction,
  { channel, link, now }: { channel: Channel; link: string; now: Date },
): Promise<TakenNotices | undefined> {
  const due = await listDue(transaction, channel, now)
  const begun = due[0]?.message_id ?? undefined
  const rows = due.filter((row) => (row.message_id ?? undefined) === begun)
  const firsts = await findFirstApprovals(transaction, holdsOfSecondReviews(rows))
  const standing = rows.filter((row) => {
    if (row.kind === 'stopped') return row.alarm !== null && row.ended_at === null
    if (row.kind === 'second-review') {
      const first = firsts.get(HoldId.parse(row.hold_id))
      if (first === undefined || isSamePerson(first.reviewer, row.username)) return false
    }
    return row.state === 'awaiting' && row.expires_at > now.toISOString()
  })
  const ids = standing.map(({ id }) => id)
  const isStanding = new Set(ids)
  await setState(transaction, {
    ids: rows.map(({ id }) => id).filter((id) => !isStanding.has(id)),
    state: 'void',
  })
  if (ids.length === 0) return undefined
  await setState(transaction, { ids, state: 'sending' })
  const messageId = begun ?? (await beginMessage(transaction, { channel, ids, now }))
  return { messageId, ids, notices: standing.map((row) => noticeOf(row, link)) }
}

/** The rows that are due for a channel, those of messages that were tried before first, message by message. */
function listDue(transaction: DeskTransaction, { personId, settings }: Channel, now: Date) {
  return transaction
    .selectFrom('notice')
    .innerJoin('hold', 'hold.id', 'notice.hold_id')
    .innerJoin('person', 'person.id', 'notice.person_id')
    .select(['notice.id', 'notice.kind', 'notice.hold_id', 'notice.message_id', 'person.username'])
    .select(['job_json', 'hold.state', 'expires_at', 'deadline_cause', 'alarm', 'ended_at'])
    .where('notice.person_id', '=', personId)
    .where('notice.way', '=', settings.way)
    .where('notice.state', '=', 'pending')
    .where('notice.due_at', '<=', now.toISOString())
    .orderBy(sql`notice.message_id is null`)
    .orderBy('notice.message_id')
    .orderBy('notice.id')
    .limit(NOTICES_PER_MESSAGE)
    .execute()
}

function holdsOfSecondReviews(rows: readonly { kind: string; hold_id: string }[]): HoldId[] {
  return rows.filter(({ kind }) => kind === 'second-review').map(({ hold_id }) => HoldId.parse(hold_id))
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
  { channel, taken, now }: { channel: Channel; taken: TakenNotices | undefined; now: Date },
): Promise<void> {
  if (taken !== undefined) {
    await setState(transaction, { ids: taken.ids, state: 'sent' })
    await transaction
      .updateTable('notice_message')
      .set({ sent_at: now.toISOString() })
      .where('id', '=', taken.messageId)
      .execute()
  }
  await channelRow(transaction, channel)
    .set({
      ...{ tries: 0, failing_since: null, last_error: null, last_sent_at: now.toISOString() },
      next_try_at: new Date(now.getTime() + QUIET_MILLISECONDS).toISOString(),
    })
    .execute()
}

/** A message did not arrive, as far as is known: it is tried again, less and less often, while what it says is true. */
export async function recordFailed(
  transaction: DeskTransaction,
  given: { channel: Channel; taken: TakenNotices | undefined; answer: FailedAnswer; now: Date },
): Promise<void> {
  const { channel, taken, answer, now } = given
  if (taken !== undefined) {
    await setState(transaction, { ids: taken.ids, state: 'pending' })
    if (answer.mayHaveArrived) await recordUnsureTry(transaction, taken.messageId)
  }
  const tries = channel.tries + 1
  await channelRow(transaction, channel)
    .set({
      ...{ tries, last_error: answer.why },
      next_try_at: new Date(now.getTime() + pauseAfter(tries)).toISOString(),
      failing_since: (channel.failingSince ?? now).toISOString(),
    })
    .execute()
}

/** How long a channel rests after so many tries of which none arrived for sure, in milliseconds. */
export function pauseAfter(tries: number): number {
  if (tries === 0) return 0
  return Math.min(QUIET_MILLISECONDS * 2 ** Math.min(tries - 1, 20), LONGEST_PAUSE_MILLISECONDS)
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
