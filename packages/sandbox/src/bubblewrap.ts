import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { CappedLogFile } from './capped-log-file.ts'
import { troubleWithMounts } from './engine-mounts.ts'
import { type HeldSources, holdMountSources } from './mount-sources.ts'
import { OutputSpaces, type RunPlace } from './output-space.ts'
import { checkOwnerMark } from './owner-mark.ts'
import { failedRoom, makeWaitingRoom, runPrepared, type WaitingRoom } from './prepared-room.ts'
import { limitByResources, watchMemory } from './resource-limits.ts'
import { createRoomCgroup, type RoomCgroup, removeCgroupsNamed } from './room-cgroup.ts'
import { roomCommand, roomFiles } from './room-command.ts'
import { findRoomImage, type RoomImage } from './room-image.ts'
import { type FirstProcess, type RoomStatus, readRoomStatus } from './room-status.ts'
import { type RoomUserRange, RoomUsers } from './room-users.ts'
import { closeRunLogs, openRunLogs, type RunLogs } from './run-logs.ts'
import { outcomeOf, watchRun } from './run-watch.ts'
import type { PreparedRoom, RunOutcome, RunSpec, Sandbox } from './sandbox.ts'
import { systemCallFilter } from './system-call-filter.ts'

/** Whom programs run as, and how this worker's rooms are known. */
export type BubblewrapOptions = {
  /** Marks this worker's rooms, so that its next start finds what a killed one left; the same after a restart. */
  readonly ownerMark: string
  /** Whom confined processes are, one user a room; `DEFAULT_ROOM_USERS` unless set. */
  readonly roomUsers?: RoomUserRange
}

const NO_GPU =
  'a GPU is granted by the policy, and cannot be given; run a container engine (SCOREGATE_SANDBOX=engine), or grant none'

/** How long dead processes get to disappear before we say that they did not. */
const GONE_GRACE_MS = 30_000

/**
 * Runs programs with bubblewrap, for machines without a container engine. Namespaces hide network, processes and files;
 * no capability is left; the confined user owns nothing. Memory, processes and processor time are limited by a control
 * group where this worker may make one. Otherwise a limit of the room's user namespace holds for processes; memory is
 * added up four times a second and its room stopped, with a looser limit on each process's addresses in between; scratch
 * space in memory is limited but not added to it; and cores are not limited. Mounted inputs must be readable for
 * everybody; folders above them need not be when the worker is root. Throws for a bad owner mark.
 */
export function createBubblewrapSandbox(options: BubblewrapOptions): Sandbox {
  const ownerMark = checkOwnerMark(options.ownerMark)
  const spaces = new OutputSpaces({
    ownerMark,
    users: new RoomUsers(options.roomUsers),
    trouble: troubleWithMounts,
  })
  const rooms = new Set<string>()

  const failed = (error: unknown): RunOutcome => ({
    kind: 'sandbox-failed',
    detail: `bubblewrap: ${messageOf(error)}`,
  })

  const prepare = async (spec: RunSpec): Promise<PreparedRoom> => {
    if (spec.gpu !== undefined && spec.gpu.length > 0) return failedRoom(failed(new Error(NO_GPU)))
    try {
      const image = await findRoomImage(spec.image)
      if (image === undefined) return failedRoom({ kind: 'image-missing' })
      const room = await prepareRoom({ spec, image, ownerMark, spaces, rooms })
      return {
        start: (signal) => room.run(signal).catch(failed),
        [Symbol.asyncDispose]: () => room.remove(),
      }
    } catch (error) {
      return failedRoom(failed(error))
    }
  }

  return {
    name: 'bubblewrap',
    prepare,
    run: (spec, signal) => runPrepared(() => prepare(spec), signal),

    async hasImage(image) {
      return (await findRoomImage(image)) !== undefined
    },

    async fetchImage() {
      return { kind: 'not-fetched', why: 'bubblewrap uses folders of this machine and fetches nothing' }
    },

    async removeLeftovers() {
      const removed = await removeCgroupsNamed((name) => isRoomOf(ownerMark, name) && !rooms.has(name))
      await spaces.unmountLeft()
      return removed.length
    },

    openOutputSpace: (request) => spaces.open(request),
  }
}

type Preparation = {
  readonly spec: RunSpec
  readonly image: RoomImage
  readonly ownerMark: string
  readonly spaces: OutputSpaces
  /** The names of rooms that are this worker's business. */
  readonly rooms: Set<string>
}

