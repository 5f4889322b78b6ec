import { resolveImage } from '@scoregate/gate/policy'
import type { WorkerSite } from '@scoregate/protocol/deposit'
import type { RunningStatus } from '@scoregate/protocol/lease'
import type { ReasonCode } from '@scoregate/protocol/reason-code'
import { troubleWithMountSource } from '@scoregate/sandbox/mount-sources'
import type { Sandbox } from '@scoregate/sandbox/sandbox'
import type { Logger } from 'pino'
import { collectInputs } from './collect-inputs.ts'
import type { SiteConfig } from './config.ts'
import { dataForCompetition, maySideBySide } from './data-for-competition.ts'
import { ensureImage } from './fetch-image.ts'
import type { InputCache } from './input-cache.ts'
import type { TakenJob } from './job-source.ts'
import type { RetryPace } from './retry.ts'
import { planRun, stepOfIngestion } from './run-plan.ts'
import { prepareRoom } from './run-room.ts'
import { runSteps, type SealedRun } from './run-steps.ts'
import type { LeftoverRun, Spool, SpooledRun } from './spool.ts'
import { makeSpoolRecord } from './spool-record.ts'
import { troubleOf } from './trouble.ts'

/** How the work on a job ended. */
export type RunEnd =
  /** Something ran. It is sealed and on disk, and `onSealed` was told; the platform hears of it from the desk. */
  | { readonly kind: 'sealed' }
  /** Nothing ran, so nothing of any data is in the reason: the hub may hear it at once. */
  | { readonly kind: 'not-run'; readonly reason: ReasonCode }

/** What the work on a job needs. */
export type SubmissionRun = {
  readonly taken: TakenJob
  /** The site's policy as it is now. */
  readonly site: WorkerSite
  readonly config: SiteConfig
  readonly sandbox: Sandbox
  readonly spool: Spool
  readonly cache: InputCache
  readonly report: (status: RunningStatus) => void
  /** Told of the sealed run as soon as it is on disk, while the folders of the run are still being removed. */
  readonly onSealed: (sealed: LeftoverRun) => void
  readonly signal: AbortSignal
  readonly log: Logger
  readonly pace?: RetryPace
}

/**
 * Runs one submission on one task, from its links to a sealed run in the spool. When it resolves or rejects, every program
 * and every folder of the run is gone. Throws the reason of `signal` when that is aborted, and what the disk throws.
 */
export async function runSubmission(run: SubmissionRun): Promise<RunEnd> {
  const { taken, site, sandbox, log } = run
  const { job } = taken
  run.report('Preparing')
  const resolved = resolveImage(site.images, job.image, sandbox.name)
  if (resolved.kind === 'not-allowed') return notRun('image-not-allowed', log)
  if (!(await ensureImage(resolved, run))) return notRun('image-missing', log)

  const sideBySide = maySideBySide(site.competitions, job.competition)
  await using room = await prepareRoom(run.config.dataFolder, {
    sandbox,
    limits: site.limits,
    step: job.inputs.ingestionProgram && stepOfIngestion(job, { sideBySide }),
  })
  const collected = await collectInputs({
    ...run,
    job,
    room,
    platform: taken.platform,
    cacheBytes: site.limits.cacheBytes,
    maxBytes: site.limits.inputBytes,
    allowedOrigins: taken.inputOrigins,
  })
  if (collected.kind === 'refused') return notRun('inputs-unavailable', log)
  const data = dataForCompetition(site.data, job.competition)
  for (const { source } of data) {
    // The sandbox refuses the machine's own folders; this worker's is for us to refuse.
    const trouble = await troubleWithMountSource(source, [run.config.dataFolder])
    if (trouble === undefined) continue
    log.error({ source, why: trouble }, "a data folder of the site's policy cannot be mounted")
    return notRun('worker-failed', log)
  }
  const folders = await room.folders
  const planned = planRun({
    job,
    inputs: collected.inputs,
    folders,
    data,
    sideBySide,
    predictionsAreMade: taken.predictionsAreMade ?? false,
    submissionIsCopied: taken.submissionIsCopied ?? false,
  })
  if (planned.kind === 'program-unusable') return notRun('program-unusable', log)
  if (planned.kind === 'data-clash') {
    log.error(
      { target: planned.target },
      "a data folder of the site's policy lies where the run has a folder of its own",
    )
    return notRun('worker-failed', log)
  }

  const spooled = await run.spool.begin()
  try {
    const sealed = await stepsOrNothing(run, spooled, () =>
      runSteps({
        ...run,
        plan: planned.plan,
        folders,
        logs: room.logs,
        spooled,
        timeSeconds: Math.min(job.timeLimitSeconds, site.limits.timeSeconds),
        setting: {
          sandbox,
          image: resolved.image,
          gpu: resolved.gpu,
          limits: site.limits,
          logs: room.logs,
          submissionId: job.submission.id,
          log,
        },
      }),
    )
    const record = await makeSpoolRecord({ ...run, digests: collected.digests, sealed, spooled })
    run.signal.throwIfAborted()
    await spooled.commit(record)
    log.info({ files: sealed.entries.length, failure: sealed.failure }, 'a run is sealed')
    run.onSealed({ run: spooled, record })
    return { kind: 'sealed' }
  } catch (error) {
    await spooled.remove()
    throw error
  }
}

function notRun(reason: ReasonCode, log: Logger): RunEnd {
  log.warn({ reason }, 'a job could not be run')
  return { kind: 'not-run', reason }
}

/**
 * Once a program has run, even our own trouble may be its doing (a disk that it filled), so it goes the way of results,
 * through the desk: a hold with nothing in it.
 */
async function stepsOrNothing(
  { signal, log }: SubmissionRun,
  spooled: SpooledRun,
  steps: () => Promise<SealedRun>,
): Promise<SealedRun> {
  try {
    return await steps()
  } catch (error) {
    signal.throwIfAborted()
    log.error(troubleOf(error), 'the worker failed in the middle of a run')
    await spooled.clear()
    return { programs: [], entries: [], refusals: [], failure: 'worker-failed' }
  }
}
