import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Digest } from '@scoregate/protocol/digest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sealFolder } from './seal.ts'

async function hashed(source: AsyncIterable<Uint8Array>): Promise<{ sha256: Digest; sizeBytes: number }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of source) {
    hash.update(chunk)
    sizeBytes += chunk.byteLength
  }
  return { sha256: Digest.parse(hash.digest('hex')), sizeBytes }
}

describe('any tree of regular files', () => {
  const name = fc.stringMatching(/^[a-z0-9_][a-z0-9_ -]{0,8}[a-z0-9_]$/)
  const tree = fc.uniqueArray(
    fc.record({
      path: fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
      bytes: fc.uint8Array({ maxLength: 2000 }),
    }),
    { maxLength: 12, selector: (file) => file.path },
  )

  it('is sealed to exactly its content', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        const root = await mkdtemp(join(tmpdir(), 'scoregate-tree-'))
        const written = new Map<string, string>()
        for (const { path, bytes } of files) {
          // A path that passes through a file, or names a folder, is none that a tree can have.
          try {
            await mkdir(dirname(join(root, path)), { recursive: true })
            await writeFile(join(root, path), bytes)
          } catch {
            continue
          }
          written.set(path, createHash('sha256').update(bytes).digest('hex'))
        }
        const sealed = await sealFolder({
          section: 'predictions',
          folder: root,
          sink: { put: hashed },
          limits: { maxFiles: 1000, maxBytes: 1_000_000, maxDepth: 8 },
        })
        expect(sealed.refusals).toEqual([])
        expect(Object.fromEntries(sealed.entries.map((entry) => [entry.path, entry.sha256]))).toEqual(
          Object.fromEntries(written),
        )
        const paths = sealed.entries.map((entry) => entry.path)
        expect(paths).toEqual([...paths].sort())
        await rm(root, { recursive: true })
      }),
      { numRuns: 40 },
    )
  })
})
