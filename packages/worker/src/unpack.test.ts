import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { unpackArchive } from './unpack.ts'
import { LINK_MODE, renamedInZip, zipOf } from './zip-rig.ts'

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

  it.each([
    ['a name that climbs', async () => renamedInZip(await zipOf({ 'aa/evil': 'x' }), 'aa/evil', '../evil')],
    [
      'an absolute name',
      async () => renamedInZip(await zipOf({ 'atmp/evil': 'x' }), 'atmp/evil', '/tmp/evil'),
    ],
    ['a backslash', async () => renamedInZip(await zipOf({ aaaevil: 'x' }), 'aaaevil', '..\\evil')],
    ['a NUL in a name', async () => renamedInZip(await zipOf({ a1evil: 'x' }), 'a1evil', 'a\0evil')],
    ['a symbolic link', () => zipOf({ link: { bytes: '/etc/passwd', mode: LINK_MODE } })],
    ['a device', () => zipOf({ device: { bytes: '', mode: 0o020644 } })],
    ['a name twice', async () => renamedInZip(await zipOf({ 'a.txt': '1', 'b.txt': '2' }), 'b.txt', 'a.txt')],
    ['names that differ in case', () => zipOf({ 'a.txt': '1', 'A.txt': '2' })],
    ['a file where a folder is needed', () => zipOf({ a: '1', 'a/b': '2' })],
    ['a bomb', () => zipOf({ zeros: { bytes: Buffer.alloc(11_000_000), mode: 0o100644 } })],
    ['no zip', async () => Buffer.from('this is no zip')],
    ['half a zip', async () => (await zipOf({ 'a.txt': 'x'.repeat(1000) })).subarray(0, 60)],
  ])('refuses %s and writes nothing outside', async (_what, make) => {
    const { outcome, folder, home } = await unpack(await make())
    expect(outcome.kind).toBe('refused')
    expect(await readdir(folder)).not.toContain('evil')
    expect((await readdir(home)).length).toBe(2)
  })

  it('refuses more than is allowed, whatever the archive says of its sizes', async () => {
    const random = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251))
    const zip = await zipOf({ data: { bytes: random, mode: 0o100644 } })
    expect((await unpack(zip, 4999)).outcome.kind).toBe('refused')
    expect((await unpack(zip, 5000)).outcome.kind).toBe('unpacked')

    // Many times: what fails at once must never fail before somebody listens, which would end the process.
    const lying = Buffer.from(zip)
    const directory = lying.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'))
    lying.writeUInt32LE(10, directory + 24)
    for (let times = 0; times < 50; times += 1) {
      expect((await unpack(lying, 4999)).outcome.kind).toBe('refused')
    }
  })
})
