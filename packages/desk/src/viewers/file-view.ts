import type { HoldId } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'

/** What one reviewer has been shown of one file. */
export type Coverage = {
  /** The bytes, in order and apart from each other. An empty file that was opened has the empty range. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[]
  readonly bytes: number
}

/**
 * Notes that a reviewer was shown the bytes of a file from `from` up to and without `to`. Ranges that touch become one, so
 * that a file read from end to end has one.
 */
export async function noteViewed(
  transaction: DeskTransaction,
  view: { hold: HoldId; fileNumber: number; from: number; to: number; reviewer: string },
): Promise<void> {
  const { hold, fileNumber, reviewer } = view
  let { from, to } = view
  const touching = await transaction
    .selectFrom('file_view')
    .select(['from_byte', 'to_byte'])
    .where('hold_id', '=', hold)
    .where('file_number', '=', fileNumber)
    .where('reviewer', '=', reviewer)
    .where('from_byte', '<=', to)
    .where('to_byte', '>=', from)
    .execute()
  for (const { from_byte, to_byte } of touching) {
    from = Math.min(from, from_byte)
    to = Math.max(to, to_byte)
    await transaction
      .deleteFrom('file_view')
      .where('hold_id', '=', hold)
      .where('file_number', '=', fileNumber)
      .where('reviewer', '=', reviewer)
      .where('from_byte', '=', from_byte)
      .execute()
  }
  await transaction
    .insertInto('file_view')
    .values({ hold_id: hold, file_number: fileNumber, reviewer, from_byte: from, to_byte: to })
    .execute()
}

/** What a reviewer has been shown of each file of a hold, by its number; files that were not opened are not in it. */
export async function readCoverage(
  db: DeskDb | DeskTransaction,
  { hold, reviewer }: { hold: HoldId; reviewer: string },
): Promise<ReadonlyMap<number, Coverage>> {
  const rows = await db
    .selectFrom('file_view')
    .select(['file_number', 'from_byte', 'to_byte'])
    .where('hold_id', '=', hold)
    .where('reviewer', '=', reviewer)
    .orderBy('file_number')
    .orderBy('from_byte')
    .execute()
  const coverage = new Map<number, Coverage>()
  for (const { file_number, from_byte: from, to_byte: to } of rows) {
    const { ranges, bytes } = coverage.get(file_number) ?? { ranges: [], bytes: 0 }
    coverage.set(file_number, { ranges: [...ranges, { from, to }], bytes: bytes + to - from })
  }
  return coverage
}

/** Whether a file of this size was shown from its first byte to its last. */
export function isSeenWhole(coverage: Coverage | undefined, sizeBytes: number): boolean {
  const first = coverage?.ranges[0]
  return first !== undefined && first.from === 0 && first.to === sizeBytes
}
