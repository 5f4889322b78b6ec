import { lstat, readdir, readlink, realpath } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'

/** What a room's file system is made of, before the mounts of the run. */
export type RoomImage = {
  /** Folders and files of the host that appear, read-only, at a place in the room. */
  readonly binds: readonly { readonly source: string; readonly target: string }[]
  readonly links: readonly { readonly target: string; readonly at: string }[]
  /** Whether the room's user must be told to programs by name: a root file system has accounts of its own. */
  readonly namesUser: boolean
  /** PATH, where the run does not set one. */
  readonly path: string
}

// Where Debian's usr-merge has links into /usr and others have folders.
const TOP_LEVEL_OF_PROGRAMS = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']
// Made anew in each room, whatever the image has there.
const PRIVATE_FOLDERS = ['proc', 'dev', 'tmp', 'sys', 'run']
const PLAIN_PATH = '/usr/local/bin:/usr/bin:/bin'

/**
 * `host`, or the absolute path of a folder with a root file system; `undefined` if the site has no such image. The
 * host itself is no root file system: naming it so would show all of it.
 */
export async function findRoomImage(image: string): Promise<RoomImage | undefined> {
  if (image === 'host') return hostImage()
  if (!isAbsolute(image)) return undefined
  const root = await realpath(image).catch(() => undefined)
  if (root === undefined || root === '/' || !(await isFolder(join(root, 'usr')))) return undefined
  return rootFileSystemImage(root)
}

/**
 * The programs of this machine: all of /usr (with /usr/local, and so whatever the site installed there: keep secrets
 * out of it), and of /etc only what running programs takes. No home, no /var, no /opt, no configuration.
 */
async function hostImage(): Promise<RoomImage> {
  const top = await topLevel('/', TOP_LEVEL_OF_PROGRAMS)
  const system: string[] = []
  for (const path of ['/etc/ld.so.cache', '/etc/alternatives']) if (await exists(path)) system.push(path)
  const onlyPython3 = !(await exists('/usr/bin/python')) && !(await exists('/usr/local/bin/python'))
  return {
    binds: [
      { source: '/usr', target: '/usr' },
      ...top.binds,
      ...system.map((path) => ({ source: path, target: path })),
    ],
    links: [
      ...top.links,
      // Debian has no `python`, and most scoring programs are started by that name.
      ...(onlyPython3 ? [{ target: '/usr/bin/python3', at: '/scoregate/bin/python' }] : []),
    ],
    namesUser: true,
    path: onlyPython3 ? `${PLAIN_PATH}:/scoregate/bin` : PLAIN_PATH,
  }
}

/**
 * A root file system is not bound as a whole but entry by entry, because the places for mounts could not be made in a
 * read-only root.
 */
async function rootFileSystemImage(root: string): Promise<RoomImage> {
  const entries = (await readdir(root)).filter((name) => !PRIVATE_FOLDERS.includes(name))
  const top = await topLevel(root, entries)
  return { ...top, namesUser: false, path: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }
}

async function topLevel(root: string, names: readonly string[]): Promise<Pick<RoomImage, 'binds' | 'links'>> {
  const binds: { source: string; target: string }[] = []
  const links: { target: string; at: string }[] = []
  for (const name of names) {
    const source = join(root, name)
    const found = await lstat(source).catch(() => undefined)
    if (found?.isSymbolicLink()) links.push({ target: await readlink(source), at: `/${name}` })
    else if (found?.isDirectory()) binds.push({ source, target: `/${name}` })
  }
  return { binds, links }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isDirectory() ?? false
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}
