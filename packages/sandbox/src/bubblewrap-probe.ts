import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBubblewrapSandbox } from './bubblewrap.ts'

/** Why bubblewrap cannot confine a program on this machine, in words that end a sentence; undefined when it can. */
export async function troubleWithBubblewrap(): Promise<string | undefined> {
  const sandbox = createBubblewrapSandbox({ ownerMark: 'scoregate-probe' })
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-probe-'))
  try {
    const stderrFile = join(folder, 'stderr')
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
