import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDiskBlobs } from '@scoregate/storage/blobs-disk'
import { migrate } from '@scoregate/storage/migrate'
import { openRecords } from '@scoregate/storage/records'
import { ACCOUNT_MIGRATIONS } from '@scoregate/web/accounts'
import { expect, it } from 'vitest'
import { sha256Of } from '../deposit-rig.ts'
import { DESK_MIGRATIONS } from '../migrations/desk-migrations.ts'
import type { DeskTables } from '../migrations/desk-tables.ts'
import { createVault } from './vault.ts'

const DAY_MILLISECONDS = 86_400_000

async function* bytesOf(text: string) {
  yield Buffer.from(text)
}

it('a removal that ended between record and disk is completed by the next desk, unless the bytes came again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-removal-'))
  const { db, close } = await openRecords<DeskTables>(join(folder, 'records.db'))
  try {
    await migrate(db, [...ACCOUNT_MIGRATIONS, ...DESK_MIGRATIONS])
    const blobs = await openDiskBlobs(join(folder, 'vault'))
    let now = Date.parse('2026-05-01T12:00:00Z')
    const clock = () => new Date(now)
    const ends = async () => {
      throw new Error('the desk ends here')
    }
    const dying = createVault({ db, clock, blobs: { ...blobs, remove: ends } })
    const [lost, back] = ['lost for good', 'sent once more'].map(sha256Of)
    if (lost === undefined || back === undefined) throw new Error('There are no digests.')
    await dying.receive(lost, bytesOf('lost for good'), 100)
    now += DAY_MILLISECONDS + 1
    await expect(dying.removeUnneeded()).rejects.toThrow('the desk ends here')
    expect(await blobs.find(lost)).toBeDefined()
    await dying.receive(back, bytesOf('sent once more'), 100)
    now += DAY_MILLISECONDS + 1
    await expect(dying.removeUnneeded()).rejects.toThrow('the desk ends here')
    await db
      .insertInto('vault_leaving')
      .values({ sha256: back })
      .onConflict((c) => c.doNothing())
      .execute()

    const next = createVault({ db, clock, blobs })
    await next.receive(back, bytesOf('sent once more'), 100)
    expect(await next.removeUnneeded()).toBe(1)
    expect(await blobs.find(lost)).toBeUndefined()
    expect(await blobs.find(back)).toBeDefined()
    expect(await db.selectFrom('vault_leaving').selectAll().execute()).toEqual([])
  } finally {
    await close()
    await rm(folder, { recursive: true })
  }
})
