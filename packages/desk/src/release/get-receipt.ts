import { ScoregateError } from '@scoregate/protocol/errors'
import type { Receipt } from '@scoregate/protocol/receipt'
import type { HoldId } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { listOutbox } from './outbox-queries.ts'

/** The receipt of an outcome of a hold, or the newest. Throws `ScoregateError` (`no-receipt`). */
export async function getReceipt(db: DeskDb, holdId: HoldId, outcome: string | undefined): Promise<Receipt> {
  const items = await listOutbox(db, holdId)
  const item = items.findLast(
    ({ receipt, outcome: { kind } }) => receipt !== undefined && (outcome === undefined || kind === outcome),
  )
  if (item?.receipt !== undefined) return item.receipt
  throw new ScoregateError({
    kind: 'not-found',
    code: 'no-receipt',
    message: 'There is no such receipt of this hold.',
    remedy:
      'A receipt is signed when the platform is first told of a release or a failure. Look again later.',
  })
}
