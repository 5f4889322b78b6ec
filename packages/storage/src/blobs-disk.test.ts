import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Digest } from '@scoregate/protocol/digest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Blobs } from './blobs.ts'
import { openDiskBlobs, readSmallBlob } from './blobs-disk.ts'

async function* bytes(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part)
}

const digestOf = (text: string) => Digest.parse(createHash('sha256').update(text).digest('hex'))

describe('blobs on disk', () => {
  let folder: string
  let blobs: Blobs

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scoregate-blobs-'))
    blobs = await openDiskBlobs(folder)
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('stores bytes under their SHA-256 and gives the same bytes back', async () => {
    const stored = await blobs.put(bytes('some ', 'text'))
    expect(stored).toEqual({ sha256: digestOf('some text'), sizeBytes: 9 })
    expect(String(await readSmallBlob(blobs, stored.sha256, 100))).toBe('some text')
  })

  it('keeps nothing of a stream that fails, is too large or is not what was announced', async () => {
    await expect(blobs.put(bytes('abcdef'), { maxBytes: 5 })).rejects.toMatchObject({ code: 'too-large' })
    await expect(blobs.put(bytes('abc'), { expected: digestOf('other') })).rejects.toMatchObject({
      code: 'digest-differs',
    })
    const broken = async function* () {
      yield Buffer.from('half')
      throw new Error('the sender went away')
    }
    await expect(blobs.put(broken())).rejects.toThrow('the sender went away')
    expect(await readdir(folder, { recursive: true })).toEqual(['incoming'])
  })

  it('writes nothing anew that is there and as it was, and mends what was altered', async () => {
    const content = 'stored once'
    const sha256 = digestOf(content)
    const file = join(folder, sha256.slice(0, 2), sha256.slice(2))
    const again = {
      stream: () => blobs.put(bytes(content), { expected: sha256 }),
      small: () => blobs.putAll([{ sha256, bytes: Buffer.from(content) }]),
    }
    await again.stream()
    for (const put of Object.values(again)) {
      const { ino } = await stat(file)
      await put()
      expect((await stat(file)).ino).toBe(ino)
      await writeFile(file, 'stored onse')
      await put()
      expect(await readFile(file, 'utf8')).toBe(content)
    }
  })

  it('compares what comes even when its name is there already', async () => {
    const { sha256 } = await blobs.put(bytes('abc'))
    const differs = { code: 'digest-differs' }
    await expect(blobs.put(bytes('other'), { expected: sha256 })).rejects.toMatchObject(differs)
    await expect(blobs.putAll([{ sha256, bytes: Buffer.from('other') }])).rejects.toMatchObject(differs)
    await expect(blobs.put(bytes('abc'), { expected: sha256, maxBytes: 2 })).rejects.toMatchObject({
      code: 'too-large',
    })
    expect(String(await readSmallBlob(blobs, sha256, 100))).toBe('abc')
  })

  it('stores many small files at once, the same one in it twice', async () => {
    const texts = [...Array.from({ length: 100 }, (_, count) => `text ${count}`), 'text 7']
    await blobs.putAll(texts.map((text) => ({ sha256: digestOf(text), bytes: Buffer.from(text) })))
    for (const text of texts) expect(String(await readSmallBlob(blobs, digestOf(text), 100))).toBe(text)
    expect(await readdir(join(folder, 'incoming'))).toEqual([])
  })

  it('ends a read in an error when the file on disk was changed', async () => {
    const { sha256 } = await blobs.put(bytes('released bytes'))
    await writeFile(join(folder, sha256.slice(0, 2), sha256.slice(2)), 'released bytez')
    await expect(readSmallBlob(blobs, sha256, 100)).rejects.toMatchObject({ code: 'vault-altered' })
  })

  it('survives a reader that stops early over a file that was changed', async () => {
    const { sha256 } = await blobs.put(bytes('released bytes'))
    await writeFile(join(folder, sha256.slice(0, 2), sha256.slice(2)), 'x'.repeat(200_000))
    for (let count = 0; count < 20; count++) {
      const { stream } = await blobs.open(sha256)
      const gone = once(stream, 'close').catch(() => undefined)
      stream.once('data', () => stream.destroy())
      await gone
    }
    expect(await blobs.find(sha256)).toMatchObject({ sizeBytes: 200_000 })
  })

  it('says that a blob is not there', async () => {
    const absent = digestOf('never stored')
    expect(await blobs.find(absent)).toBeUndefined()
    await expect(blobs.open(absent)).rejects.toMatchObject({ kind: 'not-found' })
    await blobs.remove(absent)
  })

  it('clears what a crash left half-written', async () => {
    await writeFile(join(folder, 'incoming', 'half'), 'x')
    await openDiskBlobs(folder)
    expect(await readdir(join(folder, 'incoming'))).toEqual([])
  })
})
