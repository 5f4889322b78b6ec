import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyFolder, removeTree } from './remove-tree.ts'

describe('removing what a program left', () => {
  let outer: string
  beforeEach(async () => {
    outer = await mkdtemp(join(tmpdir(), 'scoregate-remove-'))
  })
  afterEach(() => removeTree(outer))

  /** Folders in folders, far beyond the 4,096 bytes that a path may have (PATH_MAX, limits.h). */
  const dig = (folder: string) =>
    execFileSync('python3', [
      '-c',
      `import os, sys
os.mkdir(sys.argv[1])
os.chdir(sys.argv[1])
for depth in range(60):
    name = b'x' * 199 + b'\\xff'
    os.mkdir(name)
    open('file', 'w').close()
    os.chdir(name)
`,
      folder,
    ])

  it('removes folders that no path can name', async () => {
    const folder = join(outer, 'deep')
    dig(folder)
    // Without moving anything up, it cannot be done.
    await expect(rm(folder, { recursive: true })).rejects.toMatchObject({ code: 'ENAMETOOLONG' })
    await removeTree(folder)
    expect(await readdir(outer)).toEqual([])
  })

  it('empties a folder of them, and leaves what a link leads to', async () => {
    const kept = join(outer, 'kept')
    await writeFile(kept, 'kept')
    const folder = join(outer, 'deep')
    dig(folder)
    await symlink(kept, join(folder, 'link'))
    await emptyFolder(folder)
    expect(await readdir(outer)).toEqual(['deep', 'kept'])
    expect(await readdir(folder)).toEqual([])
  })

  it('does not complain where there is nothing', async () => {
    await expect(removeTree(join(outer, 'absent'))).resolves.toBeUndefined()
  })
})
