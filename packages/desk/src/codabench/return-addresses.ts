import { openForSite } from '@scoregate/gate/sealed-box'
import { ReturnAddress, returnAddressAbout } from '@scoregate/protocol/codabench/return-address'
import { z } from 'zod'
import { HoldId } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'

/** How far the posting of scores is. The site of the platform adds a second post to the first, so it is counted here. */
export const ScoresState = z.enum(['none', 'begun', 'posted'])
export type ScoresState = z.infer<typeof ScoresState>

/** Where a hold's result goes, opened for a moment. */
export type OpenedAddress = {
  readonly holdId: HoldId
  readonly address: ReturnAddress
  readonly scores: ScoresState
}

/** Opens a sealed address; undefined where it is not for this site and job, or says something that cannot be. */
export function openReturnAddress(
  privateKey: string,
  { platform, jobId, sealed }: { platform: string; jobId: string; sealed: string },
): ReturnAddress | undefined {
  const opened = openForSite(
    privateKey,
    returnAddressAbout({ platform, jobId }),
    Buffer.from(sealed, 'base64'),
  )
  try {
    return opened && ReturnAddress.safeParse(JSON.parse(opened.toString('utf8'))).data
  } catch {
    return undefined // no JSON: not sealed by a worker of ours
  }
}

/** Keeps an address with its hold, as it came. */
export async function keepReturnAddress(
  transaction: DeskTransaction,
  { holdId, sealed }: { holdId: HoldId; sealed: string },
): Promise<void> {
  await transaction
    .insertInto('return_address')
    .values({ hold_id: holdId, sealed, scores: 'none' satisfies ScoresState })
    .execute()
}

/** The address of the hold of a job, opened; undefined if there is none, or if it was sealed for another key. */
export async function findReturnAddress(
  db: DeskDb,
  given: { privateKey: string; platform: string; jobId: string; attempt: number },
): Promise<OpenedAddress | undefined> {
  const row = await db
    .selectFrom('return_address')
    .innerJoin('hold', 'hold.id', 'return_address.hold_id')
    .select(['return_address.hold_id', 'return_address.sealed', 'return_address.scores'])
    .where('hold.platform', '=', given.platform)
    .where('hold.job_id', '=', given.jobId)
    .where('hold.attempt', '=', given.attempt)
    .executeTakeFirst()
  const address = row && openReturnAddress(given.privateKey, { ...given, sealed: row.sealed })
  if (row === undefined || address === undefined) return undefined
  return { holdId: HoldId.parse(row.hold_id), address, scores: ScoresState.parse(row.scores) }
}

/** Written before a post of scores begins, and when its end is known. */
export async function setScoresState(db: DeskDb, holdId: HoldId, scores: ScoresState): Promise<void> {
  await db.updateTable('return_address').set({ scores }).where('hold_id', '=', holdId).execute()
}
