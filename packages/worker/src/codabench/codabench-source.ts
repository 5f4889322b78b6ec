import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type CodabenchRun, readRunArguments } from '@scoregate/protocol/codabench/run-arguments'
import type { CodabenchSite, WorkerSite } from '@scoregate/protocol/deposit'
import type { ReasonCode } from '@scoregate/protocol/reason-code'
import type { Logger } from 'pino'
import type { Heard, JobAnswer, JobName, JobSource } from '../job-source.ts'
import type { RetryPace } from '../retry.ts'
import { type Broker, brokerAway, openBroker } from './broker.ts'
import type { BrokerAddress } from './broker-address.ts'
import { firstEnd, jobOf, type LinkRewrite, linksOf, originsOf, returnAddressOf } from './codabench-job.ts'
import { fetchPredictions } from './fetch-predictions.ts'
import { sayToPlatform } from './platform-voice.ts'
import { putOffPrediction } from './put-off-prediction.ts'
import { keepTask, type TaskKeeper } from './task-keeper.ts'
import { openTaskStore, type StoredTask } from './task-store.ts'

const WAIT_MS = 20_000
// So many revocations are remembered for tasks that may still come; a Celery worker remembers as many.
const MOST_REVOKED = 50_000

/** Statuses after which nobody wants a result: what is said then would bring the submission back to life. */
const ENDED: readonly string[] = ['Cancelled', 'Failed', 'Finished']

/** What a source needs beside its broker. */
export type CodabenchSettings = {
  readonly address: BrokerAddress
  readonly dataFolder: string
  readonly rewrite: LinkRewrite
  /** Origins that only `rewrite` makes. */
  readonly rewriteOrigins: readonly string[]
  /** Tells the desk that a job was cancelled, whether or not it has a hold of it. */
  readonly tellCancelled: (jobId: string) => void
  readonly log: Logger
  readonly pace: RetryPace
}

/**
 * A Codabench queue as a source of jobs. A task is stored durably and the broker forgets it, so that no time-out of the broker
 * gives it to anybody else while a person takes a day to decide. A prediction task is put off (see `put-off-run.ts`); with the
 * scoring task of the same submission it becomes one job.
 */
