import { randomUUID } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sandbox } from '@scoregate/sandbox/sandbox'
import type { RunFolders } from './run-plan.ts'

/** The folders of one run on the host, gone with everything in them when the run is over. */
export type RunRoom = AsyncDisposable & {
  readonly folders: RunFolders
  /** The streams of the programs, named as their artefacts: `ingestion_stdout`, … */
  readonly logs: string
  /** Where archives are kept until they are unpacked. */
  readonly archives: string
  /** Makes a folder for an unpacked archive. */
  makeInputFolder(name: string): Promise<string>
}

/** Makes the folders of a run below `<dataFolder>/runs`. Confined programs write to the output folders alone. */
export async function prepareRoom(dataFolder: string, sandbox: Sandbox): Promise<RunRoom> {
  const home = join(runsFolder(dataFolder), randomUUID())
  await mkdir(home, { recursive: true })
  await chmod(home, 0o711)
  const folder = async (name: string, mode: number): Promise<string> => {
    await mkdir(join(home, name))
    // Not left to the process's umask: confined programs are another user.
    await chmod(join(home, name), mode)
    return join(home, name)
  }
  const outputFolder = async (name: string): Promise<string> => {
    const made = await folder(name, 0o700)
    await sandbox.prepareOutputFolder(made)
    return made
  }
  return {
    archives: await folder('archives', 0o700),
    logs: await folder('logs', 0o700),
    folders: {
      predictions: await outputFolder('predictions'),
      sealedPredictions: await folder('sealed-predictions', 0o755),
      scoringOutput: await outputFolder('scoring-output'),
      ingestionOutput: await outputFolder('ingestion-output'),
      shared: await outputFolder('shared'),
      sealedShared: await folder('sealed-shared', 0o755),
    },
    makeInputFolder: (name) => folder(name, 0o755),
    [Symbol.asyncDispose]: () => removeTree(home),
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

/** Removes a tree that a program of the worker's own user may have closed against it. */
async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch {
    await openFolders(folder)
    await rm(folder, { recursive: true, force: true })
  }
}

async function openFolders(folder: string): Promise<void> {
  if (!(await lstat(folder)).isDirectory()) return
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name))
  }
}
