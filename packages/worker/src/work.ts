import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Version } from '@scoregate/gate/upward-word'
import type { WorkerSite } from '@scoregate/protocol/deposit'
import type { Sandbox } from '@scoregate/sandbox/sandbox'
import type { Logger } from 'pino'
import { openCodabenchSource } from './codabench/codabench-source.ts'
import {
  BrokerWorkerConfig,
  type BrokerWorkerConfigInput,
  type SiteConfig,
  WorkerConfig,
  type WorkerConfigInput,
} from './config.ts'
import { type Depositor, startDepositor } from './depositor.ts'
import { connectDesk, type DeskClient } from './desk-client.ts'
import { freeBytesOf, neededDiskBytes } from './disk-need.ts'
import { createHubSource } from './hub-source.ts'
import { type InputCache, openInputCache } from './input-cache.ts'
import type { Heard, JobName, JobSource, TakenJob } from './job-source.ts'
import { listParkedRuns } from './parked-runs.ts'
import { reportToDesk } from './reporting.ts'
import { NETWORK_PACE, pauseForRetry, type RetryPace } from './retry.ts'
import { removeLeftRooms } from './run-room.ts'
import { runSubmission } from './run-submission.ts'
import { openSpool, type Spool } from './spool.ts'
import { troubleOf } from './trouble.ts'

/** A worker that runs until it is stopped. */
export type Worker = {
  /** Stops runs and gives their jobs back; sealed runs stay in the spool for the next start. */
  stop(): Promise<void>
}

/** What a worker is given: how to confine programs, where to log, and the pace of retries if not the usual. */
export type WorkerParts = { readonly sandbox: Sandbox; readonly log: Logger; readonly pace?: RetryPace }

type Working = {
  readonly config: SiteConfig
  readonly sandbox: Sandbox
  readonly log: Logger
  readonly pace: RetryPace
  readonly source: JobSource
  readonly desk: DeskClient
  readonly spool: Spool
  readonly cache: InputCache
  readonly depositor: Depositor
  /** How many jobs run now. */
  readonly load: { running: number }
  /** Aborted when the worker stops. */
  readonly signal: AbortSignal
}

const VERSION = Version.parse('0.1.0')
// A stopping worker says so once; a hub that does not answer finds out when the lease ends.
const GIVE_BACK_TIMEOUT_MS = 5000
// A job on which workers break would otherwise go round for ever.
const LAST_ATTEMPT = 3
const CANCEL_TRIES = 5

/**
 * Starts a worker: clears what an earlier one with the same folder left running, deposits what it left sealed, and takes jobs.
 * Throws a zod error for a wrong configuration and what the disk or the sandbox throws; not for a hub or a desk that
 * is down: the worker waits for them.
 */
export async function startWorker(given: WorkerConfigInput, parts: WorkerParts): Promise<Worker> {
  const config = WorkerConfig.parse(given)
  const { log, pace = NETWORK_PACE } = parts
  return await start(config, parts, async () => createHubSource({ config, version: VERSION, log, pace }))
}

/** As {@link startWorker}, for the queue of a Codabench platform. */
export async function startBrokerWorker(given: BrokerWorkerConfigInput, parts: WorkerParts): Promise<Worker> {
  const config = BrokerWorkerConfig.parse(given)
  const { log, pace = NETWORK_PACE } = parts
  const { from, to } = config.linkRewrite ?? {}
  return await start(config, parts, (desk, signal) =>
    openCodabenchSource({
      address: config.broker,
      dataFolder: config.dataFolder,
      rewrite: (link) =>
        from !== undefined && to !== undefined && link.startsWith(from) ? to + link.slice(from.length) : link,
      rewriteOrigins: to === undefined ? [] : [new URL(to).origin],
      tellCancelled: (jobId) => void tellCancelled(jobId, { desk, log, pace, signal }),
      log,
      pace,
    }),
  )
}

/** A desk that has no hold of the job has nothing to do; one that is away asks the platform itself before it releases. */
async function tellCancelled(
  jobId: string,
  { desk, log, pace, signal }: Pick<Working, 'desk' | 'log' | 'pace' | 'signal'>,
): Promise<void> {
  try {
    for (let tries = 1; tries <= CANCEL_TRIES; tries += 1) {
      const told = await desk.cancelled(jobId, signal)
      if (told.kind === 'told') return
      log.warn({ jobId, why: told.why, tries }, 'the desk did not hear that a job was cancelled')
      await pauseForRetry(tries, pace, signal)
    }
  } catch (error) {
    if (!signal.aborted) log.warn(troubleOf(error), 'the desk was not told that a job was cancelled')
  }
}

async function start(
  config: SiteConfig,
  parts: WorkerParts,
  openSource: (desk: DeskClient, signal: AbortSignal) => Promise<JobSource>,
): Promise<Worker> {
  const { sandbox, log, pace = NETWORK_PACE } = parts
  const rooms = await sandbox.removeLeftovers()
  if (rooms > 0) log.warn({ rooms }, 'rooms that an earlier worker left running are removed')
  await removeLeftRooms(config.dataFolder)
  const spool = await openSpool(join(config.dataFolder, 'spool'))
  const cache = await openInputCache(join(config.dataFolder, 'cache'), (error) =>
    log.warn(troubleOf(error), 'the cache of inputs cannot be used; what is not kept is fetched'),
  )
  const stopping = new AbortController()
  const desk = connectDesk(config)
  const source = await openSource(desk, stopping.signal)
  const giveUp = (job: JobName) =>
    sayUntilHeard(() => source.sayFailure(job, 'worker-failed', stopping.signal), {
      pace,
      signal: stopping.signal,
      log,
    })
  const depositor = startDepositor({ desk, giveUp, log, pace })
  const working: Working = {
    config,
    sandbox,
    log,
    pace,
    source,
    desk,
    spool,
    cache,
    depositor,
    load: { running: 0 },
    signal: stopping.signal,
  }
  await depositLeftovers(working)
  const parked = await listParkedRuns(config.dataFolder)
  if (parked.length > 0) log.error({ runs: parked.length }, 'sealed runs that the desk refused lie in parked')
  const slots = Array.from({ length: config.slots }, () => takeJobs(working))
  const reports = reportToDesk({ ...working, version: VERSION, running: () => working.load.running })
  log.info({ slots: config.slots, sandbox: sandbox.name }, 'the worker takes jobs')

  return {
    async stop() {
      stopping.abort(new Error('the worker stops'))
      await Promise.all([...slots, reports])
      await depositor.stop()
      await source.close()
    },
  }
}

