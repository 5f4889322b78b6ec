import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CORPUS, deflated, file, INNER, zeros } from './hostile-archives-rig.ts'
import { extraField, hostileZip, zip64Extra } from './hostile-zip-rig.ts'
import { unpackArchive } from './unpack.ts'

const MAX_BYTES = 50_000_000

/** Unpacks an archive into a folder of its own, and tells what came of it and what is in the folder. */
async function unpack(zip: Buffer, maxBytes = MAX_BYTES) {
  const home = await mkdtemp(join(tmpdir(), 'scoregate-hostile-'))
  try {
    const archive = join(home, 'archive.zip')
    await writeFile(archive, zip)
    const folder = await mkdtemp(join(home, 'into-'))
    const outcome = await unpackArchive({ archive, folder, maxBytes, signal: new AbortController().signal })
    const names = await readdir(folder, { recursive: true })
    let bytes = 0
    const texts: Record<string, string> = {}
    for (const name of names) {
      const found = await stat(join(folder, name))
      if (!found.isFile()) continue
      bytes += found.size
      if (found.size < 100) texts[name] = await readFile(join(folder, name), 'utf8')
    }
    return { outcome, names, bytes, texts, outside: (await readdir(home)).length - 2 }
  } finally {
    await rm(home, { recursive: true })
  }
}

describe('a hostile archive', () => {
  it.each(CORPUS)('with %s is refused in its own words', async (what, make, why) => {
    const maxBytes = what === 'too much in all' ? 1000 : MAX_BYTES
    const { outcome, bytes, names, outside } = await unpack(make(), maxBytes)
    expect(outcome).toEqual({ kind: 'refused', why })
    expect(outside).toBe(0)
    expect(names.join()).not.toContain('evil')
    // At most what one lying file could leave before it was found out.
    expect(bytes).toBeLessThan(100)
  })

  it('control: each of these is unpacked when it is honest', async () => {
    const honest = hostileZip([
      file('a.txt', { bytes: 'stored' }),
      { ...deflated('deep/er/b.txt', Buffer.from('deflated deflated')), mode: 0o100755 },
      file('deep/', { bytes: '', mode: 0o040755 }),
      file('\u00e9.txt', { bytes: 'accent' }),
      file('inner.zip', { bytes: INNER }),
      file('large', { bytes: 'large', listed: { unpacked: 0xffffffff, extra: zip64Extra(5n) } }),
      {
        ...file('streamed', { bytes: 'sizes behind', listed: { flags: 0x0808 }, behind: Buffer.alloc(16) }),
        local: { flags: 0x0808, crc: 0, packed: 0, unpacked: 0 },
      },
      file('noted', { listed: { extra: extraField(0x5455, Buffer.alloc(5)), comment: Buffer.from('note') } }),
    ])
    const { outcome, texts } = await unpack(honest)
    expect(outcome).toMatchObject({ kind: 'unpacked', files: 7 })
    expect(texts).toMatchObject({
      'a.txt': 'stored',
      'deep/er/b.txt': 'deflated deflated',
      '\u00e9.txt': 'accent',
      large: 'large',
      streamed: 'sizes behind',
    })
  })

  it.each([
    ['of the small kind', hostileZip([])],
    ['of the large kind', hostileZip([], { zip64: {} })],
    ['with a comment', hostileZip([], { comment: Buffer.from('nothing in here') })],
  ])('control: an empty one %s is unpacked to nothing', async (_what, zip) => {
    expect((await unpack(zip)).outcome).toEqual({ kind: 'unpacked', files: 0, bytes: 0 })
  })

  it('that holds archives, or itself, is unpacked once', async () => {
    const { outcome, names } = await unpack(hostileZip([file('inner.zip', { bytes: INNER })]))
    expect(outcome.kind).toBe('unpacked')
    expect(names).toEqual(['inner.zip'])
  })

  // Small files are unpacked in one piece and large ones piece by piece.
  it.each([10, 500_000])(
    'that says %i bytes and has a million fills no more of the disk than it says, not even for a while',
    async (said) => {
      const lie = { unpacked: said }
      const lying = { ...deflated('a', zeros(1_000_000)), listed: lie, local: lie }
      const { outcome, bytes } = await unpack(hostileZip([lying]), said)
      expect(outcome).toEqual({ kind: 'refused', why: 'a file in it is larger than it says' })
      expect(bytes).toBeLessThanOrEqual(said)
    },
  )

  it.each([
    ['smaller than it says', { unpacked: 1_000_001 }],
    ['of another checksum', { crc: 1 }],
  ])('with a large file that is %s is refused too', async (_what, lie) => {
    const lying = { ...deflated('a', zeros(1_000_000)), listed: lie, local: lie }
    expect((await unpack(hostileZip([lying]))).outcome.kind).toBe('refused')
    // Control: the same file, when it is honest.
    expect((await unpack(hostileZip([deflated('a', zeros(1_000_000))]))).outcome.kind).toBe('unpacked')
  })

  it('never writes outside its folder and never throws, whatever its names', async () => {
    const part = fc.constantFrom('a', 'A', '..', '.', '', 'e\u0301', '\u00e9', 'a\\b', 'C:', '\0', ' ', 'a.')
    const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 4 }), async (names) => {
        const { outcome, outside, names: made } = await unpack(hostileZip(names.map((one) => file(one))))
        expect(outside).toBe(0)
        if (outcome.kind === 'unpacked') {
          for (const one of names) expect(made).toContain(one.replace(/\/$/, ''))
          expect(new Set(made.map((one) => one.normalize('NFKC').toLowerCase())).size).toBe(made.length)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('never throws and never fills the disk, whichever of its bytes are other ones', async () => {
    const honest = hostileZip([file('a', { bytes: 'aaaa' }), deflated('b/c', Buffer.from('hello hello'))], {
      zip64: {},
    })
    const change = fc.record({ at: fc.nat(honest.length - 1), to: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const zip = Buffer.from(honest)
        for (const { at, to } of changes) zip[at] = to
        const { bytes, outside } = await unpack(zip, 1000)
        expect(outside).toBe(0)
        expect(bytes).toBeLessThanOrEqual(1000)
      }),
      { numRuns: 400 },
    )
  })
})
