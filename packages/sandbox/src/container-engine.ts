import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { containerSettings, ownerLabel } from './container-settings.ts'
import { EngineClient, type EngineImage, EngineRefusal } from './engine-client.ts'
import { fetchEngineImage, findEngineImage } from './engine-image.ts'
import { troubleWithEngineMounts } from './engine-mounts.ts'
import { type HeldSources, holdMountSources } from './mount-sources.ts'
import { BrokenFrameError, OutputFrameReader } from './output-frames.ts'
import { OutputSpaces, type RunPlace } from './output-space.ts'
import { checkOwnerMark } from './owner-mark.ts'
import { failedRoom, makeWaitingRoom, runPrepared, type WaitingRoom } from './prepared-room.ts'
import { type RoomUserRange, RoomUsers } from './room-users.ts'
import { closeRunLogs, openRunLogs, type RunLogs } from './run-logs.ts'
import { outcomeOf, watchRun } from './run-watch.ts'
import type { PreparedRoom, RunOutcome, RunSpec, Sandbox } from './sandbox.ts'

/** How to reach the engine, and whom to run programs as. */
export type ContainerEngineOptions = {
  /** The Unix socket of a Docker or Podman engine that runs as root on this host. */
  readonly socketPath: string
  /** Marks this worker's rooms, so that its next start finds what a killed one left; the same after a restart. */
  readonly ownerMark: string
  /** Whom confined processes are, one user a room; `DEFAULT_ROOM_USERS` unless set. */
  readonly roomUsers?: RoomUserRange
}

// How long the engine gets for what takes it a fraction of a second, before we call it broken.
const ENGINE_GRACE_MS = 30_000

/**
 * Runs programs in containers of a Docker or Podman engine. Mounted inputs must be readable for everybody; folders above
 * them need not be, because the engine binds them as root. Throws for a bad owner mark.
 */
export function createContainerEngineSandbox(options: ContainerEngineOptions): Sandbox {
  const engine = new EngineClient(options.socketPath)
  const ownerMark = checkOwnerMark(options.ownerMark)
  const spaces = new OutputSpaces({
    ownerMark,
    users: new RoomUsers(options.roomUsers),
    trouble: (within) => troubleWithEngineMounts(engine, within),
  })
  const rooms = new Set<string>()
  // Engines without their helper program (docker-init, catatonit) cannot put an init in front; found out by trying.
  let init = true

  const failed = (error: unknown): RunOutcome => ({
    kind: 'sandbox-failed',
    detail: `The engine at ${options.socketPath}: ${messageOf(error)}`,
  })

  const prepare = async (spec: RunSpec): Promise<PreparedRoom> => {
    try {
      const image = await findEngineImage(engine, spec.image)
      if (image === undefined) return failedRoom({ kind: 'image-missing' })
      const container = await prepareContainer({ engine, spec, image, ownerMark, init, spaces, rooms })
      return {
        async start(signal) {
          try {
            return await container.run(signal)
          } catch (error) {
            if (!init || !isAboutInit(error)) return failed(error)
            init = false
            return await runPrepared(() => prepare(spec), signal)
          }
        },
        [Symbol.asyncDispose]: () => container.remove(),
      }
    } catch (error) {
      return failedRoom(failed(error))
    }
  }

  return {
    name: 'engine',
    prepare,
    run: (spec, signal) => runPrepared(() => prepare(spec), signal),

    async hasImage(image) {
      return (await findEngineImage(engine, image)) !== undefined
    },

    fetchImage: (image, given) => fetchEngineImage(engine, image, given),

    async removeLeftovers() {
      const label = ownerLabel(ownerMark)
      const found = await engine.listContainers(`${label.name}=${label.value}`)
      const left = found.filter((room) => !room.names.some((name) => rooms.has(name)))
      for (const room of left) await removeSurely(engine, room.id)
      await spaces.unmountLeft()
      return left.length
    },

    openOutputSpace: (request) => spaces.open(request),
  }
}

type Preparation = {
  readonly engine: EngineClient
  readonly spec: RunSpec
  readonly image: EngineImage
  readonly ownerMark: string
  readonly init: boolean
  readonly spaces: OutputSpaces
  /** The names of rooms that are this worker's business. */
  readonly rooms: Set<string>
}