async function depositLeftovers({ spool, source, depositor, log }: Working): Promise<void> {
  for (const leftover of await spool.takeLeftovers()) {
    const { jobId, attempt } = leftover.record.deposit.manifest
    log.warn({ jobId, attempt }, 'a run that was sealed before the last stop is deposited now')
    depositor.add(leftover, source.resume(leftover.record))
  }
}

/** One slot: asks for the policy, then for a job, and does it; for ever. Never rejects. */
async function takeJobs(working: Working): Promise<void> {
  const { desk, source, log, pace, signal } = working
  let failures = 0
  while (!signal.aborted) {
    try {
      // Before every job, so that a job is run under the policy of its day and not when nobody could take its result.
      const answer = await desk.getSite(signal)
      if (answer.kind === 'unavailable') {
        failures += 1
        log.warn({ why: answer.why, failures }, 'the desk does not answer; no job is taken')
      } else if (!(await hasRoomFor(answer.site, working))) {
        failures += 1
      } else {
        const next = await source.take(answer.site, signal)
        failures = next.kind === 'unavailable' ? failures + 1 : 0
        if (next.kind === 'taken') await doJob(next.taken, answer.site, working)
        if (next.kind === 'unavailable') log.warn({ why: next.why, failures }, 'the platform gives no jobs')
        // A platform that has nothing and does not wait as it was asked to must not be asked without a pause.
        if (next.kind === 'nothing') await pause(pace.firstMs, undefined, { signal })
      }
      if (failures > 0) await pauseForRetry(failures, pace, signal)
    } catch (error) {
      if (signal.aborted) return
      failures += 1
      log.error(troubleOf(error), 'taking a job failed unexpectedly')
      await pause(pace.longestMs, undefined, { signal }).catch(() => undefined) // aborted: the loop ends
    }
  }
}

/** A run that fills the disk fails, and takes others with it: there must be place for what it may write, sealed once more. */
async function hasRoomFor({ limits }: WorkerSite, { config, cache, log }: Working): Promise<boolean> {
  await cache.shrinkTo(limits.cacheBytes)
  const neededBytes = neededDiskBytes(limits)
  if ((await freeBytesOf(config.dataFolder)) >= neededBytes) return true
  // A run that can be run is worth more than inputs that can be fetched again.
  await cache.shrinkTo(0)
  const freeBytes = await freeBytesOf(config.dataFolder)
  if (freeBytes >= neededBytes) return true
  log.error({ freeBytes, neededBytes }, 'too little free space for a run; no job is taken')
  return false
}

async function doJob(taken: TakenJob, site: WorkerSite, working: Working): Promise<void> {
  const { source, depositor } = working
  const { job, keeper } = taken
  const log = working.log.child({ jobId: job.jobId, attempt: job.attempt, submission: job.submission.id })
  log.info('a job is taken')
  working.load.running += 1
  const signal = AbortSignal.any([working.signal, keeper.signal])
  let isSealed = false
  try {
    const end = await runSubmission({
      ...working,
      taken,
      site,
      log,
      signal,
      report: keeper.report,
      onSealed(sealed) {
        isSealed = true
        depositor.add(sealed, keeper)
      },
    })
    if (end.kind === 'sealed') return
    await keeper.stop()
    await sayUntilHeard(() => source.sayFailure(job, end.reason, working.signal), working)
  } catch (error) {
    // The result is on its way to the desk, and its lease with it.
    if (isSealed) return log.error(troubleOf(error), 'the folders of a sealed run could not be removed')
    await keeper.stop()
    if (!signal.aborted) log.error(troubleOf(error), 'the worker could not finish a job')
    await endWithoutResult(taken, working, log)
  } finally {
    working.load.running -= 1
  }
}

/** The job goes back to the queue, unless it is not ours any more. */
async function endWithoutResult({ job, keeper }: TakenJob, working: Working, log: Logger): Promise<void> {
  const { source, signal } = working
  if (keeper.ending !== undefined) {
    log.warn({ ending: keeper.ending }, 'a run is stopped and dropped')
    return
  }
  if (!signal.aborted && job.attempt >= LAST_ATTEMPT) {
    return await sayUntilHeard(() => source.sayFailure(job, 'worker-failed', signal), working)
  }
  const answer = await source.giveBack(job, AbortSignal.timeout(GIVE_BACK_TIMEOUT_MS)).catch(() => undefined)
  log.warn({ heard: answer?.kind === 'heard' }, 'a job is given back')
}

async function sayUntilHeard(
  say: () => Promise<Heard>,
  { pace, signal, log }: Pick<Working, 'pace' | 'signal' | 'log'>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const answer = await say()
    if (answer.kind === 'heard') return
    log.warn({ why: answer.why, tries }, 'the platform did not hear of a failure; trying again')
    await pauseForRetry(tries, pace, signal)
  }
}
