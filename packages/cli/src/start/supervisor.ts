import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ScoregateError } from '@scoregate/protocol/errors'
import { z } from 'zod'
import { BROKER_VARIABLES } from '../broker-variables.ts'

/** The programs of one installation, in the order in which they are started. */
export type PartName = 'hub' | 'desk' | 'worker'

/** What a part says to whoever started it: that it is up, or why it will not come up. */
export const PartMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('up') }),
  z.object({
    kind: z.literal('refused'),
    message: z.string(),
    remedy: z.string(),
    problems: z.array(z.object({ where: z.string(), what: z.string(), remedy: z.string() })),
  }),
])
export type PartMessage = z.infer<typeof PartMessage>

/** A part that runs; it is started again when it dies without having been told to stop. */
export type RunningPart = { stop(): Promise<void> }

const FIRST_RESTART_MS = 500
const LONGEST_RESTART_MS = 30_000
const STEADY_MS = 60_000
const STOP_GRACE_MS = 10_000

/**
 * Starts a part as a process of its own and resolves when it says that it is up. Its log goes to
 * `<folder>/<name>.log` and its process id to `<folder>/<name>.pid`. A part that dies is started again, after a pause
 * that doubles up to half a minute.
 *
 * Throws `ScoregateError` when the part refuses to come up at first (a taken port, an error in the policy).
 */
export async function startPart(given: {
  name: PartName
  /** Node, the bundle and the part's arguments. */
  command: readonly string[]
  folder: string
  onRestart: (name: PartName, exit: string) => void
  /** Aborted when the whole installation stops: a part that ends then, for whatever reason, is not started again. */
  stopping: AbortSignal
}): Promise<RunningPart> {
  await mkdir(given.folder, { recursive: true, mode: 0o700 })
  const log = createWriteStream(join(given.folder, `${given.name}.log`), { flags: 'a', mode: 0o600 })
  const pidFile = join(given.folder, `${given.name}.pid`)
  let stopping = false
  let pauseMs = FIRST_RESTART_MS
  let child = await launch(given, log, pidFile)
  await saysUp(given.name, child)
  let timer: NodeJS.Timeout | undefined
  watch()

  function watch(): void {
    const startedAt = Date.now()
    const watched = child
    watched.once('exit', (code, signal) => {
      if (stopping || given.stopping.aborted) return
      if (Date.now() - startedAt > STEADY_MS) pauseMs = FIRST_RESTART_MS
      given.onRestart(given.name, signal ?? `exit code ${code}`)
      timer = setTimeout(() => void again(), pauseMs)
      pauseMs = Math.min(pauseMs * 2, LONGEST_RESTART_MS)
    })
  }

  async function again(): Promise<void> {
    if (stopping || given.stopping.aborted) return
    child = await launch(given, log, pidFile)
    watch()
  }

  return {
    async stop() {
      stopping = true
      clearTimeout(timer)
      await end(child)
      await rm(pidFile, { force: true })
      log.end()
    },
  }
}

async function launch(
  { name, command }: { name: PartName; command: readonly string[] },
  log: WriteStream,
  pidFile: string,
): Promise<ChildProcess> {
  const [program = process.execPath, ...parameters] = command
  const env = { ...process.env }
  // Only the desk sends mail and signs people in by an institution, so only the desk gets the secrets for that.
  if (name !== 'desk') {
    delete env['SCOREGATE_SMTP_URL']
    delete env['SCOREGATE_OIDC_CLIENT_SECRET']
  }
  // And only the worker takes jobs from a broker.
  if (name !== 'worker') delete env['BROKER_URL']
  // And only the hub speaks to its broker.
  if (name !== 'hub') {
    for (const variable of BROKER_VARIABLES) delete env[variable]
  }
  // A process group of its own keeps Ctrl-C from it, so that parts stop in our order; should we be killed, the message
  // channel ends with us and the part stops by itself.
  const child = spawn(program, parameters, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true })
  child.stdout?.pipe(log, { end: false })
  child.stderr?.pipe(log, { end: false })
  if (child.pid !== undefined) await writeFile(pidFile, `${child.pid}\n`, { mode: 0o600 })
  return child
}

function saysUp(name: PartName, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(
        new ScoregateError({
          kind: 'internal',
          code: 'part-ended',
          message: `The ${name} ended with exit code ${code} while it was starting.`,
          remedy: `Read its log: ${name}.log in the folder "processes" of the data folder.`,
        }),
      )
    })
    child.once('message', (raw) => {
      const message = PartMessage.parse(raw)
      child.removeAllListeners('exit')
      if (message.kind === 'up') return resolve()
      reject(
        new ScoregateError({
          kind: 'bad-input',
          code: `${name}-refused`,
          message: message.message,
          remedy: message.remedy,
          problems: message.problems,
        }),
      )
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS)
  await ended
  clearTimeout(hard)
}
