import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Digest } from '@scoregate/protocol/digest'
import { ManifestEntry, SealRefusal } from '@scoregate/protocol/manifest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_REFUSALS, type SealLimits, type SealSink, sealFolder } from './seal.ts'

const LIMITS: SealLimits = { maxFiles: 10_000, maxBytes: 100 * 1024 * 1024, maxDepth: 8 }

let home: string
let folder: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'scoregate-seal-'))
  folder = join(home, 'output')
  await mkdir(folder)
})

afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

/** Keeps what was sealed, by digest; `beforeEach` runs while a file is open and nothing of it is read yet. */
function memorySink(
  beforeEachFile?: (count: number) => Promise<void>,
): SealSink & { blobs: Map<string, Buffer> } {
  const blobs = new Map<string, Buffer>()
  let count = 0
  return {
    blobs,
    async put(source) {
      count += 1
      await beforeEachFile?.(count)
      const chunks: Uint8Array[] = []
      for await (const chunk of source) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      const sha256 = Digest.parse(createHash('sha256').update(bytes).digest('hex'))
      blobs.set(sha256, bytes)
      return { sha256, sizeBytes: bytes.byteLength }
    },
  }
}

async function seal(
  given: {
    sink?: SealSink & { blobs: Map<string, Buffer> }
    limits?: Partial<SealLimits>
    folder?: string
  } = {},
): Promise<{ files: Record<string, string>; refusals: string[] }> {
  const sink = given.sink ?? memorySink()
  const openBefore = await openHandles()
  const sealed = await sealFolder({
    section: 'scoring_output',
    folder: given.folder ?? folder,
    sink,
    limits: { ...LIMITS, ...given.limits },
  })
  expect(await openHandles()).toBe(openBefore)
  const entries = sealed.entries.map((entry) => ManifestEntry.parse(entry))
  const refusals = sealed.refusals.map((refusal) => SealRefusal.parse(refusal))
  return {
    files: Object.fromEntries(entries.map((entry) => [entry.path, String(sink.blobs.get(entry.sha256))])),
    refusals: refusals.map(({ kind, shownPath }) => `${kind}: ${shownPath}`).sort(),
  }
}

async function openHandles(): Promise<number> {
  return (await readdir('/proc/self/fd')).length
}

function bytePath(name: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)])
}

