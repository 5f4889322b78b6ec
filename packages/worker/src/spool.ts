import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SealSink } from '@scoregate/gate/seal'
import { Deposit } from '@scoregate/protocol/deposit'
import { Digest } from '@scoregate/protocol/digest'
import { z } from 'zod'
import { syncFolder, writeDurably } from './durable-files.ts'

/** What is left to do for a sealed run; on disk, so that a worker that is killed does it after its restart. */
export const SpoolRecord = z.strictObject({
  format: z.literal('scoregate-spool/1'),
  deposit: Deposit,
  /** How long the hub's lease lasts without a message. */
  leaseSeconds: z.int().min(1),
})
export type SpoolRecord = z.infer<typeof SpoolRecord>

/** The sealed files of one run, by digest, and its record once everything is sealed. */
export type SpooledRun = {
  /** Takes sealed files; each is durable when its promise resolves. */
  readonly sink: SealSink
  /** The path of a sealed file. */
  file(sha256: Digest): string
  /** From here on a restarted worker deposits the run. */
  commit(record: SpoolRecord): Promise<void>
  /** Forgets the run and its files. */
  remove(): Promise<void>
}

/** A run that was sealed but not deposited when its worker ended. */
export type LeftoverRun = { readonly run: SpooledRun; readonly record: SpoolRecord }

/** Where sealed runs stay until the desk has them. */
export type Spool = {
  begin(): Promise<SpooledRun>
  /** For the start of a worker: the committed runs; removes what was never committed. Throws on a record that cannot be read. */
  takeLeftovers(): Promise<LeftoverRun[]>
}

const RECORD = 'record.json'

/** Opens the spool in `folder`, making it if need be: one folder a run, `<run>/<sha256>` and `<run>/record.json`. */
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
        if (record === undefined) await run.remove()
        else leftovers.push({ run, record })
      }
      return leftovers
    },
  }
}

function spooledRun(home: string): SpooledRun {
  const file = (sha256: Digest) => join(home, sha256)
  return {
    file,

    sink: {
      async put(source) {
        const temporary = join(home, `${randomUUID()}.part`)
        const stored = await writeHashed(temporary, source)
        await rename(temporary, file(stored.sha256))
        await syncFolder(home)
        return stored
      },
    },

    async commit(record) {
      await writeDurably(join(home, RECORD), JSON.stringify(SpoolRecord.parse(record)))
    },

    async remove() {
      // The record goes first: without it, what a crash leaves of the rest is removed at the next start.
      await rm(join(home, RECORD), { force: true })
      await rm(home, { recursive: true, force: true })
    },
  }
}

async function writeHashed(
  file: string,
  source: AsyncIterable<Uint8Array>,
): Promise<{ sha256: Digest; sizeBytes: number }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const handle = await open(file, 'wx', 0o600)
  try {
    for await (const chunk of source) {
      hash.update(chunk)
      sizeBytes += chunk.byteLength
      await handle.writeFile(chunk)
    }
    await handle.sync()
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  return { sha256: Digest.parse(hash.digest('hex')), sizeBytes }
}

async function findRecord(file: string): Promise<SpoolRecord | undefined> {
  try {
    return SpoolRecord.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Error(
      `The spooled run in ${file} cannot be read. Move its folder away and keep it: it holds a result.`,
      {
        cause: error,
      },
    )
  }
}
