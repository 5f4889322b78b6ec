import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { CappedLogFile } from './capped-log-file.ts'
import { type ConfinedUser, defaultConfinedUser } from './confined-user.ts'
import { containerSettings, ownerLabel } from './container-settings.ts'
import { EngineClient, type EngineImage, EngineRefusal } from './engine-client.ts'
import { giveOutputFolderTo } from './output-folder.ts'
import { BrokenFrameError, OutputFrameReader } from './output-frames.ts'
import { checkOwnerMark } from './owner-mark.ts'
import { outcomeOf, watchRun } from './run-watch.ts'
import type { RunOutcome, RunSpec, Sandbox } from './sandbox.ts'

/** How to reach the engine, and whom to run programs as. */
export type ContainerEngineOptions = {
  /** The Unix socket of a Docker or Podman engine that runs as root on this host. */
  readonly socketPath: string
  /** Marks this worker's rooms, so that its next start finds what a killed one left; the same after a restart. */
  readonly ownerMark: string
  /** Whom confined processes are; {@link defaultConfinedUser} unless set. */
  readonly user?: ConfinedUser
}

// How long the engine gets for what takes it a fraction of a second, before we call it broken.
const ENGINE_GRACE_MS = 30_000

/**
 * Runs programs in containers of a Docker or Podman engine. Mounted inputs must be readable for `user` (or for
 * everybody); folders above them need not be, because the engine binds them as root. Throws for a bad owner mark.
 */
export function createContainerEngineSandbox(options: ContainerEngineOptions): Sandbox {
  const engine = new EngineClient(options.socketPath)
  const user = options.user ?? defaultConfinedUser()
  const ownerMark = checkOwnerMark(options.ownerMark)
  const running = new Set<string>()
  // Engines without their helper program (docker-init, catatonit) cannot put an init in front; found out by trying.
  let init = true

  const runOnce = async (spec: RunSpec, image: EngineImage, signal: AbortSignal): Promise<RunOutcome> => {
    const name = roomName(spec.label)
    running.add(name)
    try {
      return await removedAfterwards(engine, name, () =>
        runInContainer(engine, name, containerSettings(spec, { image, user, ownerMark, init }), spec, signal),
      )
    } finally {
      running.delete(name)
    }
  }

  return {
    name: 'engine',

    async run(spec, signal) {
      if (signal.aborted) return { kind: 'cancelled', elapsedMs: 0, logsTruncated: false }
      try {
        const image = await findImage(engine, spec.image)
        if (image === undefined) return { kind: 'image-missing' }
        try {
          return await runOnce(spec, image, signal)
        } catch (error) {
          if (!init || !isAboutInit(error)) throw error
          init = false
          return await runOnce(spec, image, signal)
        }
      } catch (error) {
        return { kind: 'sandbox-failed', detail: `The engine at ${options.socketPath}: ${messageOf(error)}` }
      }
    },

    async hasImage(image) {
      return (await findImage(engine, image)) !== undefined
    },

    async removeLeftovers() {
      const label = ownerLabel(ownerMark)
      const rooms = await engine.listContainers(`${label.name}=${label.value}`)
      const left = rooms.filter((room) => !room.names.some((name) => running.has(name)))
      for (const room of left) await removeSurely(engine, room.id)
      return left.length
    },

    prepareOutputFolder: (folder) => giveOutputFolderTo(user, folder),
  }
}

async function runInContainer(
  engine: EngineClient,
  name: string,
  settings: object,
  spec: RunSpec,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const logs = {
    stdout: await CappedLogFile.open(spec.stdoutFile, spec.limits.logBytes),
    stderr: await CappedLogFile.open(spec.stderrFile, spec.limits.logBytes),
  }
  try {
    const { warnings } = await engine.createContainer(name, settings)
    refuseDiscardedLimits(warnings)
    const output = await engine.attach(name)
    const copying = copyOutput(output, logs)
    const stuck = new AbortController()
    const kill = (): void => void killOrGiveUp(engine, name, stuck)
    // Output that we cannot keep (the disk is full, the engine talks nonsense) ends the run; awaited below.
    copying.catch(kill)
    try {
      await engine.start(name)
      const watch = watchRun({ spec, signal, kill })
      const exitCode = await engine.wait(name, stuck.signal).finally(() => watch.end())
      const { reason, elapsedMs } = watch
      const state = await engine.findContainer(name)
      if (state === undefined)
        throw new Error(`container ${name} vanished; something else on this host removed it`)
      await within(ENGINE_GRACE_MS, copying, `the output of container ${name} did not end with it`)
      const logsTruncated = logs.stdout.truncated || logs.stderr.truncated
      return await outcomeOf({
        spec,
        reason,
        outOfMemory: state.OOMKilled,
        exitCode,
        elapsedMs,
        logsTruncated,
      })
    } finally {
      output.destroy()
    }
  } finally {
    await logs.stdout.close()
    await logs.stderr.close()
  }
}

async function copyOutput(
  output: AsyncIterable<Buffer>,
  logs: { readonly stdout: CappedLogFile; readonly stderr: CappedLogFile },
): Promise<void> {
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

async function removedAfterwards<T>(engine: EngineClient, name: string, run: () => Promise<T>): Promise<T> {
  let result: T
  try {
    result = await run()
  } catch (error) {
    await removeSurely(engine, name)
    throw error
  }
  await removeSurely(engine, name)
  return result
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

async function findImage(engine: EngineClient, name: string): Promise<EngineImage | undefined> {
  // Names reach us from bundles: what is no image name must not become another route of the engine.
  if (!/^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,500}$/.test(name) || name.includes('..')) return undefined
  return engine.findImage(name)
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
