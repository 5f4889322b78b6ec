import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { CappedLogFile } from './capped-log-file.ts'
import { type ConfinedUser, defaultConfinedUser } from './confined-user.ts'
import { giveOutputFolderTo } from './output-folder.ts'
import { checkOwnerMark } from './owner-mark.ts'
import { limitByResources, watchMemory } from './resource-limits.ts'
import { createRoomCgroup, type RoomCgroup, removeCgroupsNamed } from './room-cgroup.ts'
import { roomCommand } from './room-command.ts'
import { findRoomImage, type RoomImage } from './room-image.ts'
import { type FirstProcess, readRoomStatus } from './room-status.ts'
import { outcomeOf, watchRun } from './run-watch.ts'
import type { RunOutcome, RunSpec, Sandbox } from './sandbox.ts'

/** Whom programs run as, and how this worker's rooms are known. */
export type BubblewrapOptions = {
  /** Marks this worker's rooms, so that its next start finds what a killed one left; the same after a restart. */
  readonly ownerMark: string
  /** Whom confined processes are; {@link defaultConfinedUser} unless set. */
  readonly user?: ConfinedUser
}

/** How long dead processes get to disappear before we say that they did not. */
const GONE_GRACE_MS = 30_000

/**
 * Runs programs with bubblewrap, for machines without a container engine. Namespaces hide network, processes and files;
 * no capability is left; the confined user owns nothing. Memory, processes and processor time are limited by a control
 * group where this worker may make one. Otherwise a limit of the room's user namespace holds for processes; memory is
 * added up four times a second and its room stopped, with a looser limit on each process's addresses in between; scratch
 * space in memory is limited but not added to it; and cores are not limited. Mounted inputs must be readable for `user`
 * (or for everybody); folders above them need not be when the worker is root. Throws for a bad owner mark.
 */
export function createBubblewrapSandbox(options: BubblewrapOptions): Sandbox {
  const user = options.user ?? defaultConfinedUser()
  const ownerMark = checkOwnerMark(options.ownerMark)
  const running = new Set<string>()

  return {
    name: 'bubblewrap',

    async run(spec, signal) {
      if (signal.aborted) return { kind: 'cancelled', elapsedMs: 0, logsTruncated: false }
      const name = `${ownerMark}.${randomBytes(6).toString('hex')}`
      running.add(name)
      try {
        const image = await findRoomImage(spec.image, user)
        if (image === undefined) return { kind: 'image-missing' }
        return await runInRoom({ name, spec, image, user, signal })
      } catch (error) {
        return { kind: 'sandbox-failed', detail: `bubblewrap: ${messageOf(error)}` }
      } finally {
        running.delete(name)
      }
    },

    async hasImage(image) {
      return (await findRoomImage(image, user)) !== undefined
    },

    async removeLeftovers() {
      const removed = await removeCgroupsNamed((name) => isRoomOf(ownerMark, name) && !running.has(name))
      return removed.length
    },

    prepareOutputFolder: (folder) => giveOutputFolderTo(user, folder),
  }
}

type Room = { name: string; spec: RunSpec; image: RoomImage; user: ConfinedUser; signal: AbortSignal }

async function runInRoom(room: Room): Promise<RunOutcome> {
  const { spec } = room
  const logs = {
    stdout: await CappedLogFile.open(spec.stdoutFile, spec.limits.logBytes),
    stderr: await CappedLogFile.open(spec.stderrFile, spec.limits.logBytes),
  }
  const cgroup = await createRoomCgroup(room.name, spec.limits)
  try {
    return await runLimited(room, logs, cgroup)
  } finally {
    await cgroup?.remove()
    await logs.stdout.close()
    await logs.stderr.close()
  }
}

