import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Manifest } from '@scoregate/protocol/manifest'
import { openDiskBlobs } from '@scoregate/storage/blobs-disk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256Of } from '../deposit-rig.ts'
import { measureArtefact } from './artefact-bytes.ts'

const FILES = { 'b.txt': 'second', 'a/z.txt': 'deep', 'a.txt': '', 'big.bin': 'x'.repeat(300_000) }

describe('an archive', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scoregate-archive-'))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  async function measure(names: (keyof typeof FILES)[]) {
    const blobs = await openDiskBlobs(folder)
    for (const name of names) await blobs.put(Readable.from([Buffer.from(FILES[name])]))
    const entries = names.map((path) => ({
      section: 'predictions' as const,
      path,
      sizeBytes: FILES[path].length,
      sha256: sha256Of(FILES[path]),
    }))
    return measureArtefact(blobs, { entries } as unknown as Manifest, 'predictions') // only its entries are read
  }

  it('is the same bytes whenever and in whatever order it is made, dated 1980', async () => {
    const first = await measure(['b.txt', 'a/z.txt', 'a.txt', 'big.bin'])
    const second = await measure(['big.bin', 'a.txt', 'a/z.txt', 'b.txt'])
    expect(second.sha256).toBe(first.sha256)
    const chunks: Buffer[] = []
    for await (const chunk of await second.open()) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    expect(bytes.length).toBe(first.sizeBytes)
    expect(sha256Of(bytes)).toBe(first.sha256)
    // Time and date of the first file: midnight of the first day that a zip can name, in whatever zone this runs.
    expect([bytes.readUInt16LE(10), bytes.readUInt16LE(12)]).toEqual([0, 0x21])
    // The archive's directory, at its end, lists the names sorted.
    const directory = bytes.subarray(bytes.indexOf('PK\u0001\u0002')).toString('latin1')
    expect(directory.match(/a\.txt|a\/z\.txt|b\.txt|big\.bin/g)).toEqual([
      'a.txt',
      'a/z.txt',
      'b.txt',
      'big.bin',
    ])
  })

  it('of which a file was altered is refused, whichever file it is, and does not wait for ever', async () => {
    for (const name of ['a.txt', 'b.txt', 'big.bin'] as const) {
      const altered = FILES[name].replace(/^.?/, 'Y')
      await measure(['b.txt', 'a/z.txt', 'a.txt', 'big.bin'])
      const sha256 = sha256Of(FILES[name])
      await writeFile(join(folder, sha256.slice(0, 2), sha256.slice(2)), altered)
      const blobs = await openDiskBlobs(folder)
      const sizeBytes = FILES[name].length
      const entries = [{ section: 'predictions', path: name, sizeBytes, sha256 }]
      const manifest = { entries } as unknown as Manifest // only its entries are read
      await expect(measureArtefact(blobs, manifest, 'predictions')).rejects.toMatchObject({
        code: 'vault-altered',
      })
    }
  })
})
