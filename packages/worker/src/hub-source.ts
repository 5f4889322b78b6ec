import type { Version } from '@scoregate/gate/upward-word'
import type { Logger } from 'pino'
import { allowedInputOrigins, type WorkerConfig } from './config.ts'
import { connectHubQueue, type LeaseStanding } from './hub-queue.ts'
import type { Heard, JobSource } from './job-source.ts'
import { keepLease } from './lease-keeper.ts'
import type { RetryPace } from './retry.ts'

const LEASE_WAIT_SECONDS = 20

/** The queue of a Scoregate hub as a source of jobs: leased over HTTPS, kept by heartbeats. */
export function createHubSource(given: {
  readonly config: WorkerConfig
  readonly version: Version
  readonly log: Logger
  readonly pace: RetryPace
}): JobSource {
  const { config, log, pace } = given
  const queue = connectHubQueue({ ...config, version: given.version })
  const inputOrigins = allowedInputOrigins(config)

  return {
    async take(_site, signal) {
      const leased = await queue.lease(LEASE_WAIT_SECONDS, signal)
      if (leased.kind !== 'leased') return leased
      const { job, leaseSeconds } = leased.lease
      const jobLog = log.child({ jobId: job.jobId, attempt: job.attempt, submission: job.submission.id })
      const keeper = keepLease({ queue, job, leaseSeconds, log: jobLog, pace })
      return {
        kind: 'taken',
        taken: { job, platform: config.hubUrl, inputOrigins, kept: { leaseSeconds }, keeper },
      }
    },

    resume({ deposit, leaseSeconds }) {
      const { jobId, attempt } = deposit.manifest
      return keepLease({ queue, job: { jobId, attempt }, leaseSeconds, log, pace })
    },

    async sayFailure(job, reason, signal) {
      return heard(await queue.sendFailure(job, reason, signal))
    },

    async giveBack(job, signal) {
      return heard(await queue.giveBack(job, signal))
    },

    async close() {},
  }
}

/** A hub that refuses a message, or wants the job no more, has heard it. */
function heard(standing: LeaseStanding): Heard {
  return standing.kind === 'unavailable' ? standing : { kind: 'heard' }
}
