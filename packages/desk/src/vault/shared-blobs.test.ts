import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openRecords } from '@scoregate/storage/records'
import { describe, expect, it } from 'vitest'
import { readActs, verifyFile } from '../audit/audit-rig.ts'
import { ChildDesks } from '../child-desk-rig.ts'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import type { DeskTables } from '../migrations/desk-tables.ts'
import { until } from '../until-rig.ts'

const DAY_SECONDS = 86_400
/** Waits for a week, and keeps for a day what has ended. */
const PATIENT = POLICY.replace('timeout: 24h', 'timeout: 7d')
const OWN = 'a file that no other hold has'
const SHARED = HONEST_RUN['logs/scoring_stdout'] ?? ''
const PAST = '2020-01-01T00:00:00.000Z'

const isOnDisk = (rig: DeskRig, content: string | Buffer) =>
  stat(rig.blobFile(content)).then(
    () => true,
    () => false,
  )

/** Two holds that share all their files, but for one that only the first has. */
async function depositTwo(rig: DeskRig) {
  const one = await rig.deposit({ files: { ...HONEST_RUN, 'scoring_output/own.txt': OWN } })
  const other = await rig.deposit()
  expect((await rig.reject(one.id)).status).toBe(200)
  await rig.untilState(one.id, 'closed')
  return { one, other }
}

/** The holds whose content was removed, by the chain. */
async function removedByChain(rig: DeskRig): Promise<string[]> {
  return (await readActs(rig.dataFolder)).flatMap((act) =>
    act.kind === 'content-removed' ? [act.hold.id] : [],
  )
}

async function release(rig: DeskRig, { id, jobId }: { id: string; jobId: string }): Promise<void> {
  expect((await rig.approve(id, ['scores', 'scoring_stdout'])).status).toBe(200)
  await rig.untilState(id, 'released')
  expect(rig.platform.artefacts.get(`${jobId}/scoring_stdout`)?.toString()).toBe(SHARED)
}

describe('bytes that two holds share', () => {
  it('stay for the one when the other is removed, and go with the last', async () => {
    await using rig = await DeskRig.start({ policy: PATIENT })
    const { one, other } = await depositTwo(rig)
    rig.passTime(2 * DAY_SECONDS)
    await until('what only the first has to go', async () => !(await isOnDisk(rig, OWN)) || undefined)
    expect(await isOnDisk(rig, SHARED)).toBe(true)
    await release(rig, { id: other.id, jobId: other.deposit.job.jobId })
    await until('the chain', async () => (await removedByChain(rig)).join() === one.id || undefined)
    rig.passTime(2 * DAY_SECONDS)
    await until('the vault to be empty', async () => (await rig.blobCount()) === 0 || undefined)
    await until(
      'the chain',
      async () => (await removedByChain(rig)).join() === `${one.id},${other.id}` || undefined,
    )
    expect((await verifyFile(rig.dataFolder)).damages).toEqual([])
  })

  it('do so, too, when the desk is killed between its records and the disk', async () => {
    const desks = new ChildDesks()
    await using rig = await DeskRig.start({ policy: PATIENT, startWith: desks.start })
    const { one, other } = await depositTwo(rig)
    /** Starts a desk that finds this content past its time and dies as it removes it, and then one that lives. */
    async function dieRemoving(id: string, when: 'before' | 'after'): Promise<void> {
      await desks.kill()
      await rig.changeRecords('update hold set ended_at = ? where id = ?', [PAST, id])
      await rig.changeRecords('update vault_blob set keep_until = ?', [PAST])
      desks.killAtRemoval = when
      // It may die before it is up.
      await rig.startDesk().catch(() => undefined)
      await until('the kill', () => desks.hasEnded || undefined)
      desks.killAtRemoval = undefined
    }
    await dieRemoving(one.id, 'before')
    // The control: it was killed between the two.
    expect([await isOnDisk(rig, OWN), await leaving(rig)]).toEqual([true, 1])
    await rig.startDesk()
    await until('what only the first has to go', async () => !(await isOnDisk(rig, OWN)) || undefined)
    expect(await isOnDisk(rig, SHARED)).toBe(true)
    await release(rig, { id: other.id, jobId: other.deposit.job.jobId })
    await dieRemoving(other.id, 'after')
    expect(await rig.blobCount()).toBeGreaterThan(0)
    await dieRemoving(other.id, 'before')
    await rig.startDesk()
    await until('the vault to be empty', async () => (await rig.blobCount()) === 0 || undefined)
    await until('nothing to be on its way', async () => (await leaving(rig)) === 0 || undefined)
    await until(
      'the chain',
      async () => (await removedByChain(rig)).join() === `${one.id},${other.id}` || undefined,
    )
    expect((await verifyFile(rig.dataFolder)).damages).toEqual([])
  }, 300_000)
})

/** How many blobs the records say are about to go. */
async function leaving(rig: DeskRig): Promise<number> {
  const { db, close } = await openRecords<DeskTables>(join(rig.dataFolder, 'records.db'))
  const rows = await db.selectFrom('vault_leaving').selectAll().execute()
  await close()
  return rows.length
}
