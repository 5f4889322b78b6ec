import { createHash, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Digest } from '@scoregate/protocol/digest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CacheKey, type InputCache, openInputCache } from './input-cache.ts'

let home: string
let folder: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'scoregate-cache-'))
  folder = join(home, 'cache')
})
afterEach(() => rm(home, { recursive: true }))

const noTrouble = (error: unknown) => {
  throw error
}
const LARGE = 1_000_000
const { signal } = new AbortController()

function keyOf(content: string, more: Partial<CacheKey> = {}): CacheKey {
  const sha256 = Digest.parse(createHash('sha256').update(content).digest('hex'))
  return { platform: 'https://hub.example', competition: 1, input: 'inputData', sha256, ...more }
}

async function keep(
  cache: InputCache,
  content: string,
  { maxBytes = LARGE, ...more }: Partial<CacheKey> & { maxBytes?: number } = {},
): Promise<CacheKey> {
  const file = join(home, `in-${randomUUID()}`)
  await writeFile(file, content)
  const key = keyOf(content, more)
  await cache.keep(key, file, maxBytes)
  await rm(file)
  return key
}

/** The content that the cache gives for a key, or why it gives none. */
async function take(cache: InputCache, key: CacheKey): Promise<string> {
  const file = join(home, `out-${randomUUID()}`)
  const taken = await cache.take(key, file, signal)
  if (taken.kind === 'taken') return `content: ${await readFile(file, 'utf8')}`
  expect(await readdir(home)).not.toContain(file)
  return taken.kind
}

async function onlyFile(): Promise<string> {
  const [name = ''] = await readdir(folder)
  return join(folder, name)
}

describe('the cache of inputs', () => {
  it('gives back what it was given, also after a restart, and shows it to nobody else', async () => {
    const key = await keep(await openInputCache(folder, noTrouble), 'data')
    expect(await take(await openInputCache(folder, noTrouble), key)).toBe('content: data')
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(await onlyFile())).mode & 0o777).toBe(0o600)
  })

  it('gives nothing to a job that names the digest of another platform, competition or kind of input', async () => {
    const cache = await openInputCache(folder, noTrouble)
    const key = await keep(cache, 'private', { input: 'referenceData' })
    expect(await take(cache, { ...key, platform: 'https://other.example' })).toBe('absent')
    expect(await take(cache, { ...key, competition: 2 })).toBe('absent')
    expect(await take(cache, { ...key, input: 'inputData' })).toBe('absent')
    expect(await take(cache, keyOf('something else', { input: 'referenceData' }))).toBe('absent')
    // Control: the same job finds it.
    expect(await take(cache, key)).toBe('content: private')
  })

  it.each([
    ['other bytes', (file: string) => writeFile(file, 'DATA')],
    ['fewer bytes', (file: string) => writeFile(file, 'dat')],
    ['no bytes', (file: string) => writeFile(file, '')],
    ['more bytes', (file: string) => writeFile(file, 'data and more')],
  ])('notices %s in what it kept, and removes it', async (_what, spoil) => {
    const cache = await openInputCache(folder, noTrouble)
    const key = await keep(cache, 'data')
    await spoil(await onlyFile())
    expect(await take(cache, key)).toBe('corrupt')
    expect(await take(cache, key)).toBe('absent')
    expect(await readdir(folder)).toEqual([])
  })

  it('follows no link in the place of what it kept', async () => {
    const cache = await openInputCache(folder, noTrouble)
    const key = await keep(cache, 'data')
    const file = await onlyFile()
    await rm(file)
    await writeFile(join(home, 'elsewhere'), 'data')
    await symlink(join(home, 'elsewhere'), file)
    expect(await take(cache, key)).toBe('corrupt')
    expect(await readdir(folder)).toEqual([])
    expect(await readFile(join(home, 'elsewhere'), 'utf8')).toBe('data')
  })

  it('removes the longest unused when there is too much', async () => {
    const cache = await openInputCache(folder, noTrouble)
    const [a, b, c] = [await keep(cache, 'aaaa'), await keep(cache, 'bbbb'), await keep(cache, 'cccc')]
    for (const [index, name] of (await readdir(folder)).entries()) {
      await utimes(join(folder, name), index + 1, index + 1)
    }
    expect(await take(cache, a)).toBe('content: aaaa')
    const oldest = (await oldestFirst())[0]
    const d = await keep(cache, 'dddd', { maxBytes: 12 })
    expect(await readdir(folder)).not.toContain(oldest)
    expect(await readdir(folder)).toHaveLength(3)
    expect(await take(cache, a)).toBe('content: aaaa')
    expect(await take(cache, d)).toBe('content: dddd')
    expect([await take(cache, b), await take(cache, c)].sort()[0]).toBe('absent')
  })

  it('keeps nothing that is larger than all may be, and nothing at all where it is turned off', async () => {
    const cache = await openInputCache(folder, noTrouble)
    await keep(cache, 'data', { maxBytes: 3 })
    await keep(cache, 'data', { maxBytes: 0 })
    expect(await readdir(folder)).toEqual([])
    await keep(cache, 'data')
    await cache.shrinkTo(0)
    expect(await readdir(folder)).toEqual([])
  })

  it('is cleared at the start of what an earlier worker left half-written, and of what is not its own', async () => {
    const key = await keep(await openInputCache(folder, noTrouble), 'data')
    await writeFile(join(folder, 'half.part'), 'da')
    await mkdir(join(folder, 'strange'))
    const cache = await openInputCache(folder, noTrouble)
    expect(await readdir(folder)).toHaveLength(1)
    expect(await take(cache, key)).toBe('content: data')
  })

  it('serves several slots at once', async () => {
    const cache = await openInputCache(folder, noTrouble)
    const contents = Array.from({ length: 20 }, (_, index) => `content ${index % 5}`)
    await Promise.all(contents.map((content) => keep(cache, content, { maxBytes: 27 })))
    const names = await readdir(folder)
    expect(names).toHaveLength(3)
    const answers = await Promise.all(
      [...new Set(contents)].map(async (content) => [content, await take(cache, keyOf(content))] as const),
    )
    for (const [content, answer] of answers) expect(['absent', `content: ${content}`]).toContain(answer)
    expect(answers.filter(([, answer]) => answer !== 'absent')).toHaveLength(3)
  })

  it('that the disk fails says so, and gives and keeps nothing, so that a run can go on', async () => {
    const trouble: unknown[] = []
    const cache = await openInputCache(folder, (error) => trouble.push(error))
    await rm(folder, { recursive: true })
    await writeFile(folder, 'no folder any more')
    const key = await keep(cache, 'data')
    await cache.shrinkTo(0)
    expect(await take(cache, key)).toBe('absent')
    expect(trouble).toHaveLength(3)
  })

  it('stops copying when the run is stopped', async () => {
    const cache = await openInputCache(folder, noTrouble)
    const key = await keep(cache, 'data')
    const file = join(home, 'stopped')
    await expect(cache.take(key, file, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
    expect(await readdir(home)).not.toContain('stopped')
  })
})

async function oldestFirst(): Promise<string[]> {
  const names = await Promise.all(
    (await readdir(folder)).map(async (name) => ({ name, used: (await stat(join(folder, name))).mtimeMs })),
  )
  return names.sort((a, b) => a.used - b.used).map(({ name }) => name)
}
