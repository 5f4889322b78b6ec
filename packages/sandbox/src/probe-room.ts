import { chmod, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROBE_PROGRAM, ProbeFacts } from './probe-program.ts'
import type { Limits, OutputSpace, RunOutcome, Sandbox } from './sandbox.ts'

/** What was tried in rooms of one sandbox. */
export type ProbedRoom = {
  readonly facts: ProbeFacts
  /** How programs ended that took too much memory, wrote too much, and took too long. */
  readonly memory: RunOutcome
  readonly output: RunOutcome
  readonly time: RunOutcome
  /** Seconds of a processor that a program had in two seconds, of which it was allowed a quarter; undefined if it failed. */
  readonly processorSeconds: number | undefined
  readonly boundedBy: OutputSpace['boundedBy']
  /** The users of two output spaces that were open at the same time. */
  readonly users: readonly number[]
  /** Rooms that were left when all had ended. */
  readonly leftovers: number
}

/** `undecided`: nothing could be tried with this image; `why` ends a sentence. */
export type Probing =
  | { readonly kind: 'probed'; readonly room: ProbedRoom }
  | { readonly kind: 'undecided'; readonly why: string }

/** Small, so that each is reached soon. */
export const PROBE_LIMITS: Limits = {
  timeSeconds: 20,
  memoryBytes: 128 * 2 ** 20,
  cpus: 1,
  processes: 32,
  openFiles: 64,
  outputBytes: 2 * 2 ** 20,
  outputFiles: 20,
  logBytes: 20_000,
  scratchBytes: 2 * 2 ** 20,
}

// 1.5 GiB, written to: a machine that has it must not give it.
const TAKE_MEMORY = 'x = [bytearray(b"x") * 2 ** 26 for _ in range(24)]; print(len(x))'
const WRITE_MUCH = `import time
try:
  for each in range(64):
    with open("/app/output/%d" % each, "wb") as file: file.write(b"x" * 2 ** 20)
finally: time.sleep(5)`
const SPIN = `import time
end = time.monotonic() + 2
while time.monotonic() < end: pass
print(time.process_time())`
const TAKE_LONG = 'import time; time.sleep(60)'

/**
 * Tries in small rooms what a room must not let a program do; takes a few seconds. The image must have Python. Throws what the
 * disk throws.
 */
export async function probeRoom(sandbox: Sandbox, image: string): Promise<Probing> {
  const home = await mkdtemp(join(tmpdir(), 'scoregate-doctor-'))
  const input = join(home, 'input')
  await mkdir(input)
  await chmod(input, 0o755)
  const size = { bytes: PROBE_LIMITS.outputBytes, files: PROBE_LIMITS.outputFiles }
  try {
    await using space = await sandbox.openOutputSpace({ within: home, names: ['output'], ...size })
    await using other = await sandbox.openOutputSpace({ within: home, names: ['output'], ...size })
    const stdoutFile = join(home, 'stdout')
    const run = async (python: string, limited: Partial<Limits> = {}): Promise<RunOutcome> =>
      sandbox.run(
        {
          label: 'probe',
          image,
          command: ['python3', '-c', python],
          workingDirectory: '/',
          environment: { GIVEN: 'yes' },
          mounts: [
            { source: input, target: '/app/input', mode: 'read-only' },
            { source: space.folders.output, target: '/app/output', mode: 'output' },
          ],
          limits: { ...PROBE_LIMITS, ...limited },
          stdoutFile,
          stderrFile: join(home, 'stderr'),
        },
        new AbortController().signal,
      )
    const first = await run(PROBE_PROGRAM)
    if (first.kind !== 'exited' || first.exitCode !== 0) {
      return { kind: 'undecided', why: await whyNot(first, image, join(home, 'stderr')) }
    }
    const facts = ProbeFacts.parse(JSON.parse(await readFile(stdoutFile, 'utf8')))
    const users = [await ownerOf(space.folders.output), await ownerOf(other.folders.output)]
    const memory = await run(TAKE_MEMORY)
    const time = await run(TAKE_LONG, { timeSeconds: 1 })
    const spun = await run(SPIN, { cpus: 0.25 })
    const processorSeconds = spun.kind === 'exited' ? Number(await readFile(stdoutFile, 'utf8')) : undefined
    // The last one: its space is full then.
    const output = await run(WRITE_MUCH)
    const leftovers = await sandbox.removeLeftovers()
    const { boundedBy } = space
    return {
      kind: 'probed',
      room: { facts, memory, output, time, processorSeconds, boundedBy, users, leftovers },
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

async function ownerOf(folder: string): Promise<number> {
  return (await stat(folder)).uid
}

async function whyNot(outcome: RunOutcome, image: string, stderrFile: string): Promise<string> {
  switch (outcome.kind) {
    case 'image-missing':
      return `the image ${image} is not on this machine`
    case 'sandbox-failed':
      return outcome.detail
    case 'exited':
      if (outcome.exitCode === 127) return `the image ${image} has no python3 to try it with`
      return `the probe failed: ${lastLineOf(await readFile(stderrFile, 'utf8'))}`
    default:
      return `the probe ended as "${outcome.kind}"`
  }
}

function lastLineOf(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
}
