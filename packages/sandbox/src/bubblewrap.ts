import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { CappedLogFile } from './capped-log-file.ts'
import { type ConfinedUser, defaultConfinedUser } from './confined-user.ts'
import { giveOutputFolderTo } from './output-folder.ts'
import { checkOwnerMark } from './owner-mark.ts'
import { createRoomCgroup, type RoomCgroup, removeCgroupsNamed } from './room-cgroup.ts'
import { roomCommand } from './room-command.ts'
import { findRoomImage, type RoomImage } from './room-image.ts'
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

/** bubblewrap's own words, a JSON document a line: the first process of the room, then how the program ended. */
const RoomStatus = z.looseObject({ 'child-pid': z.int().optional(), 'exit-code': z.int().optional() })

/**
 * Runs programs with bubblewrap, for machines without a container engine. Namespaces hide network, processes and files;
 * no capability is left; the confined user owns nothing. Memory, processes and processor time are limited by a control
 * group where this worker may make one, by resource limits otherwise (then memory is address space per process, and
 * processor time is limited by the time limit alone). Throws for a bad owner mark.
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
      const removed = await removeCgroupsNamed(
        (name) => name.startsWith(`${ownerMark}.`) && !running.has(name),
      )
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
    limitedBy: cgroup === undefined ? 'resource-limits' : 'control-group',
  })
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
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
  const [, stdout, stderr, gate, status] = streamsOf(child)
  const statuses = readStatuses(status)
  const kill = () => void child.kill('SIGKILL')
  const copying = Promise.all([copy(stdout, logs.stdout), copy(stderr, logs.stderr)])
  // Output that cannot be kept (the disk is full) ends the run; awaited below.
  copying.catch(kill)
  try {
    if (child.pid !== undefined) await cgroup?.admit(child.pid)
  } catch (error) {
    kill()
    throw error
  }
  const watch = watchRun({ spec, signal, kill })
  gate.on('error', () => undefined).end('go\n')
  await ended
  await watch.end()
  await copying
  const { firstProcess, exitCode } = await statuses
  if (firstProcess !== undefined) await untilGone(firstProcess)
  const outOfMemory = (await cgroup?.wasOutOfMemory()) ?? false
  if (exitCode === undefined && watch.reason === undefined && !outOfMemory) {
    throw new Error(`the room could not be made (${child.signalCode ?? `exit code ${child.exitCode}`})`)
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

function streamsOf(child: ChildProcess): [unknown, Readable, Readable, Writable, Readable] {
  const [stdin, stdout, stderr, gate, status] = child.stdio
  if (!isReadable(stdout) || !isReadable(stderr) || !isWritable(gate) || !isReadable(status)) {
    throw new Error('the pipes of the room could not be made')
  }
  return [stdin, stdout, stderr, gate, status]
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

async function readStatuses(from: Readable): Promise<{ firstProcess?: number; exitCode?: number }> {
  let text = ''
  for await (const chunk of from.setEncoding('utf8')) text = (text + chunk).slice(-10_000)
  let found: { firstProcess?: number; exitCode?: number } = {}
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const status = RoomStatus.parse(JSON.parse(line))
    const { 'child-pid': firstProcess, 'exit-code': exitCode } = status
    found = {
      ...found,
      ...(firstProcess === undefined ? {} : { firstProcess }),
      ...(exitCode === undefined ? {} : { exitCode }),
    }
  }
  return found
}

/**
 * Waits until the first process of the room is gone: the kernel kills all others of its process namespace before it
 * lets it go, however they hid from their parents (pid_namespaces(7)). Throws if that takes longer than 30 s.
 */
async function untilGone(firstProcess: number): Promise<void> {
  const giveUpAt = performance.now() + GONE_GRACE_MS
  while (await isThere(firstProcess)) {
    if (performance.now() > giveUpAt) throw new Error(`process ${firstProcess} of the room does not end`)
    await pause(5)
  }
}

function isThere(pid: number): Promise<boolean> {
  return access(`/proc/${pid}`).then(
    () => true,
    () => false,
  )
}

/** Why bubblewrap cannot confine a program on this machine, in words that end a sentence; undefined when it can. */
export async function troubleWithBubblewrap(): Promise<string | undefined> {
  const sandbox = createBubblewrapSandbox({ ownerMark: 'scoregate-probe' })
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-probe-'))
  try {
    const stderrFile = join(folder, 'stderr')
    await writeFile(stderrFile, '')
    const outcome = await sandbox.run(
      {
        label: 'probe',
        image: 'host',
        command: ['true'],
        workingDirectory: '/',
        environment: {},
        mounts: [],
        limits: PROBE_LIMITS,
        stdoutFile: join(folder, 'stdout'),
        stderrFile,
      },
      new AbortController().signal,
    )
    if (outcome.kind === 'exited' && outcome.exitCode === 0) return undefined
    return outcome.kind === 'sandbox-failed' ? outcome.detail : `a first program ended as "${outcome.kind}"`
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const PROBE_LIMITS = {
  timeSeconds: 10,
  memoryBytes: 256 * 2 ** 20,
  cpus: 1,
  processes: 32,
  openFiles: 64,
  outputBytes: 2 ** 20,
  outputFiles: 10,
  logBytes: 10_000,
  scratchBytes: 2 ** 20,
} as const

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
