import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Deposit } from '@scoregate/protocol/deposit'
import { openDiskBlobs } from '@scoregate/storage/blobs-disk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256Of } from '../../packages/desk/src/deposit-rig.ts'
import { DeskRig, WORKER_TOKEN } from '../../packages/desk/src/desk-rig.ts'
import { buildKilledPrograms, killAtEachStep, runKilled } from './killed-programs-rig.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'scoregate-killed-'))
  await buildKilledPrograms()
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** Small files, of which two are alike, and large ones; no two runs have the same. */
function outputOf(run: number): Record<string, Buffer> {
  return {
    'scores.json': Buffer.from(`{"auc": 0.5, "brier": 0.1} ${' '.repeat(run)}`),
    'plots/one.svg': Buffer.from(`<svg>${run}</svg>`),
    'plots/two.svg': Buffer.from(`<svg>${run}</svg>`),
    'weights.bin': Buffer.alloc(600_000, `weights of ${run}`),
    'more/weights.bin': Buffer.alloc(300_000, `more of ${run}`),
  }
}

describe('a worker that is killed', () => {
  it('at any step of sealing and depositing loses nothing that was committed and deposits nothing half-made', async () => {
    await using rig = await DeskRig.start()
    const deposits = new Map<number, Deposit>()
    const digestsHeld = async () => (await rig.list('waiting')).holds.map((hold) => hold.digest)
    const isHeld = async (run: number) =>
      (await digestsHeld()).some((digest) => digest === deposits.get(run)?.manifestDigest)
    const spoolOf = (run: number) => join(home, `spool-${run}`)
    const settingOf = (run: number) => ({
      spool: spoolOf(run),
      deskUrl: rig.url,
      deskToken: WORKER_TOKEN,
      deposit: deposits.get(run),
    })
    const steps = await killAtEachStep(
      'worker',
      async (run) => {
        const tree = join(home, `tree-${run}`)
        const files = outputOf(run)
        await mkdir(join(tree, 'plots'), { recursive: true })
        await mkdir(join(tree, 'more'))
        for (const [path, bytes] of Object.entries(files)) await writeFile(join(tree, path), bytes)
        deposits.set(
          run,
          rig.makeDeposit({
            jobId: `run-${run}`,
            files: Object.fromEntries(
              Object.entries(files).map(([path, bytes]) => [`scoring_output/${path}`, bytes]),
            ),
          }),
        )
        return { ...settingOf(run), tree }
      },
      async (run) => {
        const wasCommitted = (await readdir(spoolOf(run), { recursive: true }).catch(() => [])).some((path) =>
          path.endsWith('record.json'),
        )
        const wasDeposited = await isHeld(run)
        await runKilled('worker', settingOf(run))
        expect(await readdir(spoolOf(run))).toEqual([])
        expect(await isHeld(run)).toBe(wasCommitted || wasDeposited)
        if (!(await isHeld(run))) return
        for (const bytes of Object.values(outputOf(run)))
          expect(sha256Of(await readFile(rig.blobFile(bytes)))).toBe(sha256Of(bytes))
      },
    )
    expect(steps.length).toBeGreaterThan(15)
    expectAllSyncedBefore(steps, 'rename record.json')
    // Control: the last run was not killed, and its hold is there.
    expect(await isHeld(deposits.size)).toBe(true)
    // One hold for each run that was committed, and no more.
    const held = await digestsHeld()
    expect(new Set(held).size).toBe(held.length)
  })
})

/** Power can fail where a process is killed: what is written must be synced, file and folder, before the record has a name. */
function expectAllSyncedBefore(steps: readonly string[], last: string): void {
  const before = steps.slice(0, steps.indexOf(last))
  expect(before.length).toBeGreaterThan(0)
  for (const step of before.filter((one) => one.startsWith('write '))) {
    const name = step.slice('write '.length)
    expect(before.lastIndexOf(`sync ${name}`), `${name} is synced after it is written`).toBeGreaterThan(
      before.lastIndexOf(step),
    )
  }
  const named = before.findLastIndex((one) => one.startsWith('rename ') || one === 'make pack')
  expect(before.lastIndexOf('sync run'), 'the folder is synced after its files have names').toBeGreaterThan(
    named,
  )
}

describe('a vault whose desk is killed', () => {
  it('at any step has each file whole or not at all, and takes it when it comes again', async () => {
    const small = await Promise.all(
      Array.from({ length: 5 }, async (_, count) => {
        const file = join(home, `small-${count}`)
        await writeFile(file, `small file ${count}`)
        return { file, sha256: sha256Of(`small file ${count}`) }
      }),
    )
    const content = Buffer.alloc(2_500_000, 'large')
    const large = { file: join(home, 'large'), sha256: sha256Of(content) }
    await writeFile(large.file, content)
    const all = [...small, large]

    const settingOf = async (run: number) => ({ vault: join(home, `vault-${run}`), small, large })
    const steps = await killAtEachStep('vault', settingOf, async (run) => {
      const { vault } = await settingOf(run)
      // A desk that is killed before it has made its vault has none.
      const files = (await readdir(vault, { recursive: true, withFileTypes: true }).catch(() => [])).filter(
        (entry) => entry.isFile() && entry.parentPath !== join(vault, 'incoming'),
      )
      for (const { parentPath, name } of files) {
        const bytes = await readFile(join(parentPath, name))
        expect(sha256Of(bytes)).toBe(parentPath.slice(-2) + name)
      }
      await runKilled('vault', await settingOf(run))
      expect(await readdir(join(vault, 'incoming'))).toEqual([])
      const blobs = await openDiskBlobs(vault)
      for (const { file, sha256 } of all) {
        const chunks: Buffer[] = []
        for await (const chunk of (await blobs.open(sha256)).stream) chunks.push(chunk)
        expect(Buffer.concat(chunks).equals(await readFile(file))).toBe(true)
      }
    })
    expect(steps.length).toBeGreaterThan(20)
  })
})
