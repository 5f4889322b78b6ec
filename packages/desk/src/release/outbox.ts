import type { AuditAct } from '@scoregate/protocol/audit'
import type { Digest } from '@scoregate/protocol/digest'
import type { Logger } from 'pino'
import { auditHold, recordAct } from '../audit/record-act.ts'
import { getHold, moveHold } from '../holds/hold-queries.ts'
import type { HoldId } from '../holds/hold-record.ts'
import type { DeskTransaction } from '../migrations/desk-tables.ts'
import { promiseNotices } from '../notices/promise-notices.ts'
import { expireUnwanted } from '../review/expire-holds.ts'
import { createWakeUp } from '../wake-up.ts'
import { nextTryAt } from './back-off.ts'
import {
  endItem,
  findDue,
  findNextTry,
  type OutboxItem,
  planNextTry,
  resumeStopped,
} from './outbox-queries.ts'
import { type SendAnswer, type SendingSite, sendOutcome } from './send-outcome.ts'

/** The running outbox: sends what was promised, in order for each hold, again until the platform has accepted it. */
export type Outbox = {
  /** There is news: look now. Call it after the commit that made a promise. */
  wake(): void
  close(): Promise<void>
}

export type OutboxSite = SendingSite & {
  readonly policyDigest: Digest
  /** The machine's own clock: the next try is planned by it, since it moves whatever happens to it. */
  readonly wall: () => Date
  readonly log: Logger
}

/** So many holds are sent at once; uploads of one do not keep the status words of others waiting. */
const MAX_AT_ONCE = 8
/** The clock is looked at so often, even without news: it is not ours and may jump. */
const LONGEST_REST_MILLISECONDS = 5000

/** Takes up whatever an earlier run of the desk left unsent, and goes on until `close`. */
export async function startOutbox(site: OutboxSite): Promise<Outbox> {
  await resumeStopped(site.db, site.wall())
  const news = createWakeUp()
  const sending = new Map<HoldId, Promise<void>>()
  let isOpen = true

  async function run(): Promise<void> {
    while (isOpen) {
      try {
        await beginDue()
        await news.wait(await restMilliseconds())
      } catch (error) {
        // A disk that fails for a while must not end what is promised for good.
        site.log.error({ err: error }, 'The outbox could not be read; it is read again in five seconds.')
        await news.wait(LONGEST_REST_MILLISECONDS)
      }
    }
    await Promise.all(sending.values())
  }

  async function beginDue(): Promise<void> {
    const due = await findDue(site.db, { now: site.wall(), limit: MAX_AT_ONCE + sending.size })
    for (const item of due) {
      if (sending.has(item.holdId) || sending.size >= MAX_AT_ONCE) continue
      const work = sendItem(site, item, () => isOpen).finally(() => {
        sending.delete(item.holdId)
        news.wake()
      })
      sending.set(item.holdId, work)
    }
  }

  async function restMilliseconds(): Promise<number> {
    const next = await findNextTry(site.db)
    const left = next === undefined ? LONGEST_REST_MILLISECONDS : next.getTime() - site.wall().getTime()
    // What is due already is being sent, and its end is news; never spin over it.
    return Math.min(LONGEST_REST_MILLISECONDS, left <= 0 ? LONGEST_REST_MILLISECONDS : left)
  }

  const running = run()
  // An outbox that dies must be seen, and `close` reports it; until then nobody awaits this promise.
  running.catch((error) => site.log.error({ err: error }, 'The outbox stopped.'))
  return {
    wake: news.wake,
    async close() {
      isOpen = false
      news.wake()
      await running
    },
  }
}

/** Sends one row and records how it went; never throws, so that one hold cannot stop the others. */
async function sendItem(site: OutboxSite, item: OutboxItem, isOpen: () => boolean): Promise<void> {
  const log = site.log.child({ holdId: item.holdId, outcome: item.outcome.kind })
  try {
    // Nothing leaves whose deposit and decision are not in the chain's file.
    await site.audit.written()
    const answer = await sendOutcome(site, item)
    if (answer.kind === 'failed' && !isOpen()) return
    await recordAnswer(site, item, { answer, log })
    await site.audit.written()
  } catch (error) {
    log.error({ err: error }, 'Sending failed at the desk itself; trying again later.')
    await tryLater(site, item, 'Something went wrong at the desk itself; its log says what.').catch((again) =>
      // The row stays pending and due, so nothing is lost: the next look takes it up.
      log.error({ err: again }, 'The next try could not be recorded.'),
    )
  }
}

