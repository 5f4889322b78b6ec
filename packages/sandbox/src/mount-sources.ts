import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import type { Mount } from './sandbox.ts'

/** The sources of a room's mounts, held open so that what is mounted can be told from what was looked at. */
export type HeldSources = AsyncDisposable & {
  /** The mounts, each source without links on its way. */
  readonly mounts: readonly Mount[]
  /** Throws if a path leads elsewhere than when it was looked at; to be asked when the room is made. */
  checkUnchanged(): Promise<void>
}

// open(2): a handle that only says which file it is; Node has no name for the flag.
const O_PATH = 0o10000000

/** What would show a room the whole machine or a way to command it, with everything in it. */
const MACHINE_FOLDERS = ['/proc', '/sys', '/dev'] as const
const ENGINE_SOCKETS = [
  '/run/docker.sock',
  '/run/podman/podman.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
] as const

/**
 * Looks at every source once, refuses what may never be in a room, and holds it. Throws in words for the site when a source is
 * missing or refused; `engineSocket` is the one in use.
 */
export async function holdMountSources(
  mounts: readonly Mount[],
  engineSocket: string | undefined,
): Promise<HeldSources> {
  const held: { readonly mount: Mount; readonly handle: FileHandle; readonly is: BigIntStats }[] = []
  const close = async (): Promise<void> => {
    for (const { handle } of held.splice(0)) await handle.close()
  }
  try {
    for (const mount of mounts) {
      const trouble = await troubleWithMountSource(
        mount.source,
        engineSocket === undefined ? [] : [engineSocket],
      )
      if (trouble !== undefined) throw new Error(`${mount.source} cannot be mounted: ${trouble}`)
      const source = await realpath(mount.source)
      const handle = await open(source, O_PATH)
      held.push({ mount: { ...mount, source }, handle, is: await handle.stat({ bigint: true }) })
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    mounts: held.map(({ mount }) => mount),
    async checkUnchanged() {
      for (const { mount, is } of held) {
        const now = await stat(mount.source, { bigint: true })
        if ((await realpath(mount.source)) === mount.source && now.ino === is.ino && now.dev === is.dev)
          continue
        throw new Error(`${mount.source} became another folder while it was mounted`)
      }
    },
    [Symbol.asyncDispose]: close,
  }
}

/**
 * Why a folder or file of the host may not be in a room, in words that end a sentence; undefined when it may. `alsoClosed` are
 * paths that neither it nor anything in it may be, nor anything it is in.
 */
export async function troubleWithMountSource(
  source: string,
  alsoClosed: readonly string[],
): Promise<string | undefined> {
  const real = await realpath(source).catch(() => undefined)
  if (real === undefined) return 'there is no such file or folder'
  const found = await stat(real)
  if (!found.isDirectory() && !found.isFile()) return 'it is neither a folder nor a regular file'
  const closed = [...MACHINE_FOLDERS, ...ENGINE_SOCKETS, ...alsoClosed]
  for (const path of closed) {
    const place = await realpath(path).catch(() => path)
    if (real === place || real.startsWith(`${place}/`)) return `${path} may be in no room, nor what is in it`
    if (real === '/' || place.startsWith(`${real}/`)) return `${path} is in it, and may be in no room`
  }
  return undefined
}
