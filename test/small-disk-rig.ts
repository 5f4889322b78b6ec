import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A real disk of a few megabytes, which can be filled, emptied and made read-only. */
export type SmallDisk = AsyncDisposable & {
  readonly folder: string
  fill(): Promise<void>
  empty(): Promise<void>
  makeReadOnly(): Promise<void>
  makeWritable(): Promise<void>
}

/** Mounts a disk at `folder`. Only root may; for anybody else there is none. */
export async function mountSmallDisk(folder: string, megabytes: number): Promise<SmallDisk | undefined> {
  if (process.getuid?.() !== 0) return undefined
  await mkdir(folder, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'none', folder])
  const filler = join(folder, 'filler')
  return {
    folder,
    async fill() {
      // To the last byte; tmpfs refuses the write that does not fit after it took a part of it.
      await writeFile(filler, Buffer.alloc(megabytes * 2 ** 20)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error
      })
    },
    empty: () => rm(filler, { force: true }),
    makeReadOnly: async () => void (await run('mount', ['-o', 'remount,ro', folder])),
    makeWritable: async () => void (await run('mount', ['-o', 'remount,rw', folder])),
    [Symbol.asyncDispose]: async () => void (await run('umount', [folder])),
  }
}
