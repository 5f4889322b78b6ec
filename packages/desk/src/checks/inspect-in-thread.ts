import { Worker } from 'node:worker_threads'
import type { Finding } from '@scoregate/gate/finding'
import type { InspectedHold } from '@scoregate/gate/inspect-hold'
import type { LineSketch } from '@scoregate/gate/line-sketch'
import type { Logger } from 'pino'
import { ThreadWord } from './thread-messages.ts'

/** How a look at a hold ended. `stopped`: the desk closes, and the next start begins anew. */
export type InspectionEnd = 'done' | 'timed-out' | 'crashed' | 'stopped'

/** What a hostile file can make a thread take; past it the thread ends and the desk does not. */
const MOST_MEMORY_MB = 256

const isSource = import.meta.url.endsWith('.ts')
/** Beside the bundle, or beside this file where the sources run. */
const THREAD_FILE = new URL(isSource ? './check-thread-rig.js' : './check-thread.js', import.meta.url)

/** A thread for the checks, started when it is needed and again after it had to be ended. */
export class CheckThread {
  readonly #vaultFolder: string
  readonly #log: Logger
  readonly #file: URL
  #worker: Worker | undefined
  #end: ((end: InspectionEnd) => void) | undefined
  #isClosed = false

  /** `file` is for tests of what a thread can do wrong. */
  constructor({
    vaultFolder,
    log,
    file = THREAD_FILE,
  }: {
    vaultFolder: string
    log: Logger
    file?: URL | undefined
  }) {
    this.#vaultFolder = vaultFolder
    this.#log = log
    this.#file = file
  }

  /** Looks at one hold; one at a time. A thread that ran out of time, crashed or spoke nonsense is ended. */
  async inspect(
    task: InspectedHold,
    given: {
      timeLimitMilliseconds: number
      onFindings: (findings: readonly Finding[]) => void
      onProgress: (checkedBytes: number) => void
      onSketch: (sketch: LineSketch) => void
    },
  ): Promise<InspectionEnd> {
    if (this.#isClosed) return 'stopped'
    const worker = this.#running()
    const end = await new Promise<InspectionEnd>((resolve) => {
      const timer = setTimeout(() => resolve('timed-out'), given.timeLimitMilliseconds)
      this.#end = (how) => {
        clearTimeout(timer)
        resolve(how)
      }
      worker.removeAllListeners('message')
      worker.on('message', (message: unknown) => {
        const word = ThreadWord.safeParse(message)
        if (!word.success) return this.#end?.('crashed')
        if (word.data.kind === 'found') given.onFindings(word.data.findings)
        else if (word.data.kind === 'progress') given.onProgress(word.data.checkedBytes)
        else if (word.data.kind === 'sketched') given.onSketch(word.data.sketch)
        else this.#end?.('done')
      })
      worker.postMessage(task)
    })
    this.#end = undefined
    worker.removeAllListeners('message')
    if (end !== 'done') await this.#stop()
    return end
  }

  /** Ends a look that is under way as `stopped`. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#end?.('stopped')
    await this.#stop()
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(this.#file, {
      workerData: { vaultFolder: this.#vaultFolder },
      // Nothing of the desk's surroundings, where secrets may be, is for code that reads hostile files.
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
      stdout: true,
      stderr: true,
    })
    const gone = (given: unknown) => {
      if (given instanceof Error)
        this.#log.error({ stack: withoutWords(given) }, 'The thread of the checks crashed.')
      if (this.#worker === worker) this.#worker = undefined
      this.#end?.('crashed')
    }
    worker.on('error', gone)
    worker.on('exit', gone)
    this.#worker = worker
    return worker
  }

  async #stop(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }
}

/** Where an error comes from. Its words can quote what was looked at, which is not for a log. */
function withoutWords({ name, stack = '' }: Error): string {
  return [name, ...stack.split('\n').filter((line) => /^ {4}at /.test(line))].join('\n')
}
