import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import {
  chmod,
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  utimes,
} from 'node:fs/promises'
import { join } from 'node:path'
import { digestOfJson } from '@scoregate/gate/manifest'
import type { Digest } from '@scoregate/protocol/digest'
import type { Job } from '@scoregate/protocol/job'
import { syncFolder } from './durable-files.ts'

/** The archives that are kept for the next run of a competition; a submission is run once, and is not among them. */
export type KeptInput = Exclude<keyof Job['inputs'], 'submission'>

/**
 * What an archive is kept under: its digest, and whose it is. A job message is not trusted, and may name any digest; it
 * finds only what the same platform gave for the same competition in the same place.
 */
export type CacheKey = {
  readonly platform: string
  readonly competition: number
  readonly input: KeptInput
  readonly sha256: Digest
}

/** What came of looking for a kept archive. */
export type Taken =
  | { readonly kind: 'taken'; readonly sizeBytes: number }
  | { readonly kind: 'absent' }
  /** What was kept was not what it should be; it is removed. */
  | { readonly kind: 'corrupt' }

/**
 * Archives of earlier runs, kept on disk, each under its digest. Safe for several slots of one worker. A disk that fails it
 * is reported, and is no reason for a run to fail: what is not kept is fetched.
 */
export type InputCache = {
  /**
   * Copies a kept archive to `file`, which must not exist, and computes its digest from the very bytes that it copies: that
   * it is there proves nothing. Leaves no `file` unless it is taken. Throws the signal's reason only.
   */
  take(key: CacheKey, file: string, signal: AbortSignal): Promise<Taken>
  /** Keeps an archive whose digest was just computed, as far as `maxBytes` for all allow; the longest unused go. */
  keep(key: CacheKey, file: string, maxBytes: number): Promise<void>
  /** Removes the longest unused until all together have at most so many bytes; with 0, everything. */
  shrinkTo(maxBytes: number): Promise<void>
}

const NAME = /^[0-9a-f]{64}\.[0-9a-f]{64}$/

/**
 * Opens the cache in `folder`, making it if need be, and clears it of what an earlier worker left half-written. Throws what
 * the disk throws; later trouble goes to `onTrouble`.
 */
export async function openInputCache(
  folder: string,
  onTrouble: (error: unknown) => void,
): Promise<InputCache> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  for (const name of await readdir(folder)) {
    if (!NAME.test(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
  // One change at a time, so that two slots neither keep nor remove on the same count.
  let changing: Promise<void> = Promise.resolve()
  const oneAtATime = (change: () => Promise<void>): Promise<void> => {
    changing = changing.then(change).catch(onTrouble)
    return changing
  }

  return {
    async take(key, file, signal) {
      try {
        return await takeVerified(join(folder, nameOf(key)), file, key.sha256, signal)
      } catch (error) {
        signal.throwIfAborted()
        onTrouble(error)
        return { kind: 'absent' }
      }
    },

    keep(key, file, maxBytes) {
      return oneAtATime(async () => {
        if ((await stat(file)).size > maxBytes) return
        await linkDurably(file, folder, nameOf(key))
        await shrink(folder, maxBytes)
      })
    },

    shrinkTo(maxBytes) {
      return oneAtATime(() => shrink(folder, maxBytes))
    },
  }
}

function nameOf({ platform, competition, input, sha256 }: CacheKey): string {
  return `${digestOfJson({ platform, competition, input })}.${sha256}`
}

async function takeVerified(kept: string, file: string, sha256: Digest, signal: AbortSignal): Promise<Taken> {
  const copy = await copyHashed(kept, file, signal)
  if (copy === undefined) return { kind: 'absent' }
  if (copy.sha256 === sha256) {
    await touch(kept)
    return { kind: 'taken', sizeBytes: copy.sizeBytes }
  }
  await rm(file, { force: true })
  await rm(kept, { force: true })
  return { kind: 'corrupt' }
}

/** Copies a file while hashing it; `undefined` if there is none. */
async function copyHashed(
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<{ sha256: string; sizeBytes: number } | undefined> {
  const source = await openIfThere(from)
  if (source === undefined) return undefined
  if (source === 'link') return { sha256: 'none', sizeBytes: 0 }
  await using _closing = source
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    await using target = await open(to, 'wx', 0o600)
    for await (const chunk of source.createReadStream({ autoClose: false, highWaterMark: 2 ** 20 })) {
      signal.throwIfAborted()
      hash.update(chunk)
      sizeBytes += chunk.length
      await target.writeFile(chunk)
    }
  } catch (error) {
    await rm(to, { force: true })
    throw error
  }
  return { sha256: hash.digest('hex'), sizeBytes }
}

async function openIfThere(file: string): Promise<FileHandle | 'link' | undefined> {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return undefined
    if (code === 'ELOOP') return 'link'
    throw error
  }
}

/** Gives an archive a second name in the cache. It is on disk before the name is; no other program writes to it. */
async function linkDurably(file: string, folder: string, name: string): Promise<void> {
  const temporary = join(folder, `${randomUUID()}.part`)
  await link(file, temporary)
  const handle = await open(temporary, 'r')
  try {
    await handle.chmod(0o600)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, join(folder, name))
  await touch(join(folder, name))
  await syncFolder(folder)
}

/** The time of a file says when it was used last. */
async function touch(file: string): Promise<void> {
  const now = new Date()
  await utimes(file, now, now).catch(() => undefined) // another slot has just removed it
}

async function shrink(folder: string, maxBytes: number): Promise<void> {
  const kept: { file: string; sizeBytes: number; usedMs: number }[] = []
  for (const name of await readdir(folder)) {
    const file = join(folder, name)
    const found = await stat(file).catch(() => undefined) // a corrupt one may just have been removed
    if (found !== undefined) kept.push({ file, sizeBytes: found.size, usedMs: found.mtimeMs })
  }
  let total = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  for (const { file, sizeBytes } of kept.sort((a, b) => a.usedMs - b.usedMs)) {
    if (total <= maxBytes) return
    await rm(file, { force: true })
    total -= sizeBytes
  }
}
