import { constants } from 'node:fs'
import { access, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type CgroupPlace, cgroupPlaces } from './cgroup-places.ts'
import type { Limits } from './sandbox.ts'

/** A control group that holds exactly the processes of one room and limits their memory, number and processor time. */
export type RoomCgroup = {
  /** Moves a process into the room; its children are born there. */
  admit(pid: number): Promise<void>
  /** Whether the kernel killed a process of the room because the room's memory was used up. */
  wasOutOfMemory(): Promise<boolean>
  /** Kills whatever is left, waits until nothing is, and removes the group. Throws if that takes longer than 30 s. */
  remove(): Promise<void>
}

const CPU_PERIOD_US = 100_000
const REMOVAL_GRACE_MS = 30_000

/** Makes the group; `undefined` where this worker may not make one that limits memory and processes. */
export async function createRoomCgroup(name: string, limits: Limits): Promise<RoomCgroup | undefined> {
  for (const place of await cgroupPlaces()) {
    const folders = foldersOf(place, name)
    try {
      for (const folder of folders) await mkdir(folder)
      await setLimits(place, name, limits)
      return roomCgroupAt(place, name)
    } catch {
      // Not delegated to this worker, or without the controllers: the next place, or none.
      for (const folder of folders) await rmdir(folder).catch(() => undefined)
    }
  }
  return undefined
}

/** Removes the groups whose name matches, with all processes in them; returns the names. */
export async function removeCgroupsNamed(matches: (name: string) => boolean): Promise<string[]> {
  const removed = new Set<string>()
  for (const place of await cgroupPlaces()) {
    for (const parent of new Set(Object.values(place.parents))) {
      // A place that cannot be read is one where no group could be made either.
      const names = await readdir(parent).catch(() => [])
      for (const name of names.filter(matches)) {
        await removeFolder(join(parent, name))
        removed.add(name)
      }
    }
  }
  return [...removed]
}

function roomCgroupAt(place: CgroupPlace, name: string): RoomCgroup {
  return {
    async admit(pid) {
      for (const folder of foldersOf(place, name)) await writeFile(join(folder, 'cgroup.procs'), String(pid))
    },
    async wasOutOfMemory() {
      const file = place.version === 1 ? 'memory.oom_control' : 'memory.events'
      const text = await readFile(join(place.parents.memory, name, file), 'utf8')
      return /^oom_kill [1-9]/m.test(text)
    },
    async remove() {
      for (const folder of foldersOf(place, name)) await removeFolder(folder)
    },
  }
}

async function setLimits(place: CgroupPlace, name: string, limits: Limits): Promise<void> {
  const memory = join(place.parents.memory, name)
  const pids = join(place.parents.pids, name)
  const cpu = place.parents.cpu === undefined ? undefined : join(place.parents.cpu, name)
  const quotaUs = Math.max(1_000, Math.round(limits.cpus * CPU_PERIOD_US))
  if (place.version === 1) {
    await writeFile(join(memory, 'memory.limit_in_bytes'), String(limits.memoryBytes))
    // Memory plus swap; absent where the kernel does not account for swap.
    await writeIfThere(join(memory, 'memory.memsw.limit_in_bytes'), String(limits.memoryBytes))
    if (cpu !== undefined) {
      await writeFile(join(cpu, 'cpu.cfs_period_us'), String(CPU_PERIOD_US))
      await writeFile(join(cpu, 'cpu.cfs_quota_us'), String(quotaUs))
    }
  } else {
    await writeFile(join(memory, 'memory.max'), String(limits.memoryBytes), { flag: 'r+' })
    await writeIfThere(join(memory, 'memory.swap.max'), '0')
    await writeIfThere(join(memory, 'cpu.max'), `${quotaUs} ${CPU_PERIOD_US}`)
  }
  await writeFile(join(pids, 'pids.max'), String(limits.processes), { flag: 'r+' })
}

function foldersOf(place: CgroupPlace, name: string): string[] {
  return [...new Set(Object.values(place.parents))].map((parent) => join(parent, name))
}

async function removeFolder(folder: string): Promise<void> {
  const giveUpAt = performance.now() + REMOVAL_GRACE_MS
  while (true) {
    const pids = await processesIn(folder)
    if (pids === undefined) return
    for (const pid of pids) killIfThere(pid)
    try {
      await rmdir(folder)
      return
    } catch (error) {
      // Busy: a process is still on its way out.
      if (performance.now() > giveUpAt) {
        throw new Error(`the control group ${folder} could not be removed`, { cause: error })
      }
    }
    await pause(20)
  }
}

async function processesIn(folder: string): Promise<number[] | undefined> {
  try {
    const text = await readFile(join(folder, 'cgroup.procs'), 'utf8')
    return text.split('\n').filter(Boolean).map(Number)
  } catch {
    return undefined
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

async function writeIfThere(path: string, text: string): Promise<void> {
  const there = await access(path, constants.F_OK).then(
    () => true,
    () => false,
  )
  if (there) await writeFile(path, text)
}
