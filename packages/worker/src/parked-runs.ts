import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { syncFolder, writeDurably } from './durable-files.ts'

/** Why a sealed run is set aside: the desk will never take it, or its record cannot be read. */
export const ParkedReason = z.strictObject({
  format: z.literal('scoregate-parked/1'),
  parkedAt: z.iso.datetime(),
  /** `desk-refused`, with the desk's code and the fields that it named; nothing of the run itself. */
  why: z.enum(['desk-refused', 'record-unreadable']),
  detail: z.string().max(500),
})
export type ParkedReason = z.infer<typeof ParkedReason>

/** A sealed run that was set aside; everything that it sealed is still in its folder. */
export type ParkedRun = { readonly folder: string; readonly reason: ParkedReason | undefined }

const REASON = 'parked.json'

/** Where the runs of a worker are set aside: beside its spool. */
function parkedFolder(spoolFolder: string): string {
  return join(dirname(spoolFolder), 'parked')
}

/**
 * Moves a spooled run, whole, out of the spool and out of the worker's way, so that it is neither tried for ever nor lost;
 * a person who has removed the cause can move it back. A crash in between leaves it in the spool, to be tried again.
 */
export async function parkRun(
  home: string,
  { why, detail, now }: { readonly why: ParkedReason['why']; readonly detail: string; readonly now: Date },
): Promise<void> {
  const folder = parkedFolder(dirname(home))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const reason: ParkedReason = {
    format: 'scoregate-parked/1',
    parkedAt: now.toISOString(),
    why,
    detail: detail.slice(0, 500),
  }
  await writeDurably(join(home, REASON), JSON.stringify(reason))
  await rename(home, join(folder, basename(home)))
  await syncFolder(folder)
  await syncFolder(dirname(home))
}

/** The sealed runs that a worker with this data folder has set aside; for people. */
export async function listParkedRuns(dataFolder: string): Promise<ParkedRun[]> {
  const folder = parkedFolder(join(dataFolder, 'spool'))
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  return await Promise.all(
    names.sort().map(async (name) => ({
      folder: join(folder, name),
      reason: await readReason(join(folder, name, REASON)),
    })),
  )
}

async function readReason(file: string): Promise<ParkedReason | undefined> {
  try {
    return ParkedReason.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return undefined // the run is there all the same, and is listed
  }
}
