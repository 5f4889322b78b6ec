import { WorkerReport } from '@scoregate/protocol/worker-report'
import { sql } from 'kysely'
import { HoldId } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'

/** A worker as the desk knows it. */
export type KnownWorker = {
  readonly name: string
  /** When it last asked for the policy, reported or deposited; up to a minute late. */
  readonly seenAt: Date
  /** What it told last; absent for a worker of a version that does not report. */
  readonly report: WorkerReport | undefined
  readonly lastHold: { readonly id: HoldId; readonly at: Date } | undefined
}

/** What the desk writes down of its workers. */
export type WorkerLog = {
  /** A worker with this name was heard. Written at most once a minute; what no worker can be called is passed over. */
  seen(name: string): Promise<void>
  report(report: WorkerReport): Promise<void>
}

const WRITTEN_EVERY_MILLISECONDS = 60_000
/** More names than this are no workers but a mistake, or somebody with a worker's token: they are not kept. */
const MOST_WORKERS = 200
/** A worker that is not heard of for so long is gone. */
const FORGOTTEN_MILLISECONDS = 30 * 86_400_000

/** The log of the workers of a desk. */
export function createWorkerLog({ db, clock }: { db: DeskDb; clock: () => Date }): WorkerLog {
  const writtenAt = new Map<string, number>()

  async function write(name: string, report: WorkerReport | undefined): Promise<void> {
    const now = clock()
    const told =
      report === undefined ? {} : { reported_at: now.toISOString(), report_json: JSON.stringify(report) }
    const updated = await db
      .updateTable('worker')
      .set({ seen_at: now.toISOString(), ...told })
      .where('name', '=', name)
      .executeTakeFirst()
    if (updated.numUpdatedRows === 0n && (await hasPlace(now))) {
      await db
        .insertInto('worker')
        .values({ name, seen_at: now.toISOString(), reported_at: null, report_json: null, ...told })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute()
    }
    if (writtenAt.size > MOST_WORKERS) writtenAt.clear()
    writtenAt.set(name, now.getTime())
  }

  async function hasPlace(now: Date): Promise<boolean> {
    const forgotten = new Date(now.getTime() - FORGOTTEN_MILLISECONDS).toISOString()
    await db.deleteFrom('worker').where('seen_at', '<', forgotten).execute()
    const { count } = await db
      .selectFrom('worker')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count) < MOST_WORKERS
  }

  return {
    async seen(name) {
      if (name.length === 0 || name.length > 64) return
      const last = writtenAt.get(name)
      if (last !== undefined && Math.abs(clock().getTime() - last) < WRITTEN_EVERY_MILLISECONDS) return
      await write(name, undefined)
    },
    report: (report) => write(report.worker, report),
  }
}

/** Every worker that is known, by name, each with its last hold. */
export async function listWorkers(db: DeskDb): Promise<KnownWorker[]> {
  const { rows } = await sql<{
    name: string
    seen_at: string
    report_json: string | null
    hold_id: string | null
    hold_at: string | null
  }>`
    select worker.name, worker.seen_at, worker.report_json, hold.id as hold_id, hold.deposited_at as hold_at
    from worker left join hold on hold.id = (
      select id from hold as newest where newest.worker = worker.name order by newest.deposited_at desc limit 1
    )
    order by worker.name`.execute(db)
  return rows.map((row) => ({
    name: row.name,
    seenAt: new Date(row.seen_at),
    // What a newer or older desk kept may be of another form; the next report is of this one.
    report: row.report_json === null ? undefined : WorkerReport.safeParse(JSON.parse(row.report_json)).data,
    lastHold:
      row.hold_id === null || row.hold_at === null
        ? undefined
        : { id: HoldId.parse(row.hold_id), at: new Date(row.hold_at) },
  }))
}
