import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Digest } from './digest.ts'
import { BrokenPackError, MAX_PACKED_BYTES, packHeader, readPack } from './pack.ts'

/** Reading a pack compares nothing, so any digest will do that differs from file to file. */
const digestOf = (bytes: Uint8Array) =>
  Digest.parse(
    bytes
      .reduce((text, byte) => text + byte.toString(16), 'a')
      .slice(0, 64)
      .padEnd(64, '0'),
  )

function packOf(files: readonly Uint8Array[]): Buffer {
  return Buffer.concat(files.flatMap((bytes) => [packHeader(digestOf(bytes), bytes.byteLength), bytes]))
}

async function* inChunks(pack: Buffer, size: number) {
  for (let at = 0; at < pack.byteLength; at += size) yield pack.subarray(at, at + size)
}

async function read(source: AsyncIterable<Uint8Array>) {
  const files: { sha256: Digest; bytes: Buffer }[] = []
  for await (const { sha256, bytes } of readPack(source)) files.push({ sha256, bytes: Buffer.from(bytes) })
  return files
}

describe('a pack', () => {
  const someFiles = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 })

  it('gives back every file with its digest, however the stream is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(someFiles, fc.integer({ min: 1, max: 500 }), async (files, size) => {
        expect(await read(inChunks(packOf(files), size))).toEqual(
          files.map((bytes) => ({ sha256: digestOf(bytes), bytes: Buffer.from(bytes) })),
        )
      }),
    )
  })

  it('is refused when it ends anywhere but after a file', async () => {
    const files = [Buffer.from('one'), Buffer.from('another')]
    const pack = packOf(files)
    const ends = [0, packOf(files.slice(0, 1)).byteLength, pack.byteLength]
    for (let length = 0; length <= pack.byteLength; length += 1) {
      const reading = read(inChunks(pack.subarray(0, length), 7))
      if (ends.includes(length)) await reading
      else await expect(reading).rejects.toThrow(BrokenPackError)
    }
  })

  it('is refused before a file larger than a pack may have is read', async () => {
    const header = packHeader(digestOf(Buffer.from('')), MAX_PACKED_BYTES + 1)
    async function* endless() {
      yield header
      for (;;) yield Buffer.alloc(1024)
    }
    await expect(read(endless())).rejects.toThrow('are allowed')
  })
})