describe('sealing a folder', () => {
  it('seals regular files at any place, and ignores empty folders', async () => {
    await mkdir(join(folder, 'plots/one'), { recursive: true })
    await mkdir(join(folder, 'empty/inside'), { recursive: true })
    await writeFile(join(folder, 'scores.json'), '{"auroc": 0.8}')
    await writeFile(join(folder, 'plots/one/a b.svg'), '<svg/>')
    await writeFile(join(folder, 'nothing'), '')
    expect(await seal()).toEqual({
      files: { 'scores.json': '{"auroc": 0.8}', 'plots/one/a b.svg': '<svg/>', nothing: '' },
      refusals: [],
    })
  })

  it('refuses links to files, to folders, out of the folder and to nowhere, and follows none', async () => {
    await writeFile(join(home, 'secret'), 'secret')
    await mkdir(join(home, 'private'))
    await writeFile(join(home, 'private/labels'), 'secret')
    await writeFile(join(folder, 'real'), 'x')
    await symlink(join(home, 'secret'), join(folder, 'file'))
    await symlink(join(home, 'private'), join(folder, 'folder'))
    await symlink('real', join(folder, 'inside'))
    await symlink('/nowhere/at/all', join(folder, 'dangling'))
    await symlink('loop', join(folder, 'loop'))
    expect(await seal()).toEqual({
      files: { real: 'x' },
      refusals: ['dangling', 'file', 'folder', 'inside', 'loop'].map((name) => `symbolic-link: ${name}`),
    })
  })

  it('refuses a file that has a second name', async () => {
    await writeFile(join(home, 'foreign'), 'secret')
    await link(join(home, 'foreign'), join(folder, 'hard'))
    expect(await seal()).toEqual({ files: {}, refusals: ['hard-link: hard'] })
  })

  it('refuses pipes, sockets and devices, and waits for none of them', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const server = createServer().listen(join(folder, 'socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      expect(await seal()).toEqual({ files: {}, refusals: ['special-file: pipe', 'special-file: socket'] })
    } finally {
      server.close()
    }
  })

  it('refuses names outside the grammar, and shows them with nothing hidden', async () => {
    const names = [
      'new\nline',
      'back\\slash',
      'bell\u0007',
      '\u202egpj.exe',
      ' lead',
      'dot.',
      'c:x',
      'é',
      'zero\u200bwidth',
    ]
    for (const name of names) await writeFile(join(folder, name), 'x')
    await writeFile(bytePath([0x61, 0xff, 0xfe]), 'x')
    await writeFile(join(folder, 'fine'), 'x')
    const { files, refusals } = await seal()
    expect(files).toEqual({ fine: 'x' })
    expect(refusals).toEqual(
      [
        'bad-name:  lead',
        'bad-name: a\\xff\\xfe',
        'bad-name: back\\\\slash',
        'bad-name: bell\\u{7}',
        'bad-name: c:x',
        'bad-name: dot.',
        'bad-name: new\\nline',
        'bad-name: zero\\u{200b}width',
        'bad-name: \\u{202e}gpj.exe',
        'bad-name: \\u{e9}',
      ].sort(),
    )
  })

  it('does not look into a folder whose name it refuses', async () => {
    await mkdir(join(folder, 'bad:folder'))
    await writeFile(join(folder, 'bad:folder/inside'), 'x')
    expect(await seal()).toEqual({ files: {}, refusals: ['bad-name: bad:folder'] })
  })

  it('refuses all of several names that are one name elsewhere', async () => {
    for (const name of ['Readme', 'README', 'other']) await writeFile(join(folder, name), name)
    await mkdir(join(folder, 'readme'))
    expect(await seal()).toEqual({
      files: { other: 'other' },
      refusals: ['twin-name: README', 'twin-name: Readme', 'twin-name: readme'],
    })
  })

  it('refuses what is nested deeper than allowed, however deep that is', async () => {
    await mkdir(join(folder, Array.from({ length: 400 }, () => 'd').join('/')), { recursive: true })
    await writeFile(join(folder, 'd/d/file'), 'x')
    expect(await seal({ limits: { maxDepth: 3 } })).toEqual({
      files: { 'd/d/file': 'x' },
      refusals: ['too-deep: d/d/d/d'],
    })
  })

  it('stops at the cap on files, without listing a folder that has endlessly many', async () => {
    for (let number = 0; number < 30; number += 1) await writeFile(join(folder, `f${number}`), '')
    const { files, refusals } = await seal({ limits: { maxFiles: 20 } })
    expect(files).toEqual({})
    expect(refusals).toHaveLength(1)
    expect(refusals[0]).toMatch(/^too-many-files: /)
    expect((await seal({ limits: { maxFiles: 30 } })).refusals).toEqual([])
  })

  it('counts folders against the same cap', async () => {
    for (let number = 0; number < 30; number += 1) await mkdir(join(folder, `d${number}`))
    expect((await seal({ limits: { maxFiles: 20 } })).refusals[0]).toMatch(/^too-many-files: /)
  })

  it('stops at the cap on bytes, over all files together', async () => {
    await writeFile(join(folder, 'a'), 'x'.repeat(60))
    await writeFile(join(folder, 'b'), 'x'.repeat(60))
    await writeFile(join(folder, 'c'), 'x'.repeat(60))
    const { files, refusals } = await seal({ limits: { maxBytes: 100 } })
    expect(Object.keys(files)).toEqual(['a'])
    expect(refusals).toEqual(['too-large: b'])
  })

  it('refuses a sparse file at once, without reading its terabyte', async () => {
    await writeFile(join(folder, 'huge'), '')
    await truncate(join(folder, 'huge'), 2 ** 40)
    expect(await seal({ limits: { maxBytes: 2 ** 41 } })).toEqual({ files: {}, refusals: ['sparse: huge'] })
  })

  it('caps the number of refusals', async () => {
    for (let number = 0; number < MAX_REFUSALS + 50; number += 1)
      await symlink('x', join(folder, `l${number}`))
    expect((await seal()).refusals).toHaveLength(MAX_REFUSALS)
  })

  it('seals thousands of small files, each as it is', async () => {
    const expected: Record<string, string> = {}
    for (let part = 0; part < 50; part += 1) {
      await mkdir(join(folder, `part-${part}`))
      for (let number = 0; number < 100; number += 1)
        expected[`part-${part}/${number}.txt`] = `${part} ${number}`
    }
    await Promise.all(Object.entries(expected).map(([path, text]) => writeFile(join(folder, path), text)))
    expect(await seal()).toEqual({ files: expected, refusals: [] })
  })

  it('reports its progress', async () => {
    await writeFile(join(folder, 'a'), '12')
    await writeFile(join(folder, 'b'), '345')
    const seen: unknown[] = []
    await sealFolder({
      section: 'logs',
      folder,
      sink: memorySink(),
      limits: LIMITS,
      onProgress: (progress) => seen.push(progress),
    })
    expect(seen).toEqual([
      { files: 1, bytes: 2 },
      { files: 2, bytes: 5 },
    ])
  })

  it('says what is wrong with a folder that is not there or is a link', async () => {
    await symlink(folder, join(home, 'link'))
    for (const path of [join(home, 'absent'), join(home, 'link')]) {
      await expect(seal({ folder: path })).rejects.toMatchObject({ code: 'seal-unavailable' })
    }
  })

  it('does not take a disk that is full for the fault of the run', async () => {
    await writeFile(join(folder, 'a'), 'x')
    const sink: SealSink = {
      put: () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
    }
    const openBefore = await openHandles()
    await expect(sealFolder({ section: 'logs', folder, sink, limits: LIMITS })).rejects.toThrow(
      'no space left',
    )
    expect(await openHandles()).toBe(openBefore)
  })
})

