import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, mkdir, open, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { mountLoopFileSystem, mountPoints, unmountSurely } from './loop-file-system.ts'
import { isOverAllowance, type OutputAllowance } from './output-watch.ts'
import { emptyFolder, removeTree } from './remove-tree.ts'
import type { ConfinedUser, RoomUsers, TakenUser } from './room-users.ts'
import type { OutputSpace, OutputSpaceRequest, RunSpec } from './sandbox.ts'

/** An output space as the sandbox that opened it knows it. */
export type OpenSpace = {
  /** Whom everything in it belongs to, and whom the programs that write to it run as. */
  readonly user: ConfinedUser
  /** Whether it holds more than allowed, or can hold no more. */
  isOver(allowance: OutputAllowance): Promise<boolean>
}

/** Where the programs of one run write to, and whom they run as, until it is given back. */
export type RunPlace = OpenSpace & { release(): void }

/**
 * Begins the names of folders that are output spaces; then the worker's mark and twelve hexadecimal digits. Rooms unmount
 * all such folders from their own view of the host.
 */
export const SPACE_PREFIX = 'scoregate-output.'

/**
 * The folders that confined programs of one worker may write to. Where `trouble` finds none, a space is a file system of
 * its own, whose size the kernel keeps; elsewhere it is a plain folder, and whoever runs programs must look.
 */
export class OutputSpaces {
  private readonly ownerMark: string
  private readonly users: RoomUsers
  private readonly trouble: (within: string) => Promise<string | undefined>
  private readonly spaces = new Map<string, OpenSpace>()
  private readonly opening = new Set<string>()
  private isBounded: Promise<boolean> | undefined

  constructor(given: {
    readonly ownerMark: string
    readonly users: RoomUsers
    /** Why file systems of their own cannot be had here; asked once. */
    readonly trouble: (within: string) => Promise<string | undefined>
  }) {
    this.ownerMark = given.ownerMark
    this.users = given.users
    this.trouble = given.trouble
  }

  /** Throws what the disk throws; nothing is left then. */
  async open<Name extends string>(request: OutputSpaceRequest<Name>): Promise<OutputSpace<Name>> {
    this.isBounded ??= this.trouble(request.within).then((trouble) => trouble === undefined)
    const isBounded = await this.isBounded
    const root = join(request.within, `${SPACE_PREFIX}${this.ownerMark}.${randomBytes(6).toString('hex')}`)
    const taken = await this.users.take()
    this.opening.add(root)
    try {
      await mkdir(root)
      if (isBounded) await mountLoopFileSystem(root, spaceSize(request))
      // Searched by the programs' user, and changed by nobody but the worker.
      await chmod(root, 0o711)
      const folders = await makeFolders(root, request.names, taken.user)
      this.spaces.set(
        root,
        isBounded
          ? await boundedSpace(root, taken.user)
          : watchedSpace(Object.values<string>(folders), taken.user),
      )
      return {
        folders,
        boundedBy: isBounded ? 'file-system' : 'watch',
        [Symbol.asyncDispose]: () => this.close(root, taken),
      }
    } catch (error) {
      await this.close(root, taken)
      throw error
    }
  }

  /**
   * The space of a run's output mounts, or a user of its own for a run that has none. Throws for output mounts that are not
   * all of one open space: nothing would limit them together.
   */
  async placeFor(spec: RunSpec): Promise<RunPlace> {
    const outputs = spec.mounts.filter(({ mode }) => mode === 'output')
    if (outputs.length === 0) {
      const taken = await this.users.take()
      return { user: taken.user, isOver: async () => false, release: () => taken.release() }
    }
    const [root, ...others] = new Set(outputs.map(({ source }) => dirname(source)))
    const space = root === undefined ? undefined : this.spaces.get(root)
    if (space === undefined || others.length > 0) {
      throw new Error('the output mounts of a run must be folders of one output space')
    }
    return { ...space, release: () => undefined }
  }

  /** Unmounts what a killed worker with the same mark left mounted below whatever folder; the folders stay. */
  async unmountLeft(): Promise<number> {
    const left = (await mountPoints()).filter(
      (point) => this.isOurs(basename(point)) && !this.opening.has(point),
    )
    for (const point of left) await unmountSurely(point)
    return left.length
  }

  private isOurs(name: string): boolean {
    const prefix = `${SPACE_PREFIX}${this.ownerMark}.`
    return name.startsWith(prefix) && /^[0-9a-f]{12}$/.test(name.slice(prefix.length))
  }

  private async close(root: string, taken: TakenUser): Promise<void> {
    this.spaces.delete(root)
    // What is unmounted need not be written to the disk first.
    await emptyFolder(root)
    await unmountSurely(root)
    await removeTree(root)
    this.opening.delete(root)
    taken.release()
  }
}

function spaceSize({ bytes, files, names }: OutputSpaceRequest<string>) {
  return { bytes, files: files + names.length }
}

async function makeFolders<Name extends string>(
  root: string,
  names: readonly Name[],
  user: ConfinedUser,
): Promise<Record<Name, string>> {
  const folders: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const folder = join(root, name)
    await mkdir(folder)
    await giveFolderTo(user, folder)
    folders[name] = folder
  }
  // Every name has its folder now.
  return folders as Record<Name, string>
}

/** Makes an existing folder the confined user's own, closed to all others but root. Throws if it is a link or no folder. */
async function giveFolderTo(user: ConfinedUser, folder: string): Promise<void> {
  // By handle: owner and mode are those of the folder that was opened, wherever its name points a moment later.
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    await handle.chmod(0o700)
    if (process.getuid?.() === 0) await handle.chown(user.uid, user.gid)
  } finally {
    await handle.close()
  }
}

/** The kernel counts: also files that were deleted and are still open, and whatever a program hides from a walk. */
async function boundedSpace(root: string, user: ConfinedUser): Promise<OpenSpace> {
  const empty = await statfs(root)
  return {
    user,
    async isOver({ outputBytes, outputFiles }) {
      const now = await statfs(root).catch(() => undefined)
      // What cannot be measured counts as too much.
      if (now === undefined) return true
      const usedBytes = (empty.bfree - now.bfree) * now.bsize
      const usedFiles = empty.ffree - now.ffree
      return usedBytes > outputBytes || usedFiles > outputFiles || now.bavail === 0 || now.ffree === 0
    },
  }
}

function watchedSpace(folders: readonly string[], user: ConfinedUser): OpenSpace {
  return { user, isOver: (allowance) => isOverAllowance(folders, allowance) }
}
