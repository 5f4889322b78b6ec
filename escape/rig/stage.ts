import type { HoldDetails } from '@scoregate/desk/hold-api'
import type { Job } from '@scoregate/protocol/job'
import { ReasonCode } from '@scoregate/protocol/reason-code'
import type { Outcome } from '@scoregate/protocol/release'
import type { Ending, EscapeCase, Review } from '../case.ts'
import type { PlantedSecret } from '../crossing.ts'
import { buildJob, type SiteJob } from './escape-job.ts'
import type { EscapeSite } from './escape-site.ts'
import type { HostFacts } from './host-facts.ts'

/** Where one case plays: the site, and what it needs to play there. */
export type Stage = {
  readonly site: EscapeSite
  readonly secret: PlantedSecret
  readonly host: HostFacts
  /** The folder of the case. */
  readonly folder: string
  /** The jobs that were submitted, in order. */
  readonly submitted: readonly SubmittedJob[]
  submit(job?: SiteJob): Promise<SubmittedJob>
  /** How a job came out, before anybody decides. */
  result(job: SubmittedJob): Promise<JobResult>
  /** Does what a careful reviewer does, and waits until the platform has heard it. */
  decide(result: JobResult, review: Review): Promise<void>
}

export type SubmittedJob = Pick<Job, 'jobId' | 'columns'> & { readonly submissionId: number }

/** `not-run`: the worker turned it away, and the platform has heard why. */
export type JobResult = { readonly job: SubmittedJob } & (
  | { readonly kind: 'not-run'; readonly reason: ReasonCode }
  | { readonly kind: 'held'; readonly hold: HoldDetails }
)

/** What a run is told when it, or what it left, was turned away; else it failed by itself. */
const REFUSING: readonly ReasonCode[] = [
  'time-limit',
  'memory-limit',
  'image-not-allowed',
  'image-missing',
  'inputs-unavailable',
  'program-unusable',
  'no-scores',
  'scores-unreadable',
  'output-too-large',
  'output-refused',
]

/** Longer than any deadline of the suite's policy. */
const PAST_ANY_DEADLINE_SECONDS = 2 * 86_400

/** How a job ended, in the words of the suite. */
export function endingOf(result: JobResult): Ending {
  if (result.kind === 'not-run' || result.hold.hostile) return 'refused'
  const { failure } = result.hold
  return failure !== undefined && REFUSING.includes(failure) ? 'refused' : 'contained'
}

/** Sets the stage for a case that the site was started for. */
export function openStage(site: EscapeSite, attack: EscapeCase, caseFolder: string): Stage {
  const { secret, hostFile, folder } = site.planted(attack.id)
  const host: HostFacts = {
    addresses: site.listeners.addresses,
    tcpPort: site.listeners.tcpPort,
    udpPort: site.listeners.udpPort,
    abstractSocket: site.listeners.abstractSocket,
    socketFile: site.listeners.socketFile,
    secretFile: hostFile,
    privateFolder: folder,
    workerFolder: site.workerFolder,
    deskFolder: site.deskFolder,
    platformUrl: site.hub.url,
    deskUrl: site.deskUrl(),
    workerPid: process.pid,
  }
  const submitted: SubmittedJob[] = []
  const { boundary, hub, reviewer } = site

  return {
    site,
    secret,
    host,
    folder: caseFolder,
    submitted,

    async submit(given = {}) {
      const { archives, job } = buildJob({ caseId: attack.id, caseFolder, site: given, host })
      const { submission, scoringProgram, ...others } = archives
      if (submission === undefined || scoringProgram === undefined)
        throw new Error('A job has both programs.')
      const links = Object.entries(others).map(([name, bytes]) => [name, hub.keepArchive(bytes)])
      const inputs: Job['inputs'] = {
        ...Object.fromEntries(links),
        submission: hub.keepArchive(submission),
        scoringProgram: hub.keepArchive(scoringProgram),
      }
      const own: SubmittedJob = { jobId: job.jobId, columns: job.columns, submissionId: job.submission.id }
      submitted.push(own)
      hub.offer({ ...job, inputs })
      return own
    },

    async result(job) {
      const first = await boundary.until(`a result of ${job.jobId}`, () => firstResult(site, job.jobId))
      if (first.kind === 'not-run') return { kind: 'not-run', job, reason: first.reason }
      const hold = await reviewer.find(job.submissionId)
      if (hold === undefined) throw new Error(`The desk has no undecided hold for ${job.jobId}.`)
      return { kind: 'held', job, hold }
    },

    async decide(result, review) {
      if (result.kind === 'not-run') return
      const { hold, job } = result
      if (review === 'expire') site.passTime(PAST_ANY_DEADLINE_SECONDS)
      else await decideAs(site, hold, review)
      // A failure that was told at once is not told again, unless something of it is released.
      const isReleased = review === 'everything' && !hold.hostile && hold.offered.length > 0
      const isTold = wordsHeard(site, job.jobId).includes(hold.failure ?? '')
      if (isTold && !isReleased) return
      await boundary.until(`the outcome of ${job.jobId}`, () => lastOutcome(site, job.jobId))
    },
  }
}

async function decideAs(
  site: EscapeSite,
  hold: HoldDetails,
  review: Exclude<Review, 'expire'>,
): Promise<void> {
  const offered = hold.offered.map(({ name }) => name)
  const chosen = review === 'everything' ? offered : offered.filter((name) => name === 'scores')
  const isApproved = review !== 'reject' && !hold.hostile && chosen.length > 0
  const answer = isApproved ? await site.reviewer.approve(hold, chosen) : await site.reviewer.reject(hold)
  if (!answer.ok)
    throw new Error(`The desk answered a decision with ${answer.status}: ${await answer.text()}`)
}

type FirstResult = { readonly kind: 'not-run'; readonly reason: ReasonCode } | { readonly kind: 'held' }

function firstResult(site: EscapeSite, jobId: string): FirstResult | undefined {
  for (const heard of site.hub.heard(jobId)) {
    if (heard.kind === 'not-run') return { kind: 'not-run', reason: ReasonCode.parse(heard.reason) }
    if (heard.kind === 'outcome') return { kind: 'held' }
  }
  return undefined
}

/** The outcome that follows a decision. */
function lastOutcome(site: EscapeSite, jobId: string): Outcome | undefined {
  const outcomes = site.hub.heard(jobId).flatMap((heard) => (heard.kind === 'outcome' ? [heard.outcome] : []))
  const last = outcomes.at(-1)
  const isFirstOfFailure = last?.kind === 'failed' && outcomes.length === 1
  return last === undefined || last.kind === 'awaiting-validation' || isFirstOfFailure ? undefined : last
}

/** The words that the platform heard about the jobs of a case, one line a job. */
export function statusSequence(stage: Stage): string {
  return stage.submitted.map(({ jobId }) => wordsHeard(stage.site, jobId).join(' ')).join('\n')
}

/** The words that the platform heard about a job, in order. */
export function wordsHeard(site: EscapeSite, jobId: string): string[] {
  return site.hub.heard(jobId).map(wordsOf)
}

function wordsOf(heard: ReturnType<EscapeSite['hub']['heard']>[number]): string {
  switch (heard.kind) {
    case 'status':
      return heard.word
    case 'not-run':
      return heard.reason
    case 'returned':
      return 'returned'
    case 'outcome':
      return heard.outcome.kind === 'failed' ? heard.outcome.reason : heard.outcome.kind
  }
}
