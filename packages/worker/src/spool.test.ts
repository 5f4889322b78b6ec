import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifestDigest } from '@scoregate/gate/manifest'
import { Digest } from '@scoregate/protocol/digest'
import type { Manifest } from '@scoregate/protocol/manifest'
import { readPack } from '@scoregate/protocol/pack'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listParkedRuns } from './parked-runs.ts'
import { openSpool, type SpooledRun, type SpoolRecord } from './spool.ts'

let folder: string
let spool: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoregate-spool-'))
  spool = join(folder, 'spool')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const MANIFEST: Manifest = {
  format: 'scoregate-manifest/1',
  jobId: 'job-1',
  attempt: 2,
  submissionId: 7,
  platform: 'http://hub.example',
  sealedAt: '2026-01-01T00:00:00.000Z',
  salt: '5'.repeat(64),
  policyDigest: Digest.parse('a'.repeat(64)),
  sandbox: 'engine',
  inputs: {},
  programs: [],
  entries: [],
  refusals: [],
}

const RECORD: SpoolRecord = {
  format: 'scoregate-spool/1',
  leaseSeconds: 60,
  deposit: {
    job: {
      jobId: 'job-1',
      attempt: 2,
      submission: { id: 7, submittedAt: '2026-01-01T00:00:00Z', fileName: 'a.zip' },
      participant: { id: 3, username: 'participant' },
      competition: { id: 1, title: 'A benchmark' },
      phase: { id: 1, name: 'Phase' },
      task: { id: 1, name: 'Task' },
      image: 'python',
      timeLimitSeconds: 60,
      humanInTheLoop: true,
      detailedResults: false,
      ingestionOnlyDuringScoring: false,
      columns: [],
    },
    platform: 'http://hub.example',
    worker: 'worker',
    manifest: MANIFEST,
    manifestDigest: manifestDigest(MANIFEST),
  },
}

async function* bytes(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text)
}

function putSmall(run: SpooledRun, text: string) {
  const { putSmall: put } = run.sink
  if (put === undefined) throw new Error('the spool takes small files')
  return put(Buffer.from(text))
}

async function packedIn(pack: string | undefined): Promise<[string, string][]> {
  const files: [string, string][] = []
  for await (const { sha256, bytes: content } of readPack(createReadStream(pack ?? '')))
    files.push([sha256, String(Buffer.from(content))])
  return files
}

describe('the spool', () => {
  it('keeps a committed run over a restart: small files in one pack, large ones by their digests', async () => {
    const run = await (await openSpool(spool)).begin()
    const small = putSmall(run, 'hello')
    expect(putSmall(run, 'hello')).toEqual(small)
    const other = putSmall(run, '')
    const large = await run.sink.put(bytes('hello ', 'world'))
    expect(large).toEqual({
      sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
      sizeBytes: 11,
    })
    await run.commit(RECORD)

    const [leftover, ...others] = await (await openSpool(spool)).takeLeftovers()
    expect(others).toEqual([])
    expect(leftover?.record).toEqual(RECORD)
    const parcels = await leftover?.run.parcels()
    expect(parcels?.files.map((parcel) => parcel.sha256)).toEqual([large.sha256])
    expect(await readFile(parcels?.files[0]?.file ?? '', 'utf8')).toBe('hello world')
    expect(await packedIn(parcels?.pack)).toEqual([
      [small.sha256, 'hello'],
      [other.sha256, ''],
    ])
    await leftover?.run.remove()
    expect(await readdir(spool)).toEqual([])
  })

  it('gives back and copies what was sealed, small or large, many times over', async () => {
    const run = await (await openSpool(spool)).begin()
    const texts = Array.from({ length: 40 }, (_, count) => String(count).repeat(60_000))
    const small = texts.map((text) => putSmall(run, text))
    const large = await run.sink.put(bytes('large'))
    for (const [index, text] of texts.entries()) {
      const sha256 = small[index]?.sha256 ?? large.sha256
      expect(String(await run.read(sha256))).toBe(text)
      await run.copy(sha256, join(folder, `copy-${index}`))
      expect(await readFile(join(folder, `copy-${index}`), 'utf8')).toBe(text)
    }
    await run.copy(large.sha256, join(folder, 'copy-large'))
    expect(await readFile(join(folder, 'copy-large'), 'utf8')).toBe('large')
    await expect(run.copy(large.sha256, join(folder, 'copy-large'))).rejects.toMatchObject({ code: 'EEXIST' })
    await run.remove()
  })

  it('forgets what was sealed when the steps of a run broke off, and takes files anew', async () => {
    const run = await (await openSpool(spool)).begin()
    putSmall(run, 'of the broken run')
    await run.sink.put(bytes('large, of the broken run'))
    await run.clear()
    const kept = putSmall(run, 'after it')
    await run.commit(RECORD)
    const { pack, files } = await run.parcels()
    expect(files).toEqual([])
    expect(await packedIn(pack)).toEqual([[kept.sha256, 'after it']])
  })

  it('removes what was never committed', async () => {
    const run = await (await openSpool(spool)).begin()
    await run.sink.put(bytes('half a run'))
    putSmall(run, 'and a small file')
    expect(await (await openSpool(spool)).takeLeftovers()).toEqual([])
    expect(await readdir(spool)).toEqual([])
  })

  it('keeps nothing of a file that could not be read to its end', async () => {
    const run = await (await openSpool(spool)).begin()
    async function* broken() {
      yield Buffer.from('half')
      throw new Error('broken off')
    }
    await expect(run.sink.put(broken())).rejects.toThrow('broken off')
    const [name = ''] = await readdir(spool)
    expect(await readdir(join(spool, name))).toEqual([])
  })

  it('sets aside a run with a record that it cannot read, because it is a result', async () => {
    const run = await (await openSpool(spool)).begin()
    await run.sink.put(bytes('a result'))
    await run.commit(RECORD)
    const [name = ''] = await readdir(spool)
    const files = await readdir(join(spool, name))
    await writeFile(join(spool, name, 'record.json'), '{"format":"scoregate-spool/9"}')
    expect(await (await openSpool(spool)).takeLeftovers()).toEqual([])
    expect(await readdir(spool)).toEqual([])
    const [parked] = await listParkedRuns(folder)
    expect(parked).toMatchObject({ reason: { why: 'record-unreadable' } })
    expect(await readdir(parked?.folder ?? '')).toEqual(expect.arrayContaining(files))
  })

  it('sets aside, whole, a run that the desk refuses, and takes it up again when it is moved back', async () => {
    const run = await (await openSpool(spool)).begin()
    await run.sink.put(bytes('a result'))
    await run.commit(RECORD)
    await run.park('status 400 (bad-deposit, platform)')
    expect(await (await openSpool(spool)).takeLeftovers()).toEqual([])
    const [parked] = await listParkedRuns(folder)
    expect(parked?.reason).toMatchObject({
      why: 'desk-refused',
      detail: 'status 400 (bad-deposit, platform)',
    })
    await rename(parked?.folder ?? '', join(spool, 'again'))
    const [leftover] = await (await openSpool(spool)).takeLeftovers()
    expect(leftover?.record).toEqual(RECORD)
    expect(await listParkedRuns(folder)).toEqual([])
  })
})