describe('sealing a folder that changes meanwhile', () => {
  beforeEach(async () => {
    await mkdir(join(home, 'private'))
    await writeFile(join(home, 'private/a'), 'secret')
    await writeFile(join(home, 'private/b'), 'secret')
    await mkdir(join(folder, 'sub'))
    await writeFile(join(folder, 'sub/a'), 'aaaa')
    await writeFile(join(folder, 'sub/b'), 'bbbb')
    // Long ago, as what a run left is: a change within the same tick of the clock would look like none.
    for (const path of ['sub/a', 'sub/b', 'sub', '.']) await utimes(join(folder, path), 1, 1)
  })

  it('is not led astray by a parent that becomes a link', async () => {
    const sink = memorySink(async (count) => {
      if (count !== 1) return
      await rename(join(folder, 'sub'), join(folder, 'moved'))
      await symlink(join(home, 'private'), join(folder, 'sub'))
    })
    const { files, refusals } = await seal({ sink })
    expect(Object.values(files)).not.toContain('secret')
    expect(files).toEqual({ 'sub/a': 'aaaa', 'sub/b': 'bbbb' })
    expect(refusals).toContain('changed-while-read: .')
    // Control: by its name the same file leads to the secret.
    expect(await readFile(join(folder, 'sub/b'), 'utf8')).toBe('secret')
  })

  it('refuses a file that becomes a link before its turn', async () => {
    const sink = memorySink(async (count) => {
      if (count !== 1) return
      await rm(join(folder, 'sub/b'))
      await symlink(join(home, 'private/b'), join(folder, 'sub/b'))
    })
    const { files, refusals } = await seal({ sink })
    expect(files).toEqual({ 'sub/a': 'aaaa' })
    expect(refusals).toEqual(['changed-while-read: sub/', 'symbolic-link: sub/b'])
  })

  it('refuses a file that vanishes before its turn', async () => {
    const sink = memorySink(async (count) => {
      if (count === 1) await rm(join(folder, 'sub/b'))
    })
    expect((await seal({ sink })).refusals).toContain('changed-while-read: sub/b')
  })

  it.each([
    ['grows', () => writeFile(join(folder, 'sub/a'), 'aaaaaaaaaa')],
    ['shrinks', () => truncate(join(folder, 'sub/a'), 1)],
    ['is written over', () => writeFile(join(folder, 'sub/a'), 'AAAA')],
    ['gets a second name', () => link(join(folder, 'sub/a'), join(home, 'second'))],
  ])('refuses a file that %s while it is read', async (_name, change) => {
    const sink = memorySink(async (count) => {
      if (count === 1) await change()
    })
    const { files, refusals } = await seal({ sink })
    expect(files).toEqual({ 'sub/b': 'bbbb' })
    expect(refusals).toEqual(['changed-while-read: sub/a'])
  })

  it('refuses a folder to which a file is added', async () => {
    const sink = memorySink(async (count) => {
      if (count === 1) await writeFile(join(folder, 'sub/late'), 'x')
    })
    expect((await seal({ sink })).refusals).toEqual(['changed-while-read: sub/'])
  })
})

describe('sealing as any user', () => {
  it('refuses what cannot be read', async () => {
    await writeFile(join(folder, 'closed'), 'x', { mode: 0 })
    const { refusals } = await seal()
    // Root reads everything; anybody else is told.
    expect(refusals).toEqual(process.getuid?.() === 0 ? [] : ['unreadable: closed'])
  })

  it('refuses a folder on which something else is mounted', async () => {
    await mkdir(join(folder, 'mounted'))
    const mounted = await promisify(execFile)('mount', ['-t', 'tmpfs', 'none', join(folder, 'mounted')]).then(
      () => true,
      () => false, // only root in a machine of its own may mount; elsewhere there is nothing to refuse
    )
    try {
      expect((await seal()).refusals).toEqual(mounted ? ['special-file: mounted/'] : [])
    } finally {
      if (mounted) execFileSync('umount', [join(folder, 'mounted')])
    }
  })
})
