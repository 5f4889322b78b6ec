import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { type EngineClient, EngineRefusal } from './engine-client.ts'
import { mountLoopFileSystem, unmountSurely } from './loop-file-system.ts'
import { removeTree } from './remove-tree.ts'

/** Large enough for mkfs.ext4, and quick. */
const PROBE_SIZE = { bytes: 2 ** 20, files: 16 } as const

/** Why this worker cannot mount file systems below `within`, in words that end a sentence; undefined if it can. */
export function troubleWithMounts(within: string): Promise<string | undefined> {
  return tryMount(within, async () => undefined)
}

/**
 * The same, and whether the engine sees what this worker mounts: it does not when the worker is in a container of its own.
 * An engine looks for the sources of mounts when it makes a container, which is then not started.
 */
export function troubleWithEngineMounts(engine: EngineClient, within: string): Promise<string | undefined> {
  return tryMount(within, async (folder) => {
    const image = await engine.findAnyImage()
    // Nothing can be run without an image either.
    if (image === undefined) return 'the engine has no image to try it with'
    const name = `scoregate-probe-${randomBytes(6).toString('hex')}`
    const mount = { Type: 'bind', Source: folder, Target: '/probe', BindOptions: { CreateMountpoint: false } }
    try {
      await engine.createContainer(name, {
        Image: image,
        Cmd: ['true'],
        HostConfig: { NetworkMode: 'none', Mounts: [mount] },
      })
      return undefined
    } catch (error) {
      if (error instanceof EngineRefusal)
        return `the engine does not see what this worker mounts (${error.message})`
      throw error
    } finally {
      await engine.removeContainer(name)
    }
  })
}

async function tryMount(
  within: string,
  look: (folder: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only a worker that is root can mount file systems'
  const home = await mkdtemp(join(within, 'scoregate-probe-'))
  const mounted = join(home, 'mounted')
  await mkdir(mounted)
  try {
    await mountLoopFileSystem(mounted, PROBE_SIZE)
    const folder = join(mounted, 'folder')
    await mkdir(folder)
    return await look(folder)
  } catch (error) {
    return `a file system of its own cannot be mounted (${firstLineOf(error)})`
  } finally {
    await unmountSurely(mounted)
    await removeTree(home)
  }
}

function firstLineOf(error: unknown): string {
  // What the program itself said comes after the line with the command.
  if (
    error instanceof Error &&
    'stderr' in error &&
    typeof error.stderr === 'string' &&
    error.stderr !== ''
  ) {
    return error.stderr.trim().split('\n').at(-1) ?? ''
  }
  return error instanceof Error ? error.message : String(error)
}
