import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ChildDesks, type TestDisk } from '../child-desk-rig.ts'
import { DeskRig } from '../desk-rig.ts'
import { until } from '../until-rig.ts'

/** Room for a desk with a few holds. */
const SMALL_DISK = 8 * 1_048_576
const ARTEFACTS = ['scores', 'scoring_stdout']

/** A desk on a disk, with holds of which the platform has heard. */
async function startOn(disk: TestDisk, holds: number) {
  const desks = new ChildDesks({ disk })
  const rig = await DeskRig.start({ startWith: desks.start })
  const deposits: Awaited<ReturnType<DeskRig['deposit']>>[] = []
  for (let count = 0; count < holds; count += 1) deposits.push(await rig.deposit())
  for (const { deposit } of deposits) {
    await until('the word', () => rig.told(deposit.manifestDigest)[0])
  }
  for (const { id } of deposits) await rig.seeAll(id)
  const approve = ({ id, deposit }: (typeof deposits)[number]) =>
    rig.api(`/api/holds/${id}/decision`, {
      digest: deposit.manifestDigest,
      decision: 'approve',
      artefacts: ARTEFACTS,
      // Long, so that it does not fit into what the records have left in their last page.
      note: 'x'.repeat(2000),
    })
  return { desks, rig, deposits, approve }
}

describe('a desk whose disk is full', () => {
  it('acknowledges no decision that it could not write, sends nothing, says why, and goes on when there is space', async () => {
    const { desks, rig, deposits, approve } = await startOn({ kind: 'memory', bytes: SMALL_DISK }, 8)
    await using _ = rig
    await desks.ask({ kind: 'fill-disk' })
    const refused: (typeof deposits)[number][] = []
    const taken: (typeof deposits)[number][] = []
    for (const one of deposits) {
      const answer = await approve(one)
      const words = await answer.text()
      if (answer.status === 200) taken.push(one)
      else {
        refused.push(one)
        expect(answer.status).toBe(503)
        expect(words).toMatch(/records-unwritable|audit-unavailable/)
        expect(words).toContain('disk')
      }
    }
    expect(refused.length).toBeGreaterThan(0)
    // A small one may still fit into what a long note left; then the next does not.
    let answer = await rig.postDeposit(rig.makeDeposit())
    for (let more = 0; answer.ok && more < 100; more += 1) answer = await rig.postDeposit(rig.makeDeposit())
    expect(answer.ok).toBe(false)
    for (const { deposit } of refused)
      expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation'])

    await desks.ask({ kind: 'free-disk' })
    for (const one of refused) {
      // What stopped between the decision and its answer was decided all the same; then this says so.
      expect([200, 409]).toContain((await approve(one)).status)
    }
    for (const { id, deposit } of [...taken, ...refused]) {
      await rig.untilState(id, 'released')
      expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation', 'released'])
    }
    await rig.deposit()
  })
})

describe.each(imageDisks())('a desk whose disk cannot be written any more', (makeDisk) => {
  it('acknowledges no decision, sends nothing, says why, and goes on with what it has when the disk is sound', async () => {
    await using image = await makeDisk()
    const { desks, rig, deposits, approve } = await startOn({ kind: 'image', imageFile: image.file }, 2)
    await using _ = rig
    await desks.ask({ kind: 'break-disk' })
    for (const one of deposits) {
      const answer = await approve(one)
      expect(answer.status).toBe(503)
      expect(await answer.text()).toMatch(/records-unwritable|audit-unavailable/)
    }
    for (const { deposit } of deposits)
      expect(rig.told(deposit.manifestDigest)).toEqual(['awaiting-validation'])
    await desks.kill()
    await rig.startDesk()
    for (const one of deposits) {
      expect([200, 409]).toContain((await approve(one)).status)
      await rig.untilState(one.id, 'released')
      expect(rig.told(one.deposit.manifestDigest)).toEqual(['awaiting-validation', 'released'])
    }
  })
})

/** Disks in files, where this machine lets a test mount them: root may, nobody else. */
function imageDisks(): (() => Promise<{ file: string } & AsyncDisposable>)[] {
  if (process.getuid?.() !== 0) return []
  return [
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'scoregate-disk-'))
      const file = join(folder, 'disk')
      execFileSync('truncate', ['-s', '32M', file])
      execFileSync('mkfs.ext4', ['-q', file])
      return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
    },
  ]
}
