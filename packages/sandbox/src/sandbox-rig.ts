import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { findSandbox } from './find-sandbox.ts'
import type { Limits, OutputSpace, RunOutcome, RunSpec, Sandbox } from './sandbox.ts'

/** The image with Python that each sandbox has in tests; `scripts/make-test-image.sh` makes the engine's. */
export const TEST_IMAGE = { engine: 'scoregate-test:latest', bubblewrap: 'host' } as const satisfies Record<
  Sandbox['name'],
  string
>

/** Enough for a small Python program, and small enough that a test reaches each of them soon. */
export const TEST_LIMITS: Limits = {
  timeSeconds: 30,
  memoryBytes: 128 * 2 ** 20,
  cpus: 1,
  processes: 24,
  openFiles: 64,
  outputBytes: 4 * 2 ** 20,
  outputFiles: 50,
  logBytes: 10_000,
  scratchBytes: 2 * 2 ** 20,
}

/**
 * Whether the tests of a sandbox are to run. A developer's machine may lack a container engine, and its tests are then
 * skipped by name; where everything must be tested (`SCOREGATE_TEST_REQUIRE_ENGINE=1`) they run, and fail.
 */
export async function isToBeTested(name: Sandbox['name']): Promise<boolean> {
  if (name === 'bubblewrap' || process.env['SCOREGATE_TEST_REQUIRE_ENGINE'] === '1') return true
  return startSandbox(name, 'scoregate-probe').then(
    () => true,
    () => false,
  )
}

/** The sandbox of that name; throws what this machine lacks for it. */
export async function startSandbox(name: Sandbox['name'], ownerMark: string): Promise<Sandbox> {
  const found = await findSandbox({ choice: name, ownerMark, env: process.env })
  if (found.kind === 'none') throw new Error(found.problems.join('\n'))
  if (!(await found.sandbox.hasImage(TEST_IMAGE[name]))) {
    throw new Error(`${TEST_IMAGE[name]} is missing. Type: scripts/make-test-image.sh`)
  }
  return found.sandbox
}

/** One place on the host for runs: an input folder, an output folder and the logs, below a folder closed to others. */
export type TestSite = AsyncDisposable & {
  readonly folder: string
  readonly input: string
  readonly output: string
  readonly boundedBy: OutputSpace['boundedBy']
  spec(python: string, given?: SpecChanges): RunSpec
  run(python: string, given?: SpecChanges): Promise<Ran>
}

type SpecChanges = Partial<RunSpec> & { readonly limited?: Partial<Limits>; readonly signal?: AbortSignal }

/** How a run ended, and what it said. */
export type Ran = { readonly outcome: RunOutcome; readonly stdout: string; readonly stderr: string }

/** `size`: what its output folder holds at least, if not what {@link TEST_LIMITS} allows. */
export async function openTestSite(
  sandbox: Sandbox,
  size: { readonly bytes?: number; readonly files?: number } = {},
): Promise<TestSite> {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-sandbox-test-'))
  const input = join(folder, 'input')
  await mkdir(input, { mode: 0o755 })
  const space = await sandbox.openOutputSpace({
    within: folder,
    names: ['output'],
    bytes: TEST_LIMITS.outputBytes,
    files: TEST_LIMITS.outputFiles,
    ...size,
  })
  const { output } = space.folders
  const files = { stdoutFile: join(folder, 'stdout'), stderrFile: join(folder, 'stderr') }

  const spec = (python: string, given: SpecChanges = {}): RunSpec => {
    const { limited, signal: _, ...changes } = given
    return {
      label: 'a test',
      image: TEST_IMAGE[sandbox.name],
      command: ['python3', '-c', python],
      workingDirectory: '/app/output',
      environment: {},
      mounts: [
        { source: input, target: '/app/input', mode: 'read-only' },
        { source: output, target: '/app/output', mode: 'output' },
      ],
      limits: { ...TEST_LIMITS, ...limited },
      ...files,
      ...changes,
    }
  }
  return {
    folder,
    input,
    output,
    boundedBy: space.boundedBy,
    spec,
    async run(python, given = {}) {
      const outcome = await sandbox.run(spec(python, given), given.signal ?? new AbortController().signal)
      const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
      return { outcome, stdout: await read(files.stdoutFile), stderr: await read(files.stderrFile) }
    },
    async [Symbol.asyncDispose]() {
      await space[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The processes of this machine, in rooms or not, with `mark` in their command line. */
export async function processesMarked(mark: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
  const marked = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      // The worker has the mark on its own command line, and so has a child of it for the moment before it starts.
      return command.includes(mark) && !command.includes('killed-worker-rig') ? [pid] : []
    }),
  )
  return marked.flat()
}

/** Waits until `isSo` answers yes; throws after 30 s, naming what it waited for. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 30_000
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`waited 30 s in vain until ${what}`)
    await pause(20)
  }
}
