import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifestDigest } from '@scoregate/gate/manifest'
import { Digest } from '@scoregate/protocol/digest'
import type { Manifest } from '@scoregate/protocol/manifest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSpool, type SpoolRecord } from './spool.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoregate-spool-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const MANIFEST: Manifest = {
  format: 'scoregate-manifest/1',
  jobId: 'job-1',
  attempt: 2,
  submissionId: 7,
  platform: 'http://hub.example',
  sealedAt: '2026-01-01T00:00:00.000Z',
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

describe('the spool', () => {
  it('keeps a committed run over a restart, by the digests of its files', async () => {
    const run = await (await openSpool(folder)).begin()
    const stored = await run.sink.put(bytes('hello ', 'world'))
    expect(stored).toEqual({
      sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
      sizeBytes: 11,
    })
    await run.commit(RECORD)

    const [leftover, ...others] = await (await openSpool(folder)).takeLeftovers()
    expect(others).toEqual([])
    expect(leftover?.record).toEqual(RECORD)
    expect(leftover?.run.file(stored.sha256)).toBe(run.file(stored.sha256))
    await leftover?.run.remove()
    expect(await readdir(folder)).toEqual([])
  })

  it('removes what was never committed', async () => {
    const run = await (await openSpool(folder)).begin()
    await run.sink.put(bytes('half a run'))
    expect(await (await openSpool(folder)).takeLeftovers()).toEqual([])
    expect(await readdir(folder)).toEqual([])
  })

  it('keeps nothing of a file that could not be read to its end', async () => {
    const run = await (await openSpool(folder)).begin()
    async function* broken() {
      yield Buffer.from('half')
      throw new Error('broken off')
    }
    await expect(run.sink.put(broken())).rejects.toThrow('broken off')
    const [name = ''] = await readdir(folder)
    expect(await readdir(join(folder, name))).toEqual([])
  })

  it('does not start over a record that it cannot read, because it is a result', async () => {
    const run = await (await openSpool(folder)).begin()
    await run.commit(RECORD)
    const [name = ''] = await readdir(folder)
    await writeFile(join(folder, name, 'record.json'), '{"format":"scoregate-spool/9"}')
    await expect((await openSpool(folder)).takeLeftovers()).rejects.toThrow('Move its folder away')
    expect(await readdir(folder)).toEqual([name])
  })
})
