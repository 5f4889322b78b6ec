import { openRecords } from '@scoregate/storage/records'
import { CompiledQuery, type Kysely } from 'kysely'
import { sha256Of } from './deposit-rig.ts'
import { newHoldId, parseHold } from './holds/hold-record.ts'
import type { DeskTables } from './migrations/desk-tables.ts'
import { until } from './until-rig.ts'
import { noteViewed } from './viewers/file-view.ts'

/** Waits for the end of a hold's checks by looking into the records of its desk. */
export async function untilChecksEnded(recordsFile: string, id: string): Promise<void> {
  await withRecords(recordsFile, (db) =>
    until(`the checks of hold ${id} to end`, async () => {
      const row = await db
        .selectFrom('hold_checks')
        .select('state')
        .where('hold_id', '=', id)
        .executeTakeFirst()
      return row?.state === 'ended' || row?.state === 'skipped'
    }),
  )
}

/** Notes every file of a hold as seen whole by a reviewer. */
export async function noteAllSeen(
  recordsFile: string,
  { id, reviewer }: { id: string; reviewer: string },
): Promise<void> {
  await withRecords(recordsFile, async (db) => {
    const hold = parseHold(
      await db.selectFrom('hold').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    )
    const file = { hold: hold.id, reviewer, from: 0 }
    await db.transaction().execute(async (transaction) => {
      for (const [fileNumber, { sizeBytes: to }] of hold.manifest.entries.entries())
        await noteViewed(transaction, { ...file, fileNumber, to })
    })
  })
}

/** Fills the records with copies of a hold, as many deposits would: far faster than making each. */
export async function copyHold(recordsFile: string, id: string, count: number): Promise<void> {
  await withRecords(recordsFile, async (db) => {
    const row = await db.selectFrom('hold').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    const checks = await db.selectFrom('hold_checks').selectAll().where('hold_id', '=', id).executeTakeFirst()
    for (let at = 0; at < count; at += 100) {
      const copies = Array.from({ length: Math.min(100, count - at) }, (_, copy) => ({
        ...row,
        id: newHoldId(),
        job_id: `copy-${at + copy}`,
        manifest_digest: sha256Of(`copy-${at + copy}`),
      }))
      await db.insertInto('hold').values(copies).execute()
      if (checks !== undefined) {
        const ofCopies = copies.map((copy) => ({ ...checks, hold_id: copy.id }))
        await db.insertInto('hold_checks').values(ofCopies).execute()
      }
    }
  })
}

/** Changes the records behind the back of their desk. */
export async function changeRecords(
  recordsFile: string,
  statement: string,
  values: readonly unknown[],
): Promise<void> {
  await withRecords(recordsFile, (db) => db.executeQuery(CompiledQuery.raw(statement, [...values])))
}

/** Locks the records as another program might, until the answer is called. */
export async function lockRecords(recordsFile: string): Promise<() => Promise<void>> {
  const { db, close } = await openRecords<DeskTables>(recordsFile)
  await db.executeQuery(CompiledQuery.raw('begin immediate'))
  return async () => {
    await db.executeQuery(CompiledQuery.raw('rollback'))
    await close()
  }
}

async function withRecords<T>(recordsFile: string, act: (db: Kysely<DeskTables>) => Promise<T>): Promise<T> {
  const { db, close } = await openRecords<DeskTables>(recordsFile)
  try {
    return await act(db)
  } finally {
    await close()
  }
}