/** A container that is made, attached to, and not started. */
async function prepareContainer(given: Preparation): Promise<WaitingRoom> {
  const { engine, spec, image } = given
  const name = roomName(spec.label)
  const place = await given.spaces.placeFor(spec)
  let logs: RunLogs | undefined
  let output: IncomingMessage | undefined
  let sources: HeldSources | undefined
  given.rooms.add(name)
  const removeAll = async (): Promise<void> => {
    output?.destroy()
    await removeSurely(engine, name)
    if (logs !== undefined) await closeRunLogs(logs)
    await sources?.[Symbol.asyncDispose]()
    given.rooms.delete(name)
    place.release()
  }
  return await makeWaitingRoom(removeAll, async () => {
    logs = await openRunLogs(spec)
    sources = await holdMountSources(spec.mounts, engine.socketPath)
    const settings = containerSettings({ ...spec, mounts: sources.mounts }, { ...given, user: place.user })
    const { warnings } = await engine.createContainer(name, settings)
    refuseDiscardedLimits(warnings)
    output = await engine.attach(name)
    const room = { engine, name, spec, image, place, logs, output, sources }
    return (signal) => runInContainer(room, signal)
  })
}

type Container = {
  readonly engine: EngineClient
  readonly name: string
  readonly spec: RunSpec
  readonly image: EngineImage
  readonly place: RunPlace
  readonly logs: RunLogs
  readonly output: IncomingMessage
  readonly sources: HeldSources
}

async function runInContainer(container: Container, signal: AbortSignal): Promise<RunOutcome> {
  const { engine, name, spec, place, logs } = container
  const copying = copyOutput(container.output, logs)
  const stuck = new AbortController()
  const kill = (): void => void killOrGiveUp(engine, name, stuck)
  // Output that we cannot keep (the disk is full, the engine talks nonsense) ends the run; awaited below.
  copying.catch(kill)
  const isOutputOver = () => place.isOver(spec.limits)
  await engine.start(name)
  // The engine looks at the paths again when it starts the room.
  await container.sources.checkUnchanged()
  const watch = watchRun({ spec, isOutputOver, signal, kill })
  const exitCode = await engine.wait(name, stuck.signal).finally(() => watch.end())
  const { reason, elapsedMs } = watch
  const state = await engine.findContainer(name)
  if (state === undefined)
    throw new Error(`container ${name} vanished; something else on this host removed it`)
  await within(ENGINE_GRACE_MS, copying, `the output of container ${name} did not end with it`)
  return await outcomeOf({
    isOutputOver,
    reason,
    outOfMemory: state.OOMKilled,
    exitCode,
    elapsedMs,
    logsTruncated: logs.stdout.truncated || logs.stderr.truncated,
    imageDigest: container.image.digest,
  })
}

async function copyOutput(output: AsyncIterable<Buffer>, logs: RunLogs): Promise<void> {
  const frames = new OutputFrameReader()
  for await (const chunk of output) {
    for (const piece of frames.read(chunk)) await logs[piece.stream].write(piece.bytes)
  }
  if (!frames.isBetweenFrames()) throw new BrokenFrameError('the output ended within a frame')
}

/** `stuck` is aborted when the engine did not make the container end, so that nobody waits for it for ever. */
async function killOrGiveUp(engine: EngineClient, name: string, stuck: AbortController): Promise<void> {
  const timer = setTimeout(
    () => stuck.abort(new Error(`container ${name} did not end when it was killed`)),
    ENGINE_GRACE_MS,
  )
  timer.unref()
  try {
    await engine.kill(name)
  } catch (error) {
    stuck.abort(error)
  }
}

/** Resolves when the engine says that it does not know the container; throws when that cannot be established. */
async function removeSurely(engine: EngineClient, name: string): Promise<void> {
  const giveUpAt = performance.now() + ENGINE_GRACE_MS
  let lastProblem = 'the engine still knows it'
  do {
    try {
      await engine.removeContainer(name)
      if ((await engine.findContainer(name)) === undefined) return
    } catch (error) {
      lastProblem = messageOf(error)
    }
    await pause(200)
  } while (performance.now() < giveUpAt)
  throw new Error(`container ${name} could not be removed (${lastProblem}). Type: docker rm --force ${name}`)
}

function refuseDiscardedLimits(warnings: readonly string[]): void {
  // Without swap accounting in the kernel, the limit on memory itself still holds.
  const serious = warnings.filter(
    (warning) => /discarded|not support/i.test(warning) && !/swap/i.test(warning),
  )
  if (serious.length > 0) throw new Error(`it cannot enforce our limits: ${serious.join(' ')}`)
}

function isAboutInit(error: unknown): boolean {
  return (
    error instanceof EngineRefusal && /docker-init|catatonit|container-init|init binary/i.test(error.message)
  )
}

function roomName(label: string): string {
  const words = label.replace(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 40)
  return `scoregate-${words}-${randomBytes(6).toString('hex')}`
}

async function within<T>(milliseconds: number, promise: Promise<T>, otherwise: string): Promise<T> {
  const over = new AbortController()
  const late = pause(milliseconds, undefined, { signal: over.signal }).then(
    () => Promise.reject(new Error(otherwise)),
    () => promise,
  )
  try {
    return await Promise.race([promise, late])
  } finally {
    over.abort()
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