async function recordAnswer(
  site: OutboxSite,
  item: OutboxItem,
  { answer, log }: { answer: SendAnswer; log: Logger },
): Promise<void> {
  const { db, policyDigest } = site
  const now = site.clock()
  switch (answer.kind) {
    case 'accepted':
      await db.transaction().execute((transaction) => accept(transaction, item, now))
      log.info('The platform accepted what it was told of a hold.')
      return
    case 'gone':
      await db.transaction().execute((transaction) => giveUp(transaction, item, policyDigest, now))
      log.info('The platform no longer wants a hold.')
      return
    case 'stopped':
      await db.transaction().execute((transaction) => stop(transaction, item, answer, now))
      log.error({ why: answer.why }, 'A release was stopped, and nothing was sent.')
      return
    case 'failed':
      await tryLater(site, item, answer.why)
      log.warn(
        { why: answer.why, tries: item.tries + 1 },
        'The platform could not be told; trying again later.',
      )
  }
}

function tryLater(site: OutboxSite, item: OutboxItem, error: string): Promise<void> {
  const at = nextTryAt({ tries: item.tries + 1, now: site.wall(), chance: Math.random() })
  return planNextTry(site.db, item, { nextTryAt: at, error })
}

/** The platform has it. When that was the last thing to tell of a decided hold, the hold has ended. */
async function accept(transaction: DeskTransaction, item: OutboxItem, now: Date): Promise<void> {
  if (!(await endItem(transaction, item, { state: 'done', now }))) return
  await recordEnd(transaction, item, 'outcome-accepted', now)
  const left = await transaction
    .selectFrom('outbox')
    .select('sequence')
    .where('hold_id', '=', item.holdId)
    .where('state', 'in', ['pending', 'stopped'])
    .executeTakeFirst()
  if (left === undefined) await endHold(transaction, item.holdId, now)
}

async function endHold(transaction: DeskTransaction, id: HoldId, now: Date): Promise<void> {
  const { state } = await getHold(transaction, id)
  const set = { ended_at: now.toISOString(), alarm: null }
  if (state === 'approved') await moveHold(transaction, { id, from: 'approved', to: 'released', set })
  if (state === 'rejected') await moveHold(transaction, { id, from: 'rejected', to: 'closed', set })
  if (state === 'expired') await moveHold(transaction, { id, from: 'expired', to: 'closed', set })
}

/** The platform wants nothing more of this attempt: what was still to be told is void, and an undecided hold lapses. */
async function giveUp(
  transaction: DeskTransaction,
  item: OutboxItem,
  policyDigest: Digest,
  now: Date,
): Promise<void> {
  if (!(await endItem(transaction, item, { state: 'refused', now }))) return
  await recordEnd(transaction, item, 'outcome-refused', now)
  await transaction
    .updateTable('outbox')
    .set({ state: 'refused', ended_at: now.toISOString() })
    .where('hold_id', '=', item.holdId)
    .where('state', 'in', ['pending', 'stopped'])
    .execute()
  if (await expireUnwanted(transaction, { holdId: item.holdId, cause: 'superseded', policyDigest, now }))
    return
  const { state } = await getHold(transaction, item.holdId)
  if (state !== 'approved') return endHold(transaction, item.holdId, now)
  // Approved but unwanted: it was not released, so it may not say so; its content follows the retention rule.
  await transaction
    .updateTable('hold')
    .set({ ended_at: now.toISOString() })
    .where('id', '=', item.holdId)
    .execute()
}

async function stop(
  transaction: DeskTransaction,
  item: OutboxItem,
  { why, cause }: Extract<SendAnswer, { kind: 'stopped' }>,
  now: Date,
): Promise<void> {
  if (!(await endItem(transaction, item, { state: 'stopped', now, error: why }))) return
  await transaction.updateTable('hold').set({ alarm: why }).where('id', '=', item.holdId).execute()
  const hold = auditHold(await getHold(transaction, item.holdId))
  await recordAct(transaction, { act: { kind: 'release-stopped', hold, cause }, now })
  await promiseNotices(transaction, { holdId: item.holdId, kind: 'stopped', now })
}

async function recordEnd(
  transaction: DeskTransaction,
  item: OutboxItem,
  kind: 'outcome-accepted' | 'outcome-refused',
  now: Date,
): Promise<void> {
  const act: AuditAct = {
    kind,
    hold: auditHold(await getHold(transaction, item.holdId)),
    outcome: item.outcome.kind,
  }
  await recordAct(transaction, { act, now })
}
