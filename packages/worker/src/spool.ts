import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SealSink } from '@scoregate/gate/seal'
import { Deposit } from '@scoregate/protocol/deposit'
import { Digest } from '@scoregate/protocol/digest'
import { writeHashedFile } from '@scoregate/storage/hashed-file'
import { z } from 'zod'
import { syncFolder, writeDurably } from './durable-files.ts'
import { type ParkedReason, parkRun } from './parked-runs.ts'
import { createSpoolPack, type SpoolPack } from './spool-pack.ts'

/** What is left to do for a sealed run; on disk, so that a worker that is killed does it after its restart. */
export const SpoolRecord = z.strictObject({
  format: z.literal('scoregate-spool/1'),
  deposit: Deposit,
  /** How long the hub's lease lasts without a message. */
  leaseSeconds: z.int().min(1),
})
export type SpoolRecord = z.infer<typeof SpoolRecord>

/** The sealed files of one run, and its record once everything is sealed. */
export type SpooledRun = {
  /** Takes sealed files; they are durable when `commit` resolves. */
  readonly sink: SealSink
  /** The bytes of a sealed file, until the run is committed; for small ones. */
  read(sha256: Digest): Promise<Buffer>
  /** Copies a sealed file to a path where nothing is, until the run is committed. */
  copy(sha256: Digest, target: string): Promise<void>
  /** Forgets what was sealed so far. */
  clear(): Promise<void>
  /** Makes all that was sealed durable, then the record: from here on a restarted worker deposits the run. */
  commit(record: SpoolRecord): Promise<void>
  /** What there is to bring to the desk. */
  parcels(): Promise<SpoolParcels>
  /** Sets the run aside, with a reason for people, because the desk will never take it. */
  park(detail: string): Promise<void>
  /** Forgets the run and its files. */
  remove(): Promise<void>
}

/** Sealed files as they travel: the small ones in one file (see `@scoregate/protocol/pack`), the others each by itself. */
export type SpoolParcels = {
  readonly pack: string | undefined
  readonly files: readonly { readonly sha256: Digest; readonly file: string }[]
}

/** A run that was sealed but not deposited when its worker ended. */
export type LeftoverRun = { readonly run: SpooledRun; readonly record: SpoolRecord }

/** Where sealed runs stay until the desk has them. */
export type Spool = {
  begin(): Promise<SpooledRun>
  /**
   * For the start of a worker: the committed runs. Removes what was never committed, and sets aside what was committed with a
   * record that this version cannot read: it holds a result.
   */
  takeLeftovers(): Promise<LeftoverRun[]>
}

const RECORD = 'record.json'
const PACK = 'pack'

// Each has an open file; what is beyond waits for the disk.
const MOST_UNSYNCED_FILES = 8

/**
 * Opens the spool in `folder`, making it if need be: one folder a run, with `pack` for its small files, `<sha256>` for each
 * large one, and `record.json`. The record comes last, when all else is on the disk: without it a run was never sealed.
 */
export async function openSpool(folder: string): Promise<Spool> {
  await mkdir(folder, { recursive: true, mode: 0o700 })

  return {
    async begin() {
      const home = join(folder, randomUUID())
      await mkdir(home, { mode: 0o700 })
      await syncFolder(folder)
      return spooledRun(home)
    },

    async takeLeftovers() {
      const leftovers: LeftoverRun[] = []
      for (const name of await readdir(folder)) {
        const run = spooledRun(join(folder, name))
        const record = await findRecord(join(folder, name, RECORD))
        if (record === 'none') await run.remove()
        else if (record === 'unreadable') await park(join(folder, name), 'record-unreadable', RECORD)
        else leftovers.push({ run, record })
      }
      return leftovers
    },
  }
}

function spooledRun(home: string): SpooledRun {
  const file = (sha256: Digest) => join(home, sha256)
  let pack: SpoolPack | undefined
  let unsynced: Promise<void>[] = []

  const closePack = (): void => {
    pack?.close()
    pack = undefined
  }

  return {
    sink: {
      async put(source) {
        if (unsynced.length >= MOST_UNSYNCED_FILES) await unsynced.shift()
        const temporary = join(home, `${randomUUID()}.part`)
        const { sha256, sizeBytes, durable } = await writeHashedFile(temporary, source)
        unsynced.push(durable)
        await rename(temporary, file(sha256))
        return { sha256, sizeBytes }
      },

      putSmall(bytes) {
        pack ??= createSpoolPack(join(home, PACK))
        return pack.add(bytes)
      },
    },

    async read(sha256) {
      return pack?.find(sha256) ?? (await readFile(file(sha256)))
    },

    async copy(sha256, target) {
      const small = pack?.find(sha256)
      if (small !== undefined) await writeFile(target, small, { flag: 'wx' })
      else await copyFile(file(sha256), target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    },

    async clear() {
      await Promise.allSettled(unsynced)
      unsynced = []
      closePack()
      for (const name of await readdir(home)) await rm(join(home, name), { force: true })
    },

    async commit(record) {
      await Promise.all([pack?.sync(), ...unsynced])
      closePack()
      await syncFolder(home)
      await writeDurably(join(home, RECORD), JSON.stringify(SpoolRecord.parse(record)))
    },

    async parcels() {
      const names = await readdir(home)
      const digests = names.flatMap((name) => Digest.safeParse(name).data ?? [])
      return {
        pack: names.includes(PACK) ? join(home, PACK) : undefined,
        files: digests.map((sha256) => ({ sha256, file: file(sha256) })),
      }
    },

    park(detail) {
      return park(home, 'desk-refused', detail)
    },

    async remove() {
      await Promise.allSettled(unsynced)
      closePack()
      // The record goes first: without it, what a crash leaves of the rest is removed at the next start.
      await rm(join(home, RECORD), { force: true })
      await rm(home, { recursive: true, force: true })
    },
  }
}

async function findRecord(file: string): Promise<SpoolRecord | 'none' | 'unreadable'> {
  try {
    return SpoolRecord.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && 'code' in error) {
      if (error.code === 'ENOENT') return 'none'
      throw error
    }
    return 'unreadable'
  }
}

function park(home: string, why: ParkedReason['why'], detail: string): Promise<void> {
  return parkRun(home, { why, detail, now: new Date() })
}
