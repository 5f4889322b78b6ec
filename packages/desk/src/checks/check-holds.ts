import type { Finding } from '@scoregate/gate/finding'
import { INSPECTION } from '@scoregate/gate/finding'
import type { LineSketch } from '@scoregate/gate/line-sketch'
import type { Digest } from '@scoregate/protocol/digest'
import type { Logger } from 'pino'
import { auditHold, recordAct } from '../audit/record-act.ts'
import type { SiteClock } from '../clock/site-clock.ts'
import { scoresFiles } from '../holds/artefact-entries.ts'
import { getHold } from '../holds/hold-queries.ts'
import { type Hold, HoldId } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { promiseNotices } from '../notices/promise-notices.ts'
import { planReminders } from '../notices/reminders.ts'
import { readRelease } from '../release/read-release.ts'
import type { Vault } from '../vault/vault.ts'
import { createWakeUp } from '../wake-up.ts'
import { approveByPolicy, isForPolicy, tickedArtefacts } from './approve-by-policy.ts'
import { CollectedFindings } from './collected-findings.ts'
import { CheckThread, type InspectionEnd } from './inspect-in-thread.ts'
import { readHistory, rememberRun } from './read-history.ts'
import { keepSketch } from './sketches.ts'

/** The part of the desk that has the checks run over deposited holds, one after the other. */
export type Checker = {
  /** A hold came in. */
  wake(): void
  close(): Promise<void>
}

const SCAN_MILLISECONDS = 5000
const PROGRESS_MILLISECONDS = 500
/** A hold up to this size passes those that take long, in a thread of its own. */
const SMALL_HOLD_BYTES = 16 * 2 ** 20
/** The size of the largest hold that each thread takes. */
const LANES = [Number.MAX_SAFE_INTEGER, SMALL_HOLD_BYTES] as const

/** What the checks need of their desk. */
type CheckSite = {
  readonly db: DeskDb
  readonly vault: Vault
  readonly vaultFolder: string
  readonly siteClock: SiteClock
  readonly policyDigest: Digest
  readonly log: Logger
  /** For tests: what runs in place of the thread. */
  readonly threadFile?: URL | undefined
  /** The policy approved a hold: there is something to publish. */
  readonly onDecided: () => void
  /** It did not, so a person must look: there is a notice to send. */
  readonly onWaiting: () => void
}

/**
 * Starts the checks. Two threads: one takes every hold in the order of arrival, the other the small ones only, so that
 * nobody waits for somebody's gigabytes. What an earlier run of the desk left without a result is begun anew.
 */
export function startChecker(site: CheckSite): Checker {
  let isOpen = true
  const taken = new Set<string>()
  const lanes = LANES.map((mostBytes) => {
    const news = createWakeUp()
    const thread = new CheckThread({ vaultFolder: site.vaultFolder, log: site.log, file: site.threadFile })
    return { news, thread, ended: work({ mostBytes, news, thread }) }
  })

  async function work({
    mostBytes,
    news,
    thread,
  }: {
    mostBytes: number
    news: ReturnType<typeof createWakeUp>
    thread: CheckThread
  }): Promise<void> {
    while (isOpen) {
      try {
        const id = await takeNext(mostBytes)
        if (id === undefined) {
          await news.wait(SCAN_MILLISECONDS)
          continue
        }
        try {
          await checkHold(site, thread, id)
        } finally {
          taken.delete(id)
        }
      } catch (error) {
        site.log.error(
          { err: error },
          'The checks of a hold could not be kept; they are repeated in five seconds.',
        )
        await news.wait(SCAN_MILLISECONDS)
      }
    }
  }

  async function takeNext(mostBytes: number): Promise<HoldId | undefined> {
    const due = await site.db
      .selectFrom('hold_checks')
      .select('hold_id')
      .where('state', 'in', ['waiting', 'running'])
      .where('total_bytes', '<=', mostBytes)
      .orderBy('queued_at')
      .orderBy('hold_id')
      .limit(LANES.length)
      .execute()
    const next = due.find(({ hold_id }) => !taken.has(hold_id))
    if (next === undefined || !isOpen) return undefined
    taken.add(next.hold_id)
    return HoldId.parse(next.hold_id)
  }

  return {
    wake() {
      for (const { news } of lanes) news.wake()
    },
    async close() {
      isOpen = false
      for (const { news } of lanes) news.wake()
      await Promise.all(lanes.map(({ thread }) => thread.close()))
      await Promise.all(lanes.map(({ ended }) => ended))
    },
  }
}

async function checkHold(site: CheckSite, thread: CheckThread, id: HoldId): Promise<void> {
  const hold = await getHold(site.db, id)
  if (hold.state !== 'awaiting' || hold.contentRemovedAt !== undefined) {
    await site.db.updateTable('hold_checks').set({ state: 'skipped' }).where('hold_id', '=', id).execute()
    return
  }
  await site.db
    .updateTable('hold_checks')
    .set({ state: 'running', checked_bytes: 0 })
    .where('hold_id', '=', id)
    .execute()
  await rememberRun(site.db, hold)
  const { findings, sketch, end } = await look(site, thread, hold)
  if (end === 'stopped') return
  if (sketch !== undefined) await keepSketch(site.db, hold, sketch)
  await keep(site, hold, findings)
}

