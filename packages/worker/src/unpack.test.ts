import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { hostileZip } from './hostile-zip-rig.ts'
import { unpackArchive } from './unpack.ts'
import { zipOf } from './zip-rig.ts'

const folders: string[] = []

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function unpack(zip: Buffer, maxBytes = 50_000_000) {
  const home = await mkdtemp(join(tmpdir(), 'scoregate-unpack-'))
  folders.push(home)
  const archive = join(home, 'archive.zip')
  await writeFile(archive, zip)
  const folder = await mkdtemp(join(home, 'into-'))
  const outcome = await unpackArchive({ archive, folder, maxBytes, signal: new AbortController().signal })
  return { outcome, folder, home }
}

describe('unpacking an archive', () => {
  it('keeps files, folders and who may execute, and leaves the litter of macOS out', async () => {
    const zip = await zipOf({
      'metadata.yaml': 'command: python3 a.py\n',
      'deep/er/run.sh': { bytes: '#!/bin/sh\n', mode: 0o100700 },
      'deep/private.txt': { bytes: 'x', mode: 0o100600 },
      '__MACOSX/._metadata.yaml': 'litter',
      'deep/.DS_Store': 'litter',
    })
    const { outcome, folder } = await unpack(zip)
    expect(outcome).toEqual({ kind: 'unpacked', files: 3, bytes: 33 })
    const mode = async (path: string) => (await stat(join(folder, path))).mode & 0o7777
    expect(await mode('deep/er/run.sh')).toBe(0o755)
    expect(await mode('deep/private.txt')).toBe(0o644)
    expect(await mode('deep/er')).toBe(0o755)
    expect(await readFile(join(folder, 'metadata.yaml'), 'utf8')).toBe('command: python3 a.py\n')
    expect((await readdir(folder)).sort()).toEqual(['deep', 'metadata.yaml'])
  })

  it('refuses more than is allowed, whatever the archive says of its sizes', async () => {
    const random = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251))
    const zip = await zipOf({ data: { bytes: random, mode: 0o100644 } })
    expect((await unpack(zip, 4999)).outcome.kind).toBe('refused')
    expect((await unpack(zip, 5000)).outcome.kind).toBe('unpacked')

    // Many times: what fails at once must never fail before somebody listens, which would end the process.
    const header = { method: 8, packed: 4, unpacked: 10 }
    const broken = hostileZip([{ name: 'a', bytes: '\xff\xff', listed: header, local: header }])
    for (let times = 0; times < 50; times += 1) {
      expect((await unpack(broken)).outcome).toEqual({ kind: 'refused', why: 'it is damaged' })
    }
  })
})
