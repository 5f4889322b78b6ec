import { randomUUID } from 'node:crypto'
import { chmod, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunLimits } from '@scoregate/protocol/deposit'
import { removeTree } from '@scoregate/sandbox/remove-tree'
import type { OutputSpace, Sandbox } from '@scoregate/sandbox/sandbox'
import type { IngestionStep, RunFolders } from './run-plan.ts'

/** The folders of one run on the host, gone with everything in them when the run is over. */
export type RunRoom = AsyncDisposable & {
  /** Resolves when all can be written to: a file system takes a while to make, and meanwhile inputs can be fetched. */
  readonly folders: Promise<RunFolders>
  /** The streams of the programs, named as their artefacts: `ingestion_stdout`, … */
  readonly logs: string
  /** Where archives are kept until they are unpacked. */
  readonly archives: string
  /** Makes a folder for an unpacked archive. */
  makeInputFolder(name: string): Promise<string>
}

/**
 * Makes the folders of a run below `<dataFolder>/runs`. Confined programs write to the output folders alone, each program to
 * a space of its own that holds what the limits allow: what participants' code fills is not taken from the scoring
 * program, and its user is another. Only two programs that run side by side share a space, and one allowance.
 */
export async function prepareRoom(
  dataFolder: string,
  {
    sandbox,
    limits,
    step,
  }: {
    readonly sandbox: Sandbox
    readonly limits: Pick<RunLimits, 'outputBytes' | 'outputFiles'>
    readonly step: IngestionStep | undefined
  },
): Promise<RunRoom> {
  const home = join(runsFolder(dataFolder), randomUUID())
  await mkdir(home, { recursive: true })
  await chmod(home, 0o711)
  const folder = async (name: string, mode: number): Promise<string> => {
    await mkdir(join(home, name))
    // Not left to the process's umask: confined programs are another user.
    await chmod(join(home, name), mode)
    return join(home, name)
  }
  const spaces: OutputSpace[] = []
  const openSpace = async <Name extends string>(names: readonly Name[]) => {
    const size = { bytes: limits.outputBytes, files: limits.outputFiles }
    const space = await sandbox.openOutputSpace({ within: home, names, ...size })
    spaces.push(space)
    return space.folders
  }
  const openScoringSpaces = async () => {
    if (step === 'beside-ingestion') return await openSpace(['scoring-output', 'ingestion-output', 'shared'])
    const own = await openSpace(['scoring-output'])
    if (step === 'after-ingestion') return { ...own, ...(await openSpace(['ingestion-output', 'shared'])) }
    // Mounted nowhere.
    return {
      ...own,
      'ingestion-output': await folder('ingestion-output', 0o700),
      shared: await folder('shared', 0o700),
    }
  }
  const openFolders = async (): Promise<RunFolders> => {
    const openings = [openSpace(['predictions']), openScoringSpaces()] as const
    // Both, also when one fails: what is still being opened could not be removed.
    await Promise.allSettled(openings)
    const [predicting, scoring] = await Promise.all(openings)
    return {
      predictions: predicting.predictions,
      sealedPredictions: await folder('sealed-predictions', 0o755),
      scoringOutput: scoring['scoring-output'],
      ingestionOutput: scoring['ingestion-output'],
      shared: scoring.shared,
      sealedShared: await folder('sealed-shared', 0o755),
    }
  }
  const folders = openFolders()
  folders.catch(() => undefined) // heard by whoever needs the folders, if the run comes so far
  const remove = async (): Promise<void> => {
    // Nothing may be mounted after all was unmounted.
    await Promise.allSettled([folders])
    await Promise.all(spaces.map((space) => space[Symbol.asyncDispose]()))
    await removeTree(home)
  }
  try {
    return {
      archives: await folder('archives', 0o700),
      logs: await folder('logs', 0o700),
      folders,
      makeInputFolder: (name) => folder(name, 0o755),
      [Symbol.asyncDispose]: remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** For the start of a worker: removes the folders of runs that ended with the last one. */
export async function removeLeftRooms(dataFolder: string): Promise<void> {
  const runs = runsFolder(dataFolder)
  await mkdir(runs, { recursive: true })
  // Only searched, never listed, by anybody else: a confined program's user must reach what is mounted.
  await chmod(runs, 0o711)
  for (const name of await readdir(runs)) await removeTree(join(runs, name))
}

function runsFolder(dataFolder: string): string {
  return join(dataFolder, 'runs')
}
