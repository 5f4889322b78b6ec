import { watchOutput } from './output-watch.ts'
import type { EndedRun, RunOutcome, RunSpec } from './sandbox.ts'

/** Why we stopped a program that would have gone on. */
export type StopReason = 'time-limit' | 'memory-limit' | 'output-limit' | 'cancelled'

/** The watch over one run, from its start until {@link RunWatch.end}. */
export type RunWatch = {
  /** Why the room was stopped; `undefined` while nobody stopped it. Only the first reason counts. */
  readonly reason: StopReason | undefined
  /** Milliseconds from the start to now, or to the end of the watch. */
  readonly elapsedMs: number
  stop(reason: StopReason): void
  /** Stops watching; after it, `stop` does nothing. */
  end(): Promise<void>
}

const OUTPUT_LOOK_MS = 250
// Beyond this a Node timer fires at once (2^31 - 1 ms, 24.8 days).
const LONGEST_TIMER_MS = 2_147_483_647

/** Begins to enforce time limit, output limit and cancellation; calls `kill` at most once, when one of them strikes. */
export function watchRun(given: {
  readonly spec: RunSpec
  readonly isOutputOver: () => Promise<boolean>
  readonly signal: AbortSignal
  readonly kill: () => void
}): RunWatch {
  const { limits } = given.spec
  const startedAt = performance.now()
  const over = new AbortController()
  let reason: StopReason | undefined
  let endedAt: number | undefined
  const stop = (why: StopReason): void => {
    if (reason !== undefined || over.signal.aborted) return
    reason = why
    given.kill()
  }
  const cancel = (): void => stop('cancelled')

  const timer = setTimeout(() => stop('time-limit'), Math.min(limits.timeSeconds * 1_000, LONGEST_TIMER_MS))
  given.signal.addEventListener('abort', cancel)
  if (given.signal.aborted) cancel()
  const watching = watchOutput({
    isOver: given.isOutputOver,
    everyMs: OUTPUT_LOOK_MS,
    signal: over.signal,
    onOver: () => stop('output-limit'),
  })

  return {
    get reason() {
      return reason
    },
    get elapsedMs() {
      return Math.round((endedAt ?? performance.now()) - startedAt)
    },
    stop,
    async end() {
      endedAt ??= performance.now()
      clearTimeout(timer)
      given.signal.removeEventListener('abort', cancel)
      over.abort()
      await watching
    },
  }
}

/** How a run ended, once its room is dead: what we stopped it for, or what it ran into, or its own exit. */
export async function outcomeOf(
  ended: EndedRun & {
    readonly isOutputOver: () => Promise<boolean>
    readonly reason: StopReason | undefined
    readonly outOfMemory: boolean
    readonly exitCode: number
  },
): Promise<RunOutcome> {
  const { isOutputOver, reason, outOfMemory, exitCode, ...run } = ended
  if (reason !== undefined) return { kind: reason, ...run }
  if (outOfMemory) return { kind: 'memory-limit', ...run }
  // A quick program can fill its folder and leave between two looks.
  if (await isOutputOver()) return { kind: 'output-limit', ...run }
  return { kind: 'exited', exitCode, ...run }
}

/**
 * The largest file that a program may make, in bytes. It is above the output allowance, so that whoever hits it is over
 * the allowance as well and ends as `output-limit`, and it bounds what can be written between two looks.
 */
export function largestFileBytes(spec: RunSpec): number {
  return Math.max(spec.limits.outputBytes, spec.limits.scratchBytes) + 1024 * 1024
}
