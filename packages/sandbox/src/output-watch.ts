import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'

/** What output folders may hold, all together. */
export type OutputAllowance = {
  /** Real bytes on disk, as blocks, so that a sparse file counts for what it occupies. */
  readonly outputBytes: number
  /** Entries of any kind: files, folders, links. */
  readonly outputFiles: number
}

// A file system block as `stat` counts it, whatever the disk uses: POSIX <sys/stat.h>, Linux stat(2).
const STAT_BLOCK_BYTES = 512

/**
 * Whether the folders hold more than allowed. Links are counted, not followed; a program that swaps a folder for a link
 * while it is being looked at only makes its own count larger. What cannot be measured (a path too long for the
 * system, a folder closed to the worker) counts as too much: a program made it, and nobody could seal it either.
 */
export async function isOverAllowance(
  folders: readonly string[],
  allowance: OutputAllowance,
): Promise<boolean> {
  const waiting = [...folders]
  let bytes = 0
  let files = 0
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    try {
      for await (const entry of await opendir(folder)) {
        const path = join(folder, entry.name)
        const found = await lstat(path).catch(undefinedIfGone)
        if (found === undefined) continue
        files += 1
        bytes += found.blocks * STAT_BLOCK_BYTES
        if (files > allowance.outputFiles || bytes > allowance.outputBytes) return true
        if (found.isDirectory()) waiting.push(path)
      }
    } catch (error) {
      // The program may remove a folder while it is being looked at.
      if (isGone(error) && !folders.includes(folder)) continue
      return true
    }
  }
  return false
}

/**
 * Looks every `everyMs` until `signal` is aborted; calls `onOver` once if there is too much. Resolves when it has stopped
 * looking.
 */
export async function watchOutput(watch: {
  readonly isOver: () => Promise<boolean>
  readonly everyMs: number
  readonly signal: AbortSignal
  readonly onOver: () => void
}): Promise<void> {
  while (!watch.signal.aborted) {
    if (await watch.isOver()) {
      if (!watch.signal.aborted) watch.onOver()
      return
    }
    await pause(watch.everyMs, watch.signal)
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}

function undefinedIfGone(error: unknown): undefined {
  if (isGone(error)) return undefined
  throw error
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
