import { shareOfTime, type TimeOutRules } from '@scoregate/gate/deadline'
import { HoldRules } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { promiseNotices } from './promise-notices.ts'

/** The share of the time to review that is over when each reminder is due. */
const REMINDERS = [
  { kind: 'half-time', share: 0.5 },
  { kind: 'last-call', share: 0.9 },
] as const
type ReminderKind = (typeof REMINDERS)[number]['kind']

type Period = {
  readonly rules: Pick<TimeOutRules, 'calendar'>
  readonly from: Date
  readonly deadline: Date
}

/** Plans the reminders of a hold that waits: at half and at one tenth of the time left,
 * of working time where that counts. In the transaction of its deposit. */
export async function planReminders(
  transaction: DeskTransaction,
  { holdId, ...period }: Period & { holdId: string },
): Promise<void> {
  const rows = REMINDERS.map(({ kind, share }) => ({
    hold_id: holdId,
    kind,
    due_at: reminderTime(period, share).toISOString(),
  }))
  await transaction.insertInto('hold_reminder').values(rows).execute()
}

/**
 * Promises the reminders whose time has come, each once; answers how many there were. A hold that was decided is not
 * reminded of, and one that is near its deadline already (the desk was down) only of that.
 */
export async function remindDue(db: DeskDb, clock: () => Date): Promise<number> {
  const due = await db
    .selectFrom('hold_reminder')
    .select(['hold_id', 'kind'])
    .where('due_at', '<=', clock().toISOString())
    .orderBy('due_at')
    .limit(1000)
    .execute()
  for (const { hold_id, kind } of due) {
    await db
      .transaction()
      .execute((transaction) => remind(transaction, { holdId: hold_id, kind, now: clock() }))
  }
  return due.length
}

async function remind(
  transaction: DeskTransaction,
  { holdId, kind, now }: { holdId: string; kind: string; now: Date },
): Promise<void> {
  const hold = await transaction
    .selectFrom('hold')
    .select(['state', 'deposited_at', 'expires_at', 'rules_json'])
    .where('id', '=', holdId)
    .executeTakeFirstOrThrow()
  const period = {
    rules: rulesOf(hold.rules_json),
    ...{ from: new Date(hold.deposited_at), deadline: new Date(hold.expires_at) },
  }
  const row = transaction.updateTable('hold_reminder').where('hold_id', '=', holdId).where('kind', '=', kind)
  const reached = REMINDERS.filter(({ share }) => reminderTime(period, share) <= now)
  const isReached = reached.some((reminder) => reminder.kind === kind)
  if (hold.state === 'awaiting' && !isReached) {
    // The deadline was moved since the reminder was planned.
    const planned = REMINDERS.find((reminder) => reminder.kind === kind)
    if (planned !== undefined) {
      await row.set({ due_at: reminderTime(period, planned.share).toISOString() }).execute()
      return
    }
  }
  await transaction
    .deleteFrom('hold_reminder')
    .where('hold_id', '=', holdId)
    .where('kind', '=', kind)
    .execute()
  const latest: ReminderKind | undefined = reached.at(-1)?.kind
  if (hold.state !== 'awaiting' || period.deadline <= now || latest === undefined || latest !== kind) return
  await promiseNotices(transaction, { holdId, kind: latest, now })
}

function reminderTime({ rules, ...time }: Period, share: number): Date {
  return shareOfTime(rules, { ...time, share })
}

/** Rules that cannot be read must not keep the reminders of other holds back: then the clock counts. */
function rulesOf(text: string): Period['rules'] {
  return HoldRules.safeParse(JSON.parse(text)).data ?? {}
}
