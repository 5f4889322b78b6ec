import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mountPoints } from './loop-file-system.ts'
import { OutputSpaces } from './output-space.ts'
import { RoomUsers } from './room-users.ts'

const MIB = 2 ** 20
const SIZE = { bytes: 4 * MIB, files: 20 }
const ALLOWANCE = { outputBytes: SIZE.bytes, outputFiles: SIZE.files }
const isRoot = process.getuid?.() === 0

describe('an output space', () => {
  let within: string
  const spacesOf = (trouble?: string) =>
    new OutputSpaces({
      ownerMark: `space-${process.pid}`,
      users: new RoomUsers(),
      trouble: async () => trouble,
    })
  const spec = (...sources: string[]) => ({
    label: 'a test',
    image: 'any',
    command: ['true'],
    workingDirectory: '/',
    environment: {},
    mounts: sources.map((source) => ({ source, target: '/app/output', mode: 'output' as const })),
    limits: {
      ...ALLOWANCE,
      timeSeconds: 1,
      memoryBytes: 1,
      cpus: 1,
      processes: 1,
      openFiles: 1,
      logBytes: 1,
      scratchBytes: 1,
    },
    stdoutFile: '/nowhere',
    stderrFile: '/nowhere',
  })
  const mountedHere = async () => (await mountPoints()).filter((point) => point.startsWith(`${within}/`))

  beforeEach(async () => {
    within = await mkdtemp(join(tmpdir(), 'scoregate-space-'))
  })
  afterEach(async () => {
    expect(await mountedHere()).toEqual([])
    await rm(within, { recursive: true })
  })

  describe.runIf(isRoot)('with a file system of its own', () => {
    it('cannot hold much more than it must, all its folders together', async () => {
      const spaces = spacesOf()
      await using space = await spaces.open({ within, names: ['one', 'two'], ...SIZE })
      const place = await spaces.placeFor(spec(space.folders.one, space.folders.two))
      await writeFile(join(space.folders.one, 'a'), Buffer.alloc(3 * MIB))
      expect(await place.isOver(ALLOWANCE)).toBe(false)
      await expect(writeFile(join(space.folders.two, 'b'), Buffer.alloc(30 * MIB))).rejects.toThrow('ENOSPC')
      expect(await place.isOver(ALLOWANCE)).toBe(true)
    })

    it('shows a program nothing but its empty folders, and leaves no image behind', async () => {
      await using space = await spacesOf().open({ within, names: ['one'], ...SIZE })
      expect(await readdir(space.folders.one)).toEqual([])
      expect(await readdir(join(space.folders.one, '..'))).toEqual(['one'])
      expect(await readdir(within)).toHaveLength(1)
    })

    it('is gone with everything in it when it is closed', async () => {
      const space = await spacesOf().open({ within, names: ['one'], ...SIZE })
      await writeFile(join(space.folders.one, 'a'), 'a')
      expect(await mountedHere()).toHaveLength(1)
      await space[Symbol.asyncDispose]()
      expect(await mountedHere()).toEqual([])
      expect(await readdir(within)).toEqual([])
    })

    it('is not opened when the disk has no room for it, and leaves nothing', async () => {
      const huge = { bytes: 2 ** 50, files: 20 }
      await expect(spacesOf().open({ within, names: ['one'], ...huge })).rejects.toThrow('has not the')
      expect(await readdir(within)).toEqual([])
    })

    it.each([
      ['one file', { bytes: 1, files: 1 }],
      ['a million files', { bytes: 64 * MIB, files: 1_000_000 }],
      ['twenty gigabytes', { bytes: 20 * 2 ** 30, files: 10_000 }],
    ])('holds %s', async (_, size) => {
      const spaces = spacesOf()
      await using space = await spaces.open({ within, names: ['one'], ...size })
      await writeFile(join(space.folders.one, 'a'), 'a')
      const place = await spaces.placeFor(spec(space.folders.one))
      expect(await place.isOver({ outputBytes: 4096, outputFiles: 1 })).toBe(false)
      expect(await place.isOver({ outputBytes: 4095, outputFiles: 1 })).toBe(true)
    })
  })

  it('control: as a plain folder it holds whatever is written, and only a look tells', async () => {
    const spaces = spacesOf('not here')
    await using space = await spaces.open({ within, names: ['one'], ...SIZE })
    expect(space.boundedBy).toBe('watch')
    const place = await spaces.placeFor(spec(space.folders.one))
    expect(await place.isOver(ALLOWANCE)).toBe(false)
    await writeFile(join(space.folders.one, 'b'), Buffer.alloc(30 * MIB))
    expect(await place.isOver(ALLOWANCE)).toBe(true)
  })

  it('belongs to a user of its own, closed to everybody else', async () => {
    const spaces = spacesOf('not here')
    await using one = await spaces.open({ within, names: ['folder'], ...SIZE })
    await using two = await spaces.open({ within, names: ['folder'], ...SIZE })
    const [a, b] = [await stat(one.folders.folder), await stat(two.folders.folder)]
    expect(a.mode & 0o777).toBe(0o700)
    if (isRoot) expect(a.uid).not.toBe(b.uid)
    else expect(a.uid).toBe(process.getuid?.())
  })

  it('is the only place of a run: folders of two, or of none, are refused', async () => {
    const spaces = spacesOf('not here')
    await using one = await spaces.open({ within, names: ['folder'], ...SIZE })
    await using two = await spaces.open({ within, names: ['folder'], ...SIZE })
    await expect(spaces.placeFor(spec(one.folders.folder, two.folders.folder))).rejects.toThrow(
      'one output space',
    )
    await expect(spaces.placeFor(spec(within))).rejects.toThrow('one output space')
  })
})