export async function openCodabenchSource(settings: CodabenchSettings): Promise<JobSource> {
  const { log, pace } = settings
  const folder = join(settings.dataFolder, 'codabench')
  const store = await openTaskStore(folder)
  const incoming = join(folder, 'incoming')
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming, { mode: 0o700 })
  const kept = new Map<string, { readonly keeper: TaskKeeper; readonly run: CodabenchRun | undefined }>()
  const revoked = new Set<string>()
  // What an earlier worker with this folder had taken and not ended.
  const waiting = await store.list()

  const onRevoked = (taskId: string): void => {
    revoked.add(taskId)
    const [oldest] = revoked
    if (revoked.size > MOST_REVOKED && oldest !== undefined) revoked.delete(oldest)
    kept.get(taskId)?.keeper.cancel()
    settings.tellCancelled(taskId)
  }
  const broker: Broker = openBroker({ ...settings, onRevoked })

  const keep = (taskId: string, run: CodabenchRun | undefined): TaskKeeper => {
    const keeper = keepTask({
      sayRunning: (signal) =>
        run === undefined
          ? Promise.resolve({ kind: 'refused', why: 'its message cannot be read' })
          : sayToPlatform(
              run.apiUrl,
              { kind: 'codabench-status', speaker: speakerOf(run), status: 'Running' },
              signal,
            ),
      finish: () => store.finish(taskId),
      release: () => kept.delete(taskId),
      log: log.child({ jobId: taskId }),
      pace,
    })
    kept.set(taskId, { keeper, run })
    if (revoked.has(taskId)) keeper.cancel()
    return keeper
  }

  const receive = async (signal: AbortSignal): Promise<StoredTask | 'dropped' | undefined> =>
    broker.next({ waitMs: WAIT_MS, signal }, async (delivery) => {
      if (delivery === undefined) return undefined
      const { task } = delivery
      if (task.kind === 'unusable') {
        log.error({ why: task.why }, 'a message of the queue cannot be used and is dropped')
        delivery.keep()
        return 'dropped'
      }
      if (await store.isKnown(task.id)) {
        log.warn({ jobId: task.id }, 'a task that was taken before came once more')
        delivery.keep()
        return 'dropped'
      }
      const stored: StoredTask = {
        format: 'scoregate-task/1',
        id: task.id,
        state: 'waiting',
        attempts: 0,
        receivedAt: new Date().toISOString(),
        runArguments: task.runArguments,
      }
      await store.put(stored)
      delivery.keep()
      return stored
    })

  const begin = async (task: StoredTask, site: CodabenchSite, signal: AbortSignal): Promise<JobAnswer> => {
    const taskLog = log.child({ jobId: task.id })
    const drop = async (why: string): Promise<JobAnswer> => {
      taskLog.warn({ why }, 'a task is dropped')
      await store.finish(task.id)
      return { kind: 'done' }
    }
    if (revoked.has(task.id)) return await drop('it was cancelled')
    const reading = readRunArguments(task.runArguments)
    if (reading.kind === 'unusable')
      return await drop(`its run arguments are wrong: ${reading.keys.join(', ')}`)
    const { run } = reading
    const platforms = site.platforms.filter(({ api }) => api === run.apiUrl)
    const [first] = platforms
    // Nothing can be said to an address that the site does not know: whoever can write to the queue could have it called.
    if (first === undefined) return await drop('the policy of the site names no platform with its API')

    const standing = await sayToPlatform(
      run.apiUrl,
      { kind: 'codabench-standing', speaker: speakerOf(run) },
      signal,
    )
    if (standing.kind === 'unavailable') return await later(task, standing.why)
    if (standing.kind === 'refused') return await drop(`the platform does not know it: ${standing.why}`)
    if (ENDED.includes(standing.status)) return await drop(`its submission is ${standing.status} already`)

    const fail = async (reason: ReasonCode, why: string): Promise<JobAnswer> => {
      taskLog.error({ reason, why }, 'a job could not be run')
      const heard = await sayFailure(task.id, run, reason, signal)
      return heard.kind === 'heard' ? { kind: 'done' } : await later(task, heard.why)
    }
    const platform = platforms.find(
      ({ phases }) =>
        phases === undefined || (standing.phaseId !== undefined && phases.includes(standing.phaseId)),
    )
    if (platform === undefined)
      return await fail('worker-failed', 'the policy of the site names no competition with its phase')
    const origins = new Set([...originsOf(platform), ...settings.rewriteOrigins])
    const elsewhere = linksOf(run).find((link) => !origins.has(new URL(settings.rewrite(link)).origin))
    if (elsewhere !== undefined) {
      const { origin } = new URL(settings.rewrite(elsewhere))
      return await fail(
        'inputs-unavailable',
        `a link points at ${origin}, which the policy does not list as storage`,
      )
    }
    if (run.kind === 'prediction') {
      const end = await putOffPrediction({
        ...settings,
        log: taskLog,
        store,
        task,
        run,
        runKey: site.runKey,
        isRevoked: () => revoked.has(task.id),
        signal,
      })
      if (end.kind === 'failed') return await fail('worker-failed', end.why)
      await store.finish(task.id)
      // The platform has published the scoring job by now.
      return { kind: 'done' }
    }

    const predictions = await fetchPredictions({
      ...settings,
      incoming,
      run,
      runKey: site.runKey,
      origins,
      signal,
    })
    if (predictions.kind === 'unusable') return await fail('inputs-unavailable', predictions.why)
    const attempt = task.attempts + 1
    const linksExpireAt = firstEnd(run)
    await store.put({ ...task, attempts: attempt })
    const job = jobOf({
      taskId: task.id,
      attempt,
      run,
      predictions,
      platform,
      phaseId: standing.phaseId,
      receivedAt: task.receivedAt,
      rewrite: settings.rewrite,
    })
    return {
      kind: 'taken',
      taken: {
        job,
        platform: run.apiUrl,
        inputOrigins: origins,
        kept: { leaseSeconds: 1 },
        keeper: keep(task.id, run),
        returnAddress: returnAddressOf(site, {
          taskId: task.id,
          run,
          predictions,
          rewrite: settings.rewrite,
        }),
        predictionsAreMade: predictions.kind === 'made',
        submissionIsCopied: true,
        ...(linksExpireAt === undefined ? {} : { linksExpireAt }),
      },
    }
  }

  const later = async (task: StoredTask, why: string): Promise<JobAnswer> => {
    waiting.push(task)
    return { kind: 'unavailable', why }
  }

  /** The one word of a failure; a platform that refuses it has heard it. */
  const sayFailure = async (
    taskId: string,
    run: CodabenchRun,
    reason: ReasonCode,
    signal: AbortSignal,
  ): Promise<Heard> => {
    const word = { kind: 'codabench-failure', speaker: speakerOf(run), reason } as const
    const said = await sayToPlatform(run.apiUrl, word, signal)
    if (said.kind === 'unavailable') return said
    if (said.kind === 'refused')
      log.error({ jobId: taskId, why: said.why }, 'the platform does not take a failure')
    await store.finish(taskId)
    return { kind: 'heard' }
  }

  return {
    async take(site: WorkerSite, signal) {
      if (site.codabench === undefined)
        return { kind: 'unavailable', why: 'the policy of the site names no Codabench platform' }
      // A task whose sealed run is on its way to the desk is kept, and not to be run again.
      const at = waiting.findIndex(({ id }) => !kept.has(id))
      const own = at === -1 ? undefined : waiting.splice(at, 1)[0]
      try {
        const task = own ?? (await receive(signal))
        if (task === undefined) return { kind: 'nothing' }
        if (task === 'dropped') return { kind: 'done' }
        return await begin(task, site.codabench, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (own !== undefined) waiting.push(own)
        const why = brokerAway(error)
        if (why !== undefined) return { kind: 'unavailable', why }
        throw error
      }
    },

    resume({ deposit }) {
      const { jobId } = deposit.manifest
      const task = waiting.find(({ id }) => id === jobId)
      if (task !== undefined) waiting.splice(waiting.indexOf(task), 1)
      const reading = task && readRunArguments(task.runArguments)
      return keep(jobId, reading?.kind === 'run' ? reading.run : undefined)
    },

    async sayFailure({ jobId }: JobName, reason, signal): Promise<Heard> {
      const task = (await store.list()).find(({ id }) => id === jobId)
      const reading = task && readRunArguments(task.runArguments)
      return reading?.kind === 'run'
        ? await sayFailure(jobId, reading.run, reason, signal)
        : { kind: 'heard' }
    },

    async giveBack({ jobId }) {
      const task = (await store.list()).find(({ id }) => id === jobId)
      if (task !== undefined) waiting.push(task)
      return { kind: 'heard' }
    },

    async close() {
      await broker.close()
    },
  }
}

function speakerOf({ submissionId, secret }: CodabenchRun) {
  return { submissionId, secret }
}
