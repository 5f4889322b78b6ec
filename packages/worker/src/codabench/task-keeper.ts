import type { RunningStatus } from '@scoregate/protocol/lease'
import type { Logger } from 'pino'
import type { JobEnding, JobKeeper } from '../job-source.ts'
import { pauseForRetry, type RetryPace } from '../retry.ts'
import { troubleOf } from '../trouble.ts'
import type { Said } from './platform-voice.ts'

/** A keeper that can be told of a revocation. */
export type TaskKeeper = JobKeeper & { cancel(): void }

/**
 * Keeps a task of a Codabench queue: nothing has to be renewed, since the broker has forgotten it. Of the three words that a
 * run reports only `Running` goes up: `Preparing` was said with the first job, and `Scoring`, said again, would have the
 * platform make a second scoring job (protocol reference, 8).
 */
export function keepTask(given: {
  readonly sayRunning: (signal: AbortSignal) => Promise<Said>
  /** The job is over for this worker. */
  readonly finish: () => Promise<void>
  /** Nobody keeps the task any longer; it may still have to be done. */
  readonly release: () => void
  readonly log: Logger
  readonly pace: RetryPace
}): TaskKeeper {
  const { log, pace } = given
  const ended = new AbortController()
  const stopped = new AbortController()
  let ending: JobEnding | undefined
  let saying: Promise<void> = Promise.resolve()

  const sayUntilHeard = async (): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      const said = await given.sayRunning(stopped.signal)
      if (said.kind === 'refused')
        log.error({ why: said.why }, 'the platform does not take the status of a job')
      if (said.kind !== 'unavailable') return
      await pauseForRetry(tries, pace, stopped.signal)
    }
  }

  const stop = async (): Promise<void> => {
    stopped.abort(new Error('the task is not kept any longer'))
    await saying
    given.release()
    // Nobody wants it any more, whoever has it.
    if (ending === 'cancelled') await given.finish()
  }

  return {
    signal: ended.signal,
    get ending() {
      return ending
    },
    report(status: RunningStatus) {
      if (status !== 'Running') return
      saying = sayUntilHeard().catch((error: unknown) => {
        if (!stopped.signal.aborted) log.error(troubleOf(error), 'a status could not be said')
      })
    },
    cancel() {
      ending ??= 'cancelled'
      ended.abort(new Error('the task was revoked'))
    },
    stop,
    async handOver() {
      await stop()
      await given.finish()
    },
  }
}
