import { type CheckRules, modeOf } from '@scoregate/gate/check-rules'
import { Finding, type FindingCounts, FindingSource, INSPECTION } from '@scoregate/gate/finding'
import type { ChecksTrouble } from '@scoregate/gate/hold'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { HoldId } from '../holds/hold-record.ts'
import type { DeskDb, DeskTables, DeskTransaction } from '../migrations/desk-tables.ts'

/** `skipped`: the hold was decided, or its files were gone, before its turn came. */
export const ChecksState = z.enum(['waiting', 'running', 'ended', 'skipped'])
export type ChecksState = z.infer<typeof ChecksState>

/** How far the checks over a hold are. */
export type HoldChecks = {
  readonly state: ChecksState
  readonly checkedBytes: number
  readonly totalBytes: number
  /** Also of findings that are not kept, since there are too many. */
  readonly counts: FindingCounts
  /** The checks that did not get through. */
  readonly failed: readonly FindingSource[]
  readonly endedAt: Date | undefined
}

const LOOKED_UP_AT_ONCE = 500

/** How far the checks over these holds are; holds that are older than the checks are left out. */
export async function findChecksOf(
  db: DeskDb | DeskTransaction,
  ids: readonly HoldId[],
): Promise<Map<HoldId, HoldChecks>> {
  const found = new Map<HoldId, HoldChecks>()
  for (let at = 0; at < ids.length; at += LOOKED_UP_AT_ONCE) {
    const part = ids.slice(at, at + LOOKED_UP_AT_ONCE)
    const rows = await db.selectFrom('hold_checks').selectAll().where('hold_id', 'in', part).execute()
    const byId = new Map(rows.map((row) => [row.hold_id, row]))
    for (const id of part) {
      const row = byId.get(id)
      if (row !== undefined) found.set(id, parseChecks(row))
    }
  }
  return found
}

/** How far the checks over a hold are; undefined for one that is older than the checks. */
export async function findChecks(db: DeskDb | DeskTransaction, id: HoldId): Promise<HoldChecks | undefined> {
  return (await findChecksOf(db, [id])).get(id)
}

/** What the checks found in a hold, the worst first. */
export async function listFindings(db: DeskDb, id: HoldId): Promise<Finding[]> {
  const rows = await db
    .selectFrom('finding')
    .select('finding_json')
    .where('hold_id', '=', id)
    .orderBy('number')
    .execute()
  return rows.map(({ finding_json }) => Finding.parse(JSON.parse(finding_json)))
}

/** Puts a new hold in the queue of the checks. */
export async function queueChecks(
  transaction: DeskTransaction,
  { holdId, totalBytes, now }: { holdId: HoldId; totalBytes: number; now: Date },
): Promise<void> {
  await transaction
    .insertInto('hold_checks')
    .values({
      ...{ hold_id: holdId, state: 'waiting', queued_at: now.toISOString(), ended_at: null },
      ...{ checked_bytes: 0, total_bytes: totalBytes, critical: 0, serious: 0, notice: 0 },
      ...{ failed_json: '[]', platform: null, competition_id: null, participant_id: null, run_seconds: null },
    })
    .execute()
}

/**
 * Why nothing of a hold can be approved as far as its checks go. That a hold has no record of any is as if they had not
 * ended: in doubt nothing leaves.
 */
export function checksTrouble(checks: HoldChecks | undefined, rules: CheckRules): ChecksTrouble | undefined {
  if (checks?.state !== 'ended') return rules.approval === 'after-checks' ? 'not-ended' : undefined
  return requiredFailures(checks, rules).length > 0 ? 'required-failed' : undefined
}

/** The checks that the policy requires and that did not get through; where all stopped, none of them did. */
export function requiredFailures(checks: HoldChecks, rules: CheckRules): FindingSource[] {
  const isAnyRequired = Object.values(rules.run).includes('required')
  return checks.failed.filter((check) =>
    check === INSPECTION ? isAnyRequired : modeOf(rules, check) === 'required',
  )
}

function parseChecks(row: Selectable<DeskTables['hold_checks']>): HoldChecks {
  return {
    state: ChecksState.parse(row.state),
    checkedBytes: row.checked_bytes,
    totalBytes: row.total_bytes,
    counts: { critical: row.critical, serious: row.serious, notice: row.notice },
    failed: z.array(FindingSource).parse(JSON.parse(row.failed_json)),
    endedAt: row.ended_at === null ? undefined : new Date(row.ended_at),
  }
}
