import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { link, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Digest } from '@scoregate/protocol/digest'
import { MAX_PACKED_BYTES } from '@scoregate/protocol/pack'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SealSink, type StoredFile, sealFolder } from './seal.ts'

const LIMITS = { maxFiles: 1000, maxBytes: 10_000_000, maxDepth: 8 }

function storedOf(bytes: Uint8Array): StoredFile {
  const sha256 = Digest.parse(createHash('sha256').update(bytes).digest('hex'))
  return { sha256, sizeBytes: bytes.byteLength }
}

/** Sinks keep what they get by digest; `onFile` is called with the number of each file before its bytes are taken. */
const SINKS = {
  'files of any size as streams': (kept, onFile) => ({
    async put(source) {
      onFile()
      return keep(kept, await collected(source))
    },
  }),
  'small files at once': (kept, onFile) => ({
    async put(source) {
      onFile()
      return keep(kept, await collected(source))
    },
    putSmall(bytes) {
      onFile()
      return keep(kept, Buffer.from(bytes))
    },
  }),
} as const satisfies Record<string, (kept: Map<string, Buffer>, onFile: () => void) => SealSink>

async function collected(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function keep(kept: Map<string, Buffer>, bytes: Buffer): StoredFile {
  const stored = storedOf(bytes)
  kept.set(stored.sha256, bytes)
  return stored
}

const name = fc.stringMatching(/^[a-z0-9_][a-z0-9_ -]{0,8}[a-z0-9_]$/)
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
const size = fc.oneof(
  { weight: 5, arbitrary: fc.nat({ max: 2000 }) },
  // At the border between small and large, and of several chunks.
  { weight: 1, arbitrary: fc.integer({ min: MAX_PACKED_BYTES - 1, max: MAX_PACKED_BYTES + 1 }) },
  { weight: 1, arbitrary: fc.integer({ min: 500_000, max: 1_200_000 }) },
)
const tree = fc.uniqueArray(fc.record({ path, sizeBytes: size, seed: fc.nat() }), {
  maxLength: 12,
  selector: (file) => file.path,
})

/** Writes what a tree can have; a path that passes through a file, or names a folder, is none. */
async function writeTree(
  root: string,
  files: readonly { path: string; sizeBytes: number; seed: number }[],
): Promise<Map<string, Buffer>> {
  const written = new Map<string, Buffer>()
  for (const file of files) {
    const bytes = Buffer.alloc(file.sizeBytes, `content ${file.seed}`)
    try {
      await mkdir(dirname(join(root, file.path)), { recursive: true })
      await writeFile(join(root, file.path), bytes)
    } catch {
      continue
    }
    written.set(file.path, bytes)
  }
  return written
}

async function withFolder<T>(use: (home: string, root: string) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'scoregate-tree-'))
  try {
    await mkdir(join(home, 'output'))
    return await use(home, join(home, 'output'))
  } finally {
    await rm(home, { recursive: true })
  }
}

const seal = (folder: string, sink: SealSink) =>
  sealFolder({ section: 'predictions', folder, sink, limits: LIMITS })

