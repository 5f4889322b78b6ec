import { setTimeout as pause } from 'node:timers/promises'
import type { RunningStatus } from '@scoregate/protocol/lease'
import type { Logger } from 'pino'
import type { HubQueue, LeasedJob, LeaseStanding } from './hub-queue.ts'
import type { JobEnding, JobKeeper } from './job-source.ts'
import { NETWORK_PACE, pauseBefore, type RetryPace } from './retry.ts'

/**
 * Begins to keep a lease: a message every third of its length. That the hub cannot be reached does not end a lease: the
 * result is wanted if nobody else has taken the job meanwhile, and the attempt's number tells. Handing over ends with a last
 * message, so that the desk has the whole lease to speak to the hub.
 */
export function keepLease(given: {
  readonly queue: HubQueue
  readonly job: LeasedJob
  readonly leaseSeconds: number
  readonly log: Logger
  readonly pace?: RetryPace
}): JobKeeper {
  const { queue, job, log, pace = NETWORK_PACE } = given
  const ended = new AbortController()
  const stopped = new AbortController()
  const waiting: RunningStatus[] = []
  let wake = new AbortController()
  let leaseSeconds = given.leaseSeconds
  let ending: JobEnding | undefined
  let failures = 0

  const keep = async (): Promise<void> => {
    while (!stopped.signal.aborted && ending === undefined) {
      wake = new AbortController()
      const milliseconds = waiting.length > 0 && failures === 0 ? 0 : untilNext()
      await pauseUnless(AbortSignal.any([stopped.signal, wake.signal]), milliseconds)
      if (stopped.signal.aborted) return
      const [status] = waiting
      const standing =
        status === undefined
          ? await queue.heartbeat(job, stopped.signal)
          : await queue.sendStatus(job, status, stopped.signal)
      take(standing, status)
    }
  }

  const untilNext = (): number => {
    const third = (leaseSeconds * 1000) / 3
    return failures === 0 ? third : Math.min(third, pauseBefore(failures, pace))
  }

  const take = (standing: LeaseStanding, status: RunningStatus | undefined): void => {
    failures = standing.kind === 'unavailable' ? failures + 1 : 0
    if (standing.kind === 'unavailable') {
      log.warn({ why: standing.why, failures }, 'the hub did not hear of the job; trying again')
      return
    }
    if (status !== undefined) waiting.shift()
    if (standing.kind === 'refused') {
      log.error({ why: standing.why, status }, 'the hub does not take a message about the job')
    } else if (standing.kind === 'held') {
      leaseSeconds = standing.leaseSeconds
    } else {
      ending = standing.kind
      ended.abort(new Error(`the lease is ${standing.kind}`))
    }
  }

  const keeping = keep().catch((error: unknown) => {
    // Only being stopped in the middle of a message ends here; everything else must be heard.
    if (!stopped.signal.aborted) throw error
  })

  const stop = async (): Promise<void> => {
    stopped.abort(new Error('the lease is not kept any longer'))
    await keeping
  }

  return {
    signal: ended.signal,
    get ending() {
      return ending
    },
    report(status) {
      waiting.push(status)
      wake.abort()
    },
    stop,
    async handOver() {
      await stop()
      if (ending === undefined) await queue.heartbeat(job, new AbortController().signal)
    },
  }
}

async function pauseUnless(signal: AbortSignal, milliseconds: number): Promise<void> {
  try {
    await pause(milliseconds, undefined, { signal })
  } catch (error) {
    // Woken before the time.
    if (!signal.aborted) throw error
  }
}
