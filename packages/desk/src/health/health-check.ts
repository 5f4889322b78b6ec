import { randomUUID } from 'node:crypto'
import { access, constants, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Audit } from '../audit/audit.ts'
import { auditFileOf } from '../audit/audit-file-name.ts'
import type { SiteClock } from '../clock/site-clock.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'

/** How the desk is, in closed words: for whatever watches over it, and says nothing of what it holds. */
export const Health = z.strictObject({
  status: z.enum(['ok', 'trouble']),
  /** Whether the records answer. */
  database: z.enum(['ok', 'unavailable']),
  /** Whether a file can be written to the vault, and is on disk. */
  vault: z.enum(['ok', 'unwritable']),
  /** Whether acts get onto the audit chain; when they do not, nothing is shown or released. */
  audit: z.enum(['ok', 'unwritable']),
  /** `late`: something has not been accepted by its platform for an hour. `stopped`: the vault lacks what was approved. */
  outbox: z.enum(['ok', 'late', 'stopped']),
  clock: z.enum(['ok', 'behind', 'jumped']),
})
export type Health = z.infer<typeof Health>

/** Looks how the desk is. Never rejects. */
export type HealthCheck = () => Promise<Health>

const LATE_MILLISECONDS = 3_600_000
/** Whoever asks is not known, so the disk is written to no more often than this. */
const REMEMBERED_MILLISECONDS = 5000

/** The health check of one desk. */
export function createHealthCheck(given: {
  db: DeskDb
  dataFolder: string
  vaultFolder: string
  audit: Audit
  siteClock: SiteClock
  monotonic: () => number
}): HealthCheck {
  let last: { at: number; health: Promise<Health> } | undefined
  return () => {
    const at = given.monotonic()
    if (last === undefined || at - last.at > REMEMBERED_MILLISECONDS) last = { at, health: examine(given) }
    return last.health
  }
}

async function examine(given: Parameters<typeof createHealthCheck>[0]): Promise<Health> {
  const parts = {
    database: (await succeeds(() => sql`select 1 from migration limit 1`.execute(given.db)))
      ? 'ok'
      : 'unavailable',
    vault: (await succeeds(() => writeAndRemove(given.vaultFolder))) ? 'ok' : 'unwritable',
    audit: (await succeeds(() => writeChain(given))) ? 'ok' : 'unwritable',
    // Where the database does not answer, that is said once, above.
    outbox: await outboxState(given.db, given.siteClock.now()).catch(() => 'ok' as const),
    clock: given.siteClock.trouble() ?? 'ok',
  } as const
  return { status: Object.values(parts).every((word) => word === 'ok') ? 'ok' : 'trouble', ...parts }
}

async function succeeds(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch {
    return false
  }
}

/** As a deposit would. A file that a crash leaves behind is removed with the rest of `incoming` at the next start. */
async function writeAndRemove(vaultFolder: string): Promise<void> {
  const file = join(vaultFolder, 'incoming', `health-${randomUUID()}`)
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      await handle.writeFile('scoregate')
      await handle.sync()
    } finally {
      await handle.close()
    }
  } finally {
    await rm(file, { force: true })
  }
}

/** Writes what waits, if anything does; a chain that broke refuses even then. */
async function writeChain({ audit, dataFolder }: { audit: Audit; dataFolder: string }): Promise<void> {
  await audit.written()
  await access(auditFileOf(dataFolder), constants.W_OK)
}

async function outboxState(db: DeskDb, now: Date): Promise<Health['outbox']> {
  const { stopped, oldest } = await readOutboxAge(db)
  if (stopped > 0) return 'stopped'
  return oldest !== undefined && now.getTime() - oldest.getTime() > LATE_MILLISECONDS ? 'late' : 'ok'
}

/** How many rows are stopped, and since when the oldest waits that the platform has not accepted. */
export async function readOutboxAge(
  db: DeskDb,
): Promise<{ pending: number; stopped: number; oldest: Date | undefined }> {
  const rows = await db
    .selectFrom('outbox')
    .select((eb) => ['state', eb.fn.countAll<number>().as('count'), eb.fn.min('created_at').as('oldest')])
    .where('state', 'in', ['pending', 'stopped'])
    .groupBy('state')
    .execute()
  const of = (state: string) => rows.find((row) => row.state === state)
  const oldest = of('pending')?.oldest
  return {
    pending: Number(of('pending')?.count ?? 0),
    stopped: Number(of('stopped')?.count ?? 0),
    oldest: oldest === undefined || oldest === null ? undefined : new Date(oldest),
  }
}
