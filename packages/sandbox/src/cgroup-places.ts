import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Folders of the cgroup file system below which a room's group may be made, per controller; in version 2 all the same. */
export type CgroupPlace = {
  readonly version: 1 | 2
  readonly parents: { readonly memory: string; readonly pids: string; readonly cpu?: string }
}

type Hierarchy = {
  readonly mountPoint: string
  readonly mountRoot: string
  readonly options: readonly string[]
}

/**
 * Where this process might make groups, best first: below its own group, so that limits on the worker hold for its rooms too;
 * in version 2 then at the top, because a group that holds processes cannot have limited groups below it. Empty where
 * no cgroup file system is mounted.
 */
export async function cgroupPlaces(): Promise<CgroupPlace[]> {
  const [mounts, membership] = await Promise.all([
    readFile('/proc/self/mountinfo', 'utf8'),
    readFile('/proc/self/cgroup', 'utf8'),
  ])
  const version1 = versionOnePlace(hierarchies(mounts, 'cgroup'), membership)
  if (version1 !== undefined) return [version1]

  const unified = hierarchies(mounts, 'cgroup2')[0]
  if (unified === undefined) return []
  const own = folderIn(unified, ownPath(membership, ''))
  const places: CgroupPlace[] = []
  for (const folder of new Set([own, unified.mountPoint])) {
    await enableControllers(folder)
    places.push({ version: 2, parents: { memory: folder, pids: folder } })
  }
  return places
}

function versionOnePlace(mounted: readonly Hierarchy[], membership: string): CgroupPlace | undefined {
  const parentFor = (controller: string): string | undefined => {
    const hierarchy = mounted.find((each) => each.options.includes(controller))
    return hierarchy && folderIn(hierarchy, ownPath(membership, controller))
  }
  const memory = parentFor('memory')
  const pids = parentFor('pids')
  const cpu = parentFor('cpu')
  if (memory === undefined || pids === undefined) return undefined
  return { version: 1, parents: { memory, pids, ...(cpu === undefined ? {} : { cpu }) } }
}

/** `mountinfo`, proc(5): id parent device root mountpoint options … - type source superoptions. */
function hierarchies(mounts: string, type: 'cgroup' | 'cgroup2'): Hierarchy[] {
  return mounts.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ')
    const [, , , mountRoot, mountPoint] = before?.split(' ') ?? []
    const [foundType, , options] = after?.split(' ') ?? []
    if (foundType !== type || mountRoot === undefined || mountPoint === undefined) return []
    return [{ mountRoot, mountPoint, options: options?.split(',') ?? [] }]
  })
}

/** `/proc/self/cgroup`, cgroups(7): number:controllers:path; version 2 has no controllers there. */
function ownPath(membership: string, controller: string): string {
  for (const line of membership.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (path !== undefined && controllers?.split(',').includes(controller)) return path
  }
  return '/'
}

function folderIn(hierarchy: Hierarchy, path: string): string {
  const { mountRoot, mountPoint } = hierarchy
  const inside = mountRoot !== '/' && path.startsWith(mountRoot) ? path.slice(mountRoot.length) : path
  return join(mountPoint, inside)
}

async function enableControllers(folder: string): Promise<void> {
  for (const controller of ['memory', 'pids', 'cpu']) {
    // Refused where not delegated, or where the group holds processes; making the room's group then shows that.
    await writeFile(join(folder, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined)
  }
}