async function runLimited(
  { spec, image, user, signal }: Room,
  logs: { stdout: CappedLogFile; stderr: CappedLogFile },
  cgroup: RoomCgroup | undefined,
): Promise<RunOutcome> {
  const [program = '', ...parameters] = roomCommand(spec, {
    image,
    user,
    asRoot: process.getuid?.() === 0,
  })
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', ...image.files.map(() => 'pipe' as const)],
    // What starts the room needs to find its programs and nothing else; the room's own environment is cleared.
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    cwd: '/',
  })
  const started = new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await started
  const { stdout, stderr, gate, statusText, roomGate, files } = streamsOf(child)
  const status = readRoomStatus(statusText)
  let first: FirstProcess | undefined
  // By the room's first process where there is one: bubblewrap then sees it end, and takes it off the process table.
  const kill = () => void (first === undefined ? child.kill('SIGKILL') : killProcess(first.pid))
  const copying = Promise.all([copy(stdout, logs.stdout), copy(stderr, logs.stderr)])
  // Output that cannot be kept (the disk is full) ends the run, and so does a status we do not understand; both are
  // awaited below.
  copying.catch(kill)
  status.exitCode.catch(kill)
  const memoryWatched = new AbortController()
  try {
    if (child.pid !== undefined) await cgroup?.admit(child.pid)
    for (const [index, file] of image.files.entries()) give(files[index], file.text)
    give(gate, 'go\n')
    first = await status.made
    if (first !== undefined && cgroup === undefined)
      await limitByResources(first, { limits: spec.limits, user })
  } catch (error) {
    kill()
    await ended
    throw error
  }
  const watch = watchRun({ spec, signal, kill })
  const watchingMemory =
    first === undefined || cgroup !== undefined
      ? undefined
      : watchMemory({
          first,
          memoryBytes: spec.limits.memoryBytes,
          signal: memoryWatched.signal,
          onOver: () => watch.stop('memory-limit'),
        })
  give(roomGate, 'go')
  await ended
  memoryWatched.abort()
  await Promise.all([watch.end(), watchingMemory, copying])
  const exitCode = (await status.exitCode) ?? (await exitCodeOfNoProgram(spec))
  if (first !== undefined) await untilEnded(first.pid)
  const outOfMemory = (await cgroup?.wasOutOfMemory()) ?? false
  if (exitCode === undefined && watch.reason === undefined && !outOfMemory) {
    throw new Error(`the room could not be made: ${await firstWordsOf(spec.stderrFile)}`)
  }
  return outcomeOf({
    spec,
    reason: watch.reason,
    outOfMemory,
    exitCode: exitCode ?? 137,
    elapsedMs: watch.elapsedMs,
    logsTruncated: logs.stdout.truncated || logs.stderr.truncated,
  })
}

function streamsOf(child: ChildProcess) {
  const [, stdout, stderr, gate, statusText, roomGate, ...files]: readonly unknown[] = child.stdio
  if (
    !isReadable(stdout) ||
    !isReadable(stderr) ||
    !isWritable(gate) ||
    !isReadable(statusText) ||
    !isWritable(roomGate)
  ) {
    throw new Error('the pipes of the room could not be made')
  }
  return { stdout, stderr, gate, statusText, roomGate, files: files.filter(isWritable) }
}

/** Writes and closes; a room that died before it could read shows that by its end. */
function give(to: Writable | undefined, text: string): void {
  to?.on('error', () => undefined).end(text)
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

/** The names that {@link createBubblewrapSandbox} gives; the mark of one worker may begin with that of another. */
function isRoomOf(ownerMark: string, name: string): boolean {
  return name.startsWith(`${ownerMark}.`) && /^[0-9a-f]{12}$/.test(name.slice(ownerMark.length + 1))
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'pipe' in stream
}

function isWritable(stream: unknown): stream is Writable {
  return typeof stream === 'object' && stream !== null && 'write' in stream
}

async function copy(from: Readable, to: CappedLogFile): Promise<void> {
  for await (const chunk of from) await to.write(chunk)
}

/**
 * 127, as shells say it, when the room was ready but its image has no such program: the fault of who named the program.
 * Until a program runs, stderr has bubblewrap's words alone.
 */
async function exitCodeOfNoProgram(spec: RunSpec): Promise<number | undefined> {
  const words = await firstWordsOf(spec.stderrFile)
  return words.startsWith(`bwrap: execvp ${spec.command[0]}: `) ? 127 : undefined
}

async function firstWordsOf(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(500), 0, 500, 0)
    return buffer.toString('utf8', 0, bytesRead).trim().replaceAll('\n', ' ')
  } finally {
    await file.close()
  }
}

/**
 * Waits until the first process of the room has ended: the kernel kills all others of its process namespace, however
 * they hid from their parents, and waits for them, before it lets it end (pid_namespaces(7)). Throws if that takes longer
 * than 30 s.
 */
async function untilEnded(firstProcess: number): Promise<void> {
  const giveUpAt = performance.now() + GONE_GRACE_MS
  while (await isAlive(firstProcess)) {
    if (performance.now() > giveUpAt) throw new Error(`process ${firstProcess} of the room does not end`)
    await pause(5)
  }
}

/**
 * Not so if only its entry in the process table is left: bubblewrap leaves that to the machine's process 1, which may
 * take seconds, and in a container perhaps never does it.
 */
async function isAlive(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // proc_pid_stat(5): number, name in brackets (which may itself contain brackets), state.
  const state = text?.slice(text.lastIndexOf(')') + 2, text.lastIndexOf(')') + 3)
  return state !== undefined && state !== 'Z' && state !== 'X'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