/** Looks at the hold in the thread. However that ends, what it says is in the findings. */
async function look(
  site: CheckSite,
  thread: CheckThread,
  hold: Hold,
): Promise<{ findings: CollectedFindings; sketch: LineSketch | undefined; end: InspectionEnd }> {
  const findings = new CollectedFindings()
  let sketch: LineSketch | undefined
  const seconds = hold.rules.checks.timeLimitSeconds
  const keepProgress = progressKeeper(site, hold.id)
  const end = await thread.inspect(
    {
      manifest: hold.manifest,
      scoresFile: scoresFiles(hold.manifest).json,
      columns: hold.job.columns,
      rules: hold.rules.checks,
      history: await readHistory(site.db, hold),
    },
    {
      timeLimitMilliseconds: seconds * 1000,
      onFindings: (found) => findings.add(found),
      onProgress: keepProgress.note,
      onSketch: (made) => {
        sketch = made
      },
    },
  )
  await keepProgress.kept()
  if (end === 'timed-out') {
    findings.add([
      unfinished(`The checks did not end within ${seconds} seconds, so not all of this hold was looked at.`),
    ])
  }
  if (end === 'crashed') {
    findings.add([unfinished('The checks crashed, so not all of this hold was looked at.')])
  }
  if (end === 'timed-out' || end === 'crashed')
    site.log.error({ holdId: hold.id, end }, 'The checks of a hold did not get through.')
  return { findings, sketch, end }
}

function unfinished(what: string): Finding {
  return { check: INSPECTION, rank: 'critical', place: { kind: 'hold' }, what, count: 1, failed: true }
}

/** Writes how far a look is, not more often than a person can see it. */
function progressKeeper(
  { db, log }: CheckSite,
  id: HoldId,
): { note: (checkedBytes: number) => void; kept: () => Promise<void> } {
  let last = Number.NEGATIVE_INFINITY
  let writing = Promise.resolve()
  return {
    note(checkedBytes) {
      if (performance.now() - last < PROGRESS_MILLISECONDS) return
      last = performance.now()
      const write = async () => {
        await db
          .updateTable('hold_checks')
          .set({ checked_bytes: checkedBytes })
          .where('hold_id', '=', id)
          .where('state', '=', 'running')
          .execute()
      }
      writing = writing.then(write).catch((error: unknown) => {
        log.warn({ err: error, holdId: id }, 'How far the checks are could not be written.')
      })
    },
    kept: () => writing,
  }
}

/** Writes what was found and that the checks have ended, on the chain too, and lets the policy decide what it may. */
async function keep(site: CheckSite, hold: Hold, findings: CollectedFindings): Promise<void> {
  const mayApprove = isForPolicy(hold) && findings.areHarmless && (await isVaultIntact(site, hold))
  const isApproved = await site.db.transaction().execute(async (transaction) => {
    const now = site.siteClock.now()
    await writeFindings(transaction, hold, { findings, now })
    if (!isForPolicy(hold)) return false
    if (mayApprove && (await approveByPolicy(transaction, site, { id: hold.id, now }))) return true
    await promiseNotices(transaction, { holdId: hold.id, kind: 'waiting', now })
    await planReminders(transaction, {
      ...{ holdId: hold.id, rules: hold.rules },
      ...{ from: hold.depositedAt, deadline: hold.expiresAt },
    })
    return false
  })
  if (isApproved) site.onDecided()
  else site.onWaiting()
}

async function writeFindings(
  transaction: DeskTransaction,
  hold: Hold,
  { findings, now }: { findings: CollectedFindings; now: Date },
): Promise<void> {
  await transaction.deleteFrom('finding').where('hold_id', '=', hold.id).execute()
  const rows = findings.sorted.map((finding, number) => ({
    hold_id: hold.id,
    number,
    finding_json: JSON.stringify(finding),
  }))
  if (rows.length > 0) await transaction.insertInto('finding').values(rows).execute()
  await transaction
    .updateTable('hold_checks')
    .set({
      ...findings.counts,
      state: 'ended',
      checked_bytes: hold.totalBytes,
      ended_at: now.toISOString(),
      failed_json: JSON.stringify(findings.failed),
    })
    .where('hold_id', '=', hold.id)
    .execute()
  const isComplete = findings.failed.length === 0
  const act = { kind: 'checks-ended', hold: auditHold(hold), ...findings.counts, isComplete } as const
  await recordAct(transaction, { act, now })
}

/** As before a reviewer's approval: what the vault has must be what was sealed. If it is not, a person must look. */
async function isVaultIntact({ vault, log }: CheckSite, hold: Hold): Promise<boolean> {
  try {
    await readRelease(vault.blobs, hold, tickedArtefacts(hold))
    return true
  } catch (error) {
    log.error(
      { err: error, holdId: hold.id },
      'The policy approved nothing: the vault has not what was sealed.',
    )
    return false
  }
}
