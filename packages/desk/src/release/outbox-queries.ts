import { Receipt } from '@scoregate/protocol/receipt'
import { HoldId } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction, OutboxRow } from '../migrations/desk-tables.ts'
import { LONGEST_SECONDS } from './back-off.ts'
import { PlannedOutcome } from './planned-outcome.ts'

/**
 * `pending`: to be sent, again until accepted. `done`: the platform accepted it. `refused`: the platform no longer wants
 * it. `stopped`: the vault no longer has what the reviewer approved, so nothing was sent; tried again when the desk starts.
 */
export type OutboxState = 'pending' | 'done' | 'refused' | 'stopped'

/** One thing to tell the platform about a hold. */
export type OutboxItem = {
  readonly holdId: HoldId
  readonly sequence: number
  readonly outcome: PlannedOutcome
  readonly state: OutboxState
  readonly tries: number
  readonly nextTryAt: Date
  /** Why the last try failed, for people at the site only. */
  readonly lastError: string | undefined
  readonly endedAt: Date | undefined
  /** Signed at the first try; there is none for the word that a result waits. */
  readonly receipt: Receipt | undefined
}

/** Promises to tell the platform something: in the same transaction as what makes it true. */
export async function promiseOutcome(
  transaction: DeskTransaction,
  { holdId, outcome, now }: { holdId: HoldId; outcome: PlannedOutcome; now: Date },
): Promise<void> {
  const last = await transaction
    .selectFrom('outbox')
    .select((eb) => eb.fn.max('sequence').as('sequence'))
    .where('hold_id', '=', holdId)
    .executeTakeFirst()
  await transaction
    .insertInto('outbox')
    .values({
      hold_id: holdId,
      sequence: (last?.sequence ?? -1) + 1,
      kind: outcome.kind,
      payload_json: JSON.stringify(outcome),
      state: 'pending' satisfies OutboxState,
      tries: 0,
      next_try_at: now.toISOString(),
      last_error: null,
      created_at: now.toISOString(),
      ended_at: null,
      receipt_json: null,
    })
    .execute()
}

/**
 * What is due now, at most one row for each hold: the first that has not ended, so that a hold is told in order. A row
 * further ahead than any try is ever planned was planned by a clock that has been set back since, and is due, too.
 */
export async function findDue(
  db: DeskDb,
  { now, limit }: { now: Date; limit: number },
): Promise<OutboxItem[]> {
  const rows = await db
    .selectFrom('outbox as row')
    .selectAll('row')
    .where('row.state', '=', 'pending')
    .where((eb) =>
      eb.or([
        eb('row.next_try_at', '<=', now.toISOString()),
        eb('row.next_try_at', '>', new Date(now.getTime() + LONGEST_SECONDS * 1000).toISOString()),
      ]),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('outbox as earlier')
            .select('earlier.hold_id')
            .whereRef('earlier.hold_id', '=', 'row.hold_id')
            .whereRef('earlier.sequence', '<', 'row.sequence')
            .where('earlier.state', 'in', ['pending', 'stopped']),
        ),
      ),
    )
    .orderBy('row.next_try_at')
    .limit(limit)
    .execute()
  return rows.map(parseItem)
}

/** When the next row is due, if any is pending. */
export async function findNextTry(db: DeskDb): Promise<Date | undefined> {
  const row = await db
    .selectFrom('outbox')
    .select((eb) => eb.fn.min('next_try_at').as('at'))
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return row?.at === undefined || row.at === null ? undefined : new Date(row.at)
}

/** Everything that was or will be told about one hold, in order. */
export async function listOutbox(db: DeskDb, holdId: HoldId): Promise<OutboxItem[]> {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('hold_id', '=', holdId)
    .orderBy('sequence')
    .execute()
  return rows.map(parseItem)
}

/** What has not been accepted yet, the oldest first. */
export async function listBacklog(db: DeskDb, limit: number): Promise<OutboxItem[]> {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('state', 'in', ['pending', 'stopped'])
    .orderBy('created_at')
    .limit(limit)
    .execute()
  return rows.map(parseItem)
}

/** How many rows have not been accepted yet. */
export async function countBacklog(db: DeskDb): Promise<number> {
  const row = await db
    .selectFrom('outbox')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', 'in', ['pending', 'stopped'])
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Ends a pending row as accepted, refused or stopped; answers whether it was still pending. */
export async function endItem(
  transaction: DeskTransaction,
  item: OutboxItem,
  end: { state: 'done' | 'refused' | 'stopped'; now: Date; error?: string },
): Promise<boolean> {
  const ended = await transaction
    .updateTable('outbox')
    .set({
      state: end.state,
      tries: item.tries + 1,
      ended_at: end.now.toISOString(),
      last_error: end.error ?? null,
    })
    .where('hold_id', '=', item.holdId)
    .where('sequence', '=', item.sequence)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return ended.numUpdatedRows === 1n
}

/** Plans the next try of a row. */
export async function planNextTry(
  db: DeskDb,
  item: OutboxItem,
  { nextTryAt, error }: { nextTryAt: Date; error: string },
): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ tries: item.tries + 1, next_try_at: nextTryAt.toISOString(), last_error: error })
    .where('hold_id', '=', item.holdId)
    .where('sequence', '=', item.sequence)
    .where('state', '=', 'pending')
    .execute()
}

/** Keeps the receipt of a row, so that every try sends the same. */
export async function storeReceipt(
  transaction: DeskTransaction,
  item: OutboxItem,
  receipt: Receipt,
): Promise<void> {
  await transaction
    .updateTable('outbox')
    .set({ receipt_json: JSON.stringify(receipt) })
    .where('hold_id', '=', item.holdId)
    .where('sequence', '=', item.sequence)
    .execute()
}

/** Takes up what stopped, once at every start: somebody may have restored the files in the meantime. */
export async function resumeStopped(db: DeskDb, now: Date): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ state: 'pending', next_try_at: now.toISOString(), ended_at: null })
    .where('state', '=', 'stopped')
    .execute()
}

function parseItem(row: OutboxRow): OutboxItem {
  return {
    holdId: HoldId.parse(row.hold_id),
    sequence: row.sequence,
    outcome: PlannedOutcome.parse(JSON.parse(row.payload_json)),
    state: parseState(row.state),
    tries: row.tries,
    nextTryAt: new Date(row.next_try_at),
    lastError: row.last_error ?? undefined,
    endedAt: row.ended_at === null ? undefined : new Date(row.ended_at),
    receipt: row.receipt_json === null ? undefined : Receipt.parse(JSON.parse(row.receipt_json)),
  }
}

function parseState(state: string): OutboxState {
  switch (state) {
    case 'pending':
    case 'done':
    case 'refused':
    case 'stopped':
      return state
    default:
      throw new Error(`The stored state "${state}" of an outbox row is unknown.`)
  }
}
