import { sealForSite } from '@scoregate/gate/sealed-box'
import { linkExpiry } from '@scoregate/protocol/codabench/link-expiry'
import type { PutOffRun } from '@scoregate/protocol/codabench/put-off-run'
import { ReturnAddress, returnAddressAbout } from '@scoregate/protocol/codabench/return-address'
import type { CodabenchRun, CodabenchScoring } from '@scoregate/protocol/codabench/run-arguments'
import type { CodabenchPlatform, CodabenchSite } from '@scoregate/protocol/deposit'
import { Job } from '@scoregate/protocol/job'

/** Where the predictions of a scoring job come from: they are still to be made, or another worker has made them. */
export type PredictionPart =
  | { readonly kind: 'put-off'; readonly run: PutOffRun }
  | { readonly kind: 'made'; readonly link: string }

/** Swaps the beginning of a link, where the platform's storage has another address as seen from the site. */
export type LinkRewrite = (link: string) => string

/**
 * A scoring job, and what was put off for it, as one job of ours: both steps in one room. Run arguments name neither competition nor
 * task; the competition is the policy's, and what the platform does not tell is said to be untold.
 */
export function jobOf(given: {
  readonly taskId: string
  readonly attempt: number
  readonly run: CodabenchScoring
  readonly predictions: PredictionPart
  readonly platform: CodabenchPlatform
  readonly phaseId: number | undefined
  readonly receivedAt: string
  readonly rewrite: LinkRewrite
}): Job {
  const { run, predictions, platform, rewrite } = given
  const link = (url: string | undefined) => (url === undefined ? undefined : { url: rewrite(url) })
  const putOff = predictions.kind === 'put-off' ? predictions.run : undefined
  const links = {
    submission: link(predictions.kind === 'put-off' ? predictions.run.submission : predictions.link),
    scoringProgram: link(run.scoringProgram),
    ingestionProgram: link(run.ingestionOnlyDuringScoring ? run.ingestionProgram : putOff?.ingestionProgram),
    inputData: link(putOff?.inputData ?? run.inputData),
    referenceData: link(run.referenceData),
  }
  return Job.parse({
    jobId: given.taskId,
    attempt: given.attempt,
    submission: { id: run.submissionId, submittedAt: given.receivedAt, fileName: 'submission.zip' },
    participant: { id: run.userId, username: `user ${run.userId}` },
    competition: platform.competition,
    phase:
      given.phaseId === undefined
        ? { id: 1, name: 'not told by the platform' }
        : { id: given.phaseId, name: `phase ${given.phaseId}` },
    task: { id: 1, name: 'not told by the platform' },
    image: run.image,
    timeLimitSeconds: run.timeLimitSeconds,
    humanInTheLoop: run.humanInTheLoop || (putOff?.humanInTheLoop ?? false),
    detailedResults: run.detailedResults !== undefined,
    ingestionOnlyDuringScoring: run.ingestionOnlyDuringScoring,
    inputs: Object.fromEntries(Object.entries(links).filter(([, value]) => value !== undefined)),
    columns: platform.columns,
  })
}

/** Where the result goes, sealed for the desk: what this worker sealed it cannot open again. */
export function returnAddressOf(
  site: CodabenchSite,
  given: {
    readonly taskId: string
    readonly run: CodabenchScoring
    readonly predictions: PredictionPart
    readonly rewrite: LinkRewrite
  },
): string {
  const { run, predictions, rewrite } = given
  const links = {
    scoringResult: run.scoringResult,
    detailedResults: run.detailedResults,
    ...ingestionLinks(run, predictions),
    scoringStdout: run.logs.programStdout,
    scoringStderr: run.logs.programStderr,
  }
  const present = Object.entries(links).flatMap(([name, link]) =>
    link === undefined ? [] : [[name, rewrite(link)] as const],
  )
  const address = ReturnAddress.parse({
    apiUrl: run.apiUrl,
    submissionId: run.submissionId,
    secret: run.secret,
    links: Object.fromEntries(present),
  })
  const about = returnAddressAbout({ platform: run.apiUrl, jobId: given.taskId })
  return sealForSite(site.returnKey, about, Buffer.from(JSON.stringify(address), 'utf8')).toString('base64')
}

/**
 * A submission that runs itself writes what Codabench calls the streams of the program; ours are those of ingestion
 * (`runProgram`).
 */
function ingestionLinks(run: CodabenchScoring, predictions: PredictionPart) {
  const { ingestionStdout, ingestionStderr } = run.logs
  if (run.ingestionOnlyDuringScoring) return { ingestionStdout, ingestionStderr }
  if (predictions.kind === 'made') return {}
  const { ingestionProgram, logs } = predictions.run
  return ingestionProgram === undefined
    ? { ingestionStdout: logs.programStdout, ingestionStderr: logs.programStderr }
    : { ingestionStdout: logs.ingestionStdout, ingestionStderr: logs.ingestionStderr }
}

/** Every link of a job, for a look at where they point. */
export function linksOf(run: CodabenchRun): string[] {
  const { kind: _kind, logs, ...fields } = run
  const { apiUrl: _api, ...others } = fields
  return [...Object.values(others), ...Object.values(logs)].filter(
    (value): value is string => typeof value === 'string' && /^https?:/.test(value),
  )
}

/** When the first of a job's links ends, as far as they say. */
export function firstEnd(run: CodabenchRun): Date | undefined {
  const ends = linksOf(run).flatMap((link) => linkExpiry(link)?.getTime() ?? [])
  return ends.length === 0 ? undefined : new Date(Math.min(...ends))
}

/** The origins that a platform's links may point at. */
export function originsOf(platform: CodabenchPlatform): ReadonlySet<string> {
  return new Set([platform.api, ...platform.storage].map((url) => new URL(url).origin))
}
