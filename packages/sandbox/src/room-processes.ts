import { execFile } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { RoomProcess } from './bubblewrap-status.ts'
import { largestFileBytes } from './run-watch.ts'
import type { RunSpec } from './sandbox.ts'

const run = promisify(execFile)

/**
 * Kills process 1 of the room; the kernel then kills all others before process 1 is gone. Does nothing if the number
 * belongs to somebody else by now.
 */
export function killRoom(room: RoomProcess): void {
  try {
    if (readlinkSync(`/proc/${room.pid}/ns/pid`) === namespaceLink(room)) process.kill(room.pid, 'SIGKILL')
  } catch {
    // It is gone: what was to be reached.
  }
}

/** Resolves when no process of the room's namespace is left; throws after 30 s. */
export async function waitUntilEmpty(room: RoomProcess): Promise<void> {
  const giveUpAt = performance.now() + 30_000
  for (let left = await processesOf(room); left.length > 0; left = await processesOf(room)) {
    if (performance.now() > giveUpAt) throw new Error(`processes ${left.join(', ')} of the room do not end`)
    await pause(20)
  }
}

/** Bytes of memory that the processes of the room have together, shared pages counted once (proc_pid_smaps(5), Pss). */
export async function memoryOf(room: RoomProcess): Promise<number> {
  let kilobytes = 0
  for (const pid of await processesOf(room)) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
    kilobytes += Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0)
  }
  return kilobytes * 1024
}

/** Limits of the kernel for each process of the room, set while its process 1 still waits to go ahead. */
export async function limitProcesses(
  room: RoomProcess,
  spec: RunSpec,
  memoryAndNumber: 'by-cgroup' | 'by-process',
): Promise<void> {
  const { limits } = spec
  const openFiles = Math.min(limits.openFiles, await hardLimitOnOpenFiles())
  const fixed = (name: string, value: number): string => `--${name}=${value}:${value}`
  await run('prlimit', [
    `--pid=${room.pid}`,
    fixed('nofile', openFiles),
    fixed('fsize', largestFileBytes(spec)),
    fixed('core', 0),
    ...(memoryAndNumber === 'by-cgroup'
      ? []
      : [
          // Counted within the room's own user namespace, so other rooms and the worker's own processes do not count.
          fixed('nproc', limits.processes),
          fixed('as', limits.memoryBytes + ADDRESS_SPACE_ROOM_BYTES),
          fixed('cpu', Math.ceil(limits.timeSeconds * Math.max(1, limits.cpus)) + 1),
        ]),
  ])
}

// Programs reserve addresses that they never fill (libraries, thread stacks, arenas).
const ADDRESS_SPACE_ROOM_BYTES = 512 * 1024 * 1024

async function hardLimitOnOpenFiles(): Promise<number> {
  const text = await readFile('/proc/self/limits', 'utf8')
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(text)?.[1]
  return hard === undefined ? Number.POSITIVE_INFINITY : Number(hard)
}

async function processesOf(room: RoomProcess): Promise<number[]> {
  const wanted = namespaceLink(room)
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    all.map(async (pid) => ((await readlink(`/proc/${pid}/ns/pid`).catch(() => '')) === wanted ? [Number(pid)] : [])),
  )
  return found.flat()
}

function namespaceLink(room: RoomProcess): string {
  return `pid:[${room.namespace}]`
}
