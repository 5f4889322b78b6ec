import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** Debian's Python, which has Debian's Celery. */
const PYTHON = '/usr/bin/python3'

/** A line of what the worker did. */
export type Step = z.infer<typeof Step>
const Step = z.looseObject({
  step: z.string(),
  job: z.string().optional(),
  submission: z.number().optional(),
})

/** How the worker behaves, of what is not the same for all. */
export type WorkerPlan = {
  /** What it posts; without any it misses the scores file, after it has said Finished. */
  readonly scores?: Readonly<Record<string, unknown>> | undefined
  readonly posts?: number
  readonly exit_code?: number
  readonly prints?: string
  /** `<job>:<step>` after which it waits until it is let go. */
  readonly pause_at?: string
}

/** A Celery consumer that plays Codabench's worker. Gone when disposed of. */
export type TestWorker = AsyncDisposable & {
  /** All that it did so far. */
  steps(): Promise<Step[]>
  /** Waits for a step. */
  reached(step: string, of?: Partial<Step>): Promise<Step>
  /** Waits for words in the log of Celery itself. */
  says(words: string): Promise<void>
  plan(plan: WorkerPlan): Promise<void>
  letGo(): Promise<void>
  /** Kills it as a machine that loses its power does. */
  kill(): Promise<void>
}

/** Starts a worker of a generation on a queue, by the broker URL that its owner was told. */
export async function startTestWorker(given: {
  brokerUrl: string
  generation: 1 | 2
  plan: WorkerPlan
}): Promise<TestWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-celery-'))
  const journal = join(folder, 'journal')
  const planFile = join(folder, 'plan')
  await writeFile(journal, '')
  const write = (plan: WorkerPlan) => writeFile(planFile, JSON.stringify({ posts: 1, ...plan }))
  await write(given.plan)
  let output = ''
  const child = spawn(
    PYTHON,
    [
      '-m',
      'celery',
      '-A',
      'worker-rig',
      'worker',
      '-l',
      'info',
      '-Q',
      'compute-worker',
      '-n',
      'compute-worker@rig',
    ],
    {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      env: {
        PATH: '/usr/bin:/bin',
        HOME: folder,
        PYTHONDONTWRITEBYTECODE: '1',
        C_FORCE_ROOT: '1',
        BROKER_URL: given.brokerUrl,
        RIG_GENERATION: String(given.generation),
        RIG_JOURNAL: journal,
        RIG_PLAN: planFile,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that it can be killed with its children.
      detached: true,
    },
  )
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text
    })
  }
  const killAll = async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    const ended = once(child, 'exit')
    process.kill(-child.pid, 'SIGKILL')
    await ended
  }
  const worker: TestWorker = {
    async steps() {
      const lines = (await readFile(journal, 'utf8')).split('\n').filter((line) => line !== '')
      return lines.map((line) => Step.parse(JSON.parse(line)))
    },

    async reached(step, of = {}) {
      for (;;) {
        const found = (await worker.steps()).find(
          (one) => one.step === step && Object.entries(of).every(([name, value]) => one[name] === value),
        )
        if (found !== undefined) return found
        if (child.exitCode !== null) throw new Error(`The worker has ended:\n${output}`)
        await pause(20)
      }
    },

    async says(words) {
      while (!output.includes(words)) {
        if (child.exitCode !== null) throw new Error(`The worker has ended:\n${output}`)
        await pause(20)
      }
    },

    plan: write,
    letGo: () => writeFile(`${planFile}.go`, ''),
    kill: killAll,

    async [Symbol.asyncDispose]() {
      await killAll()
      await rm(folder, { recursive: true, force: true })
    },
  }
  for (;;) {
    if (output.includes('ready.')) return worker
    if (child.exitCode !== null) throw new Error(`Celery did not start (Debian: python3-celery):\n${output}`)
    await pause(20)
  }
}