async function prepareRoom(given: Preparation): Promise<WaitingRoom> {
  const { spec } = given
  const name = `${given.ownerMark}.${randomBytes(6).toString('hex')}`
  given.rooms.add(name)
  const place = await given.spaces.placeFor(spec)
  let logs: RunLogs | undefined
  let cgroup: RoomCgroup | undefined
  let started: StartedRoom | undefined
  let sources: HeldSources | undefined
  const removeAll = async (): Promise<void> => {
    started?.kill()
    await started?.ended
    await cgroup?.remove()
    if (logs !== undefined) await closeRunLogs(logs)
    await sources?.[Symbol.asyncDispose]()
    given.rooms.delete(name)
    place.release()
  }
  return await makeWaitingRoom(removeAll, async () => {
    logs = await openRunLogs(spec)
    sources = await holdMountSources(spec.mounts, undefined)
    cgroup = await createRoomCgroup(name, spec.limits)
    const room = { spec: { ...spec, mounts: sources.mounts }, image: given.image, place, logs, cgroup }
    started = await startRoom(room)
    const waiting = await admitRoom(room, started)
    await sources.checkUnchanged()
    return (signal) => runInRoom(room, waiting, signal)
  })
}

type Room = {
  readonly spec: RunSpec
  readonly image: RoomImage
  readonly place: RunPlace
  readonly logs: RunLogs
  readonly cgroup: RoomCgroup | undefined
}

/** bubblewrap and what starts it. */
type StartedRoom = {
  readonly child: ChildProcess
  readonly streams: ReturnType<typeof streamsOf>
  readonly status: RoomStatus
  readonly copying: Promise<unknown>
  /** Kills by the room's first process where there is one: bubblewrap then sees it end, and takes it off the process table. */
  readonly kill: () => void
  /** Resolves when bubblewrap is gone and has closed its pipes. */
  readonly ended: Promise<void>
}

async function startRoom({ spec, image, place, logs }: Room): Promise<StartedRoom> {
  const [program = '', ...parameters] = roomCommand(spec, {
    image,
    user: place.user,
    asRoot: process.getuid?.() === 0,
  })
  const files = [systemCallFilter(process.arch), ...roomFiles(image, place.user)]
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', ...files.map(() => 'pipe' as const)],
    // What starts the room needs to find its programs and nothing else; the room's own environment is cleared.
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    cwd: '/',
  })
  const spawned = new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await spawned
  const streams = streamsOf(child)
  const status = readRoomStatus(streams.statusText)
  let first: FirstProcess | undefined
  status.made.then(
    (made) => {
      first = made
    },
    () => undefined, // a status that we do not understand; told by its exit code
  )
  const kill = () => void (first === undefined ? child.kill('SIGKILL') : killProcess(first.pid))
  const copying = Promise.all([copy(streams.stdout, logs.stdout), copy(streams.stderr, logs.stderr)])
  // Output that cannot be kept (the disk is full) ends the run, and so does a status we do not understand; both are
  // awaited when the room has ended.
  copying.catch(kill)
  status.exitCode.catch(kill)
  for (const [index, text] of files.entries()) give(streams.files[index], text)
  return { child, streams, status, copying, kill, ended }
}

/** Lets the room be made within its limits; resolves when its program waits. */
async function admitRoom({ spec, place, cgroup }: Room, started: StartedRoom) {
  if (started.child.pid !== undefined) await cgroup?.admit(started.child.pid)
  give(started.streams.gate, 'go\n')
  const first = await started.status.made
  if (first !== undefined && cgroup === undefined) {
    await limitByResources(first, { limits: spec.limits, user: place.user })
  }
  return { ...started, first }
}

async function runInRoom(
  { spec, place, logs, cgroup }: Room,
  { first, status, streams, copying, kill, ended }: Awaited<ReturnType<typeof admitRoom>>,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const memoryWatched = new AbortController()
  const isOutputOver = () => place.isOver(spec.limits)
  const watch = watchRun({ spec, isOutputOver, signal, kill })
  const watchingMemory =
    first === undefined || cgroup !== undefined
      ? undefined
      : watchMemory({
          first,
          memoryBytes: spec.limits.memoryBytes,
          signal: memoryWatched.signal,
          onOver: () => watch.stop('memory-limit'),
        })
  give(streams.roomGate, 'go')
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
    isOutputOver,
    reason: watch.reason,
    outOfMemory,
    exitCode: exitCode ?? 137,
    elapsedMs: watch.elapsedMs,
    logsTruncated: logs.stdout.truncated || logs.stderr.truncated,
    imageDigest: undefined,
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
function give(to: Writable | undefined, text: string | Buffer): void {
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