describe.each(Object.entries(SINKS))('any tree, into a sink that takes %s', (_name, sinkOf) => {
  it('of regular files is sealed to exactly its content', async () => {
    const property = fc.asyncProperty(tree, (files) =>
      withFolder(async (_home, root) => {
        const written = await writeTree(root, files)
        const kept = new Map<string, Buffer>()
        const sealed = await seal(
          root,
          sinkOf(kept, () => undefined),
        )
        expect(sealed.refusals).toEqual([])
        const paths = sealed.entries.map((entry) => entry.path)
        expect(paths).toEqual([...written.keys()].sort())
        for (const entry of sealed.entries) {
          const bytes = written.get(entry.path)
          expect(entry.sizeBytes).toBe(bytes?.byteLength)
          expect(kept.get(entry.sha256)?.equals(bytes ?? Buffer.of())).toBe(true)
        }
      }),
    )
    await fc.assert(property, { numRuns: 30 })
  })

  it('with one thing in it that cannot be represented is hostile, and nothing foreign is sealed', async () => {
    const SECRET = 'SECRET of the host'
    const oddities = {
      'a link to a file': (home: string, at: string) => symlink(join(home, 'secret'), at),
      'a link to a folder': (home: string, at: string) => symlink(home, at),
      'a second name': (home: string, at: string) => link(join(home, 'secret'), at),
      'a pipe': async (_home: string, at: string) => void execFileSync('mkfifo', [at]),
      'a bad name': (_home: string, at: string) => writeFile(`${at}\n`, 'x'),
      'a twin': async (_home: string, at: string) => {
        await writeFile(at, 'x')
        await writeFile(join(dirname(at), 'ODD'), 'x')
      },
    } as const
    const kind = fc.constantFrom(...Object.values(oddities))
    const property = fc.asyncProperty(tree, kind, fc.nat(), (files, make, where) =>
      withFolder(async (home, root) => {
        await writeFile(join(home, 'secret'), SECRET)
        const written = await writeTree(root, files)
        const folders = [root, ...[...written.keys()].map((file) => dirname(join(root, file)))]
        await make(home, join(folders[where % folders.length] ?? root, 'odd'))
        const kept = new Map<string, Buffer>()
        const sealed = await seal(
          root,
          sinkOf(kept, () => undefined),
        )
        expect(sealed.refusals).not.toEqual([])
        expect(sealed.entries.map((entry) => entry.path)).toEqual([...written.keys()].sort())
        for (const bytes of kept.values()) expect(bytes.toString('latin1')).not.toContain(SECRET)
      }),
    )
    await fc.assert(property, { numRuns: 30 })
  })

  it('that changes while it is sealed gives each file as it was, or as it became, or a refusal', async () => {
    const changes = {
      'writes over it': (at: string, bytes: Buffer) => writeFileSync(at, bytes),
      'makes it longer': (at: string, bytes: Buffer) => appendFileSync(at, bytes),
      'makes it shorter': (at: string) => truncateSync(at, 1),
      'removes it': (at: string) => rmSync(at),
      'moves another there': (at: string, bytes: Buffer) => {
        writeFileSync(`${at}.new`, bytes)
        renameSync(`${at}.new`, at)
      },
      'puts a link there': (at: string) => {
        rmSync(at)
        symlinkSync('/etc/hostname', at)
      },
    } as const
    const change = fc.constantFrom(...Object.values(changes))
    const other = fc.integer({ min: 2, max: 5000 }).map((bytes) => Buffer.alloc(bytes, 'other'))
    const property = fc.asyncProperty(
      tree.filter((files) => files.length > 0),
      change,
      other,
      fc.nat(),
      fc.nat(),
      (files, make, bytes, which, when) =>
        withFolder(async (_home, root) => {
          const written = await writeTree(root, files)
          // Long ago, as what a run left is: a change within one tick of the clock would look like none.
          for (const file of written.keys()) await utimes(join(root, file), 1, 1)
          const victim = [...written.keys()][which % written.size] ?? ''
          const at = 1 + (when % written.size)
          let count = 0
          const kept = new Map<string, Buffer>()
          const sink = sinkOf(kept, () => {
            count += 1
            if (count === at) make(join(root, victim), bytes)
          })
          const sealed = await seal(root, sink)
          const possible = (file: string): Buffer[] => {
            const before = written.get(file) ?? Buffer.of()
            if (file !== victim) return [before]
            return [before, bytes, Buffer.concat([before, bytes]), before.subarray(0, 1)]
          }
          for (const { path: file, sha256 } of sealed.entries) {
            if (file === `${victim}.new`) continue
            const stored = kept.get(sha256)
            expect(possible(file).some((one) => stored?.equals(one))).toBe(true)
          }
          // What is gone before its folder is listed was never seen; anything else that is missing must be told.
          const missing = [...written.keys()].filter(
            (file) =>
              !sealed.entries.some((entry) => entry.path === file) &&
              !(file === victim && !existsSync(join(root, file))),
          )
          if (missing.length > 0) expect(sealed.refusals).not.toEqual([])
        }),
    )
    await fc.assert(property, { numRuns: 60 })
  })
})
