import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { FirstProcess } from './room-status.ts'
import type { ConfinedUser } from './room-users.ts'
import type { Limits } from './sandbox.ts'

const run = promisify(execFile)

const MEMORY_LOOK_MS = 250
// Addresses that programs reserve and never fill: libraries, thread stacks, arenas.
const UNFILLED_ADDRESSES_BYTES = 512 * 2 ** 20

/**
 * What stands in for a control group where the worker may not make one; to be called while the room's first process
 * still waits. Set from outside, because a limit on processes that was set before would count the worker's own and
 * those of other rooms; in the room's user namespace it counts the room's alone.
 */
export async function limitByResources(
  first: FirstProcess,
  { limits, user }: { limits: Limits; user: ConfinedUser },
): Promise<void> {
  const addresses = limits.memoryBytes + UNFILLED_ADDRESSES_BYTES
  const cpuSeconds = Math.ceil(limits.timeSeconds * Math.max(1, limits.cpus)) + 1
  const { uid, gid } = user
  // As the user of the room, who may do so: root in a container often lacks the right (CAP_SYS_RESOURCE) to limit others.
  const asUser = ['setpriv', '--reuid', `${uid}`, '--regid', `${gid}`, '--clear-groups', '--']
  await run('env', [
    ...(process.getuid?.() === 0 ? asUser : []),
    'prlimit',
    `--pid=${first.pid}`,
    `--nproc=${limits.processes}:${limits.processes}`,
    `--as=${addresses}:${addresses}`,
    `--cpu=${cpuSeconds}:${cpuSeconds}`,
  ])
}

/** Adds up the room's memory until `signal` is aborted; calls `onOver` once if it is more than `memoryBytes`. */
export async function watchMemory(watch: {
  readonly first: FirstProcess
  readonly memoryBytes: number
  readonly signal: AbortSignal
  readonly onOver: () => void
}): Promise<void> {
  while (!watch.signal.aborted) {
    if ((await memoryOf(watch.first)) > watch.memoryBytes) {
      if (!watch.signal.aborted) watch.onOver()
      return
    }
    await pause(MEMORY_LOOK_MS, undefined, { signal: watch.signal }).catch(() => undefined)
  }
}

/** Bytes, where a page that several processes share counts once (Pss, proc_pid_smaps(5)). */
async function memoryOf(first: FirstProcess): Promise<number> {
  let kilobytes = 0
  for (const pid of await processesOf(first)) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
    kilobytes += Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0)
  }
  return kilobytes * 1024
}

async function processesOf(first: FirstProcess): Promise<string[]> {
  const wanted = `pid:[${first.namespace}]`
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) =>
      // Gone meanwhile, or of a user who is not ours: not of this room.
      (await readlink(`/proc/${pid}/ns/pid`).catch(() => '')) === wanted ? [pid] : [],
    ),
  )
  return found.flat()
}
