import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealFolder } from '@scoregate/gate/seal'
import { openDiskBlobs, readSmallBlob } from '@scoregate/storage/blobs-disk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { spoolRecordOf } from '../bench/spool-record.ts'
import { HONEST_RUN, sha256Of } from '../packages/desk/src/deposit-rig.ts'
import { DeskRig } from '../packages/desk/src/desk-rig.ts'
import { openSpool, type SpooledRun } from '../packages/worker/src/spool.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk-rig.ts'

const MEGABYTES = 3
const LIMITS = { maxFiles: 1000, maxBytes: 10 ** 9, maxDepth: 8 }
const FULL = { code: 'ENOSPC' }
const READ_ONLY = { code: 'EROFS' }

let home: string
let disk: SmallDisk | undefined
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'scoregate-disk-'))
  disk = await mountSmallDisk(join(home, 'disk'), MEGABYTES)
})
afterEach(async () => {
  await disk?.[Symbol.asyncDispose]()
  await rm(home, { recursive: true })
})

/** A test on the small disk; anybody but root can have none, and there is nothing to test. */
function itOnDisk(name: string, test: (disk: SmallDisk) => Promise<void>): void {
  it(name, async () => {
    if (disk === undefined) expect(process.getuid?.()).not.toBe(0)
    else await test(disk)
  })
}

async function makeTree(name: string, files: Record<string, string | Buffer>): Promise<string> {
  const tree = join(home, name)
  await mkdir(tree)
  for (const [path, content] of Object.entries(files)) await writeFile(join(tree, path), content)
  return tree
}

const seal = (tree: string, { sink }: SpooledRun) =>
  sealFolder({ section: 'scoring_output', folder: tree, sink, limits: LIMITS })

const SMALL = { 'scores.json': '{"auc": 0.5}', 'one.txt': 'one' }
const TOO_MUCH = {
  'many small files': Object.fromEntries(
    Array.from({ length: 50 }, (_, count) => [`${count}`, Buffer.alloc(100_000, `file ${count}`)]),
  ),
  'one large file': { 'large.bin': Buffer.alloc((MEGABYTES + 1) * 2 ** 20, 'large') },
}

describe('a spool on a disk that is full', () => {
  for (const [name, files] of Object.entries(TOO_MUCH)) {
    itOnDisk(
      `does not take it for the fault of the run that ${name} does not fit, and goes on after it`,
      async ({ folder }) => {
        const spool = await openSpool(join(folder, 'spool'))
        const run = await spool.begin()
        const sealing = seal(await makeTree('much', files), run).then(({ entries }) =>
          run.commit(spoolRecordOf(entries)),
        )
        await expect(sealing).rejects.toMatchObject(FULL)
        await run.clear()
        const { entries, refusals } = await seal(await makeTree('little', SMALL), run)
        expect(refusals).toEqual([])
        await run.commit(spoolRecordOf(entries))
        const [leftover] = await (await openSpool(join(folder, 'spool'))).takeLeftovers()
        expect(leftover?.record.deposit.manifest.entries).toEqual(entries)
      },
    )
  }

  itOnDisk('commits nothing, and all of it when there is space again', async (small) => {
    const spool = await openSpool(join(small.folder, 'spool'))
    const run = await spool.begin()
    const { entries } = await seal(await makeTree('little', SMALL), run)
    await small.fill()
    await expect(run.commit(spoolRecordOf(entries))).rejects.toMatchObject(FULL)
    expect(await recordsIn(small)).toEqual([])
    await small.empty()
    await run.commit(spoolRecordOf(entries))
    expect(await recordsIn(small)).toHaveLength(1)
  })
})

describe('a spool on a disk that becomes read-only', () => {
  itOnDisk('commits nothing, and is clean after the next start', async (small) => {
    const spool = await openSpool(join(small.folder, 'spool'))
    const run = await spool.begin()
    const { entries } = await seal(await makeTree('little', SMALL), run)
    await run.sink.put(largeStream())
    // What is open for writing would keep the disk from becoming read-only.
    await run.clear()
    await small.makeReadOnly()
    await expect(seal(join(home, 'little'), run)).rejects.toMatchObject(READ_ONLY)
    await expect(run.commit(spoolRecordOf(entries))).rejects.toMatchObject(READ_ONLY)
    await expect(spool.begin()).rejects.toMatchObject(READ_ONLY)
    await small.makeWritable()
    expect(await (await openSpool(join(small.folder, 'spool'))).takeLeftovers()).toEqual([])
    expect(await readdir(join(small.folder, 'spool'))).toEqual([])
  })
})

async function recordsIn({ folder }: SmallDisk): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('record.json'))
}

async function* largeStream() {
  yield Buffer.alloc(300_000, 'large')
}

describe('a vault on a disk that is full or read-only', () => {
  const earlier = Buffer.from('stored before')
  const small = Array.from({ length: 20 }, (_, count) => Buffer.alloc(50_000, `small ${count}`))
  const named = (all: readonly Buffer[]) => all.map((bytes) => ({ sha256: sha256Of(bytes), bytes }))

  for (const state of ['full', 'read-only'] as const) {
    itOnDisk(
      `${state}: keeps what it has, takes nothing by halves, and takes all when it can`,
      async (on) => {
        const vault = join(on.folder, 'vault')
        const blobs = await openDiskBlobs(vault)
        await blobs.putAll(named([earlier]))
        const trouble = state === 'full' ? FULL : READ_ONLY
        if (state === 'full') await on.fill()
        else await on.makeReadOnly()

        await expect(blobs.put(largeStream())).rejects.toMatchObject(trouble)
        await expect(blobs.putAll(named(small))).rejects.toMatchObject(trouble)
        expect(String(await readSmallBlob(blobs, sha256Of(earlier), 100))).toBe(String(earlier))
        for (const bytes of small) expect(await blobs.find(sha256Of(bytes))).toBeUndefined()

        if (state === 'full') await on.empty()
        else await on.makeWritable()
        expect(await readdir(join(vault, 'incoming'))).toEqual([])
        await blobs.putAll(named(small))
        for (const bytes of small)
          expect((await readSmallBlob(blobs, sha256Of(bytes), 50_000)).equals(bytes)).toBe(true)
      },
    )
  }
})

describe('a desk whose vault is full', () => {
  it('takes no deposit and tells the platform nothing, until there is space', async () => {
    await using rig = await DeskRig.start()
    const vault = join(rig.folder, 'data', 'vault')
    const full = await mountSmallDisk(vault, 1)
    if (full !== undefined) {
      await mkdir(join(vault, 'incoming'))
      await full.fill()
      expect((await rig.putBlob(String(HONEST_RUN['scoring_output/scores.json']))).status).toBe(500)
      await expect(rig.deposit()).rejects.toThrow(/409.*blobs-missing/)
      expect((await rig.list('waiting')).total).toBe(0)
      expect(rig.platform.requestCount()).toBe(0)
      await full[Symbol.asyncDispose]()
    }
    await rig.deposit()
    expect((await rig.list('waiting')).total).toBe(1)
    expect(await readFile(rig.blobFile(HONEST_RUN['scoring_output/scores.json'] ?? ''), 'utf8')).toContain(
      'auc',
    )
  })
})
