import { randomBytes } from 'node:crypto'
import { manifestDigest, sortEntries } from '@scoregate/gate/manifest'
import { readScores } from '@scoregate/gate/scores'
import type { WorkerSite } from '@scoregate/protocol/deposit'
import type { Job } from '@scoregate/protocol/job'
import type { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import type { ReasonCode } from '@scoregate/protocol/reason-code'
import type { Sandbox } from '@scoregate/sandbox/sandbox'
import type { SiteConfig } from './config.ts'
import type { TakenJob } from './job-source.ts'
import type { SealedRun } from './run-steps.ts'
import type { SpooledRun, SpoolRecord } from './spool.ts'

// A scores file has some hundred bytes; what is larger is none.
const LARGEST_SCORES_BYTES = 1024 * 1024

const FAILURE_OF_READING = {
  read: undefined,
  missing: 'no-scores',
  unreadable: 'scores-unreadable',
} as const satisfies Record<ReturnType<typeof readScores>['kind'], ReasonCode | undefined>

/** Puts a sealed run into the words of a deposit: its manifest, the job without its links, and the reason if it failed. */
export async function makeSpoolRecord(given: {
  readonly taken: TakenJob
  readonly site: WorkerSite
  readonly config: SiteConfig
  readonly sandbox: Pick<Sandbox, 'name'>
  readonly digests: Manifest['inputs']
  readonly sealed: SealedRun
  readonly spooled: SpooledRun
}): Promise<SpoolRecord> {
  const { taken, site, config, digests, sealed, spooled } = given
  const { inputs: _links, ...job } = taken.job
  const failure = sealed.failure ?? (await scoresFailure(taken.job, sealed.entries, spooled))
  const manifest: Manifest = {
    format: 'scoregate-manifest/1',
    jobId: job.jobId,
    attempt: job.attempt,
    submissionId: job.submission.id,
    platform: taken.platform,
    sealedAt: new Date().toISOString(),
    salt: randomBytes(32).toString('hex'),
    policyDigest: site.policyDigest,
    sandbox: given.sandbox.name,
    inputs: digests,
    programs: sealed.programs,
    entries: sortEntries(sealed.entries),
    refusals: sealed.refusals,
  }
  return {
    format: 'scoregate-spool/1',
    ...taken.kept,
    deposit: {
      job,
      platform: taken.platform,
      worker: config.workerName,
      manifest,
      manifestDigest: manifestDigest(manifest),
      ...(failure === undefined ? {} : { failure }),
      ...(taken.returnAddress === undefined ? {} : { returnAddress: taken.returnAddress }),
      ...(taken.linksExpireAt === undefined ? {} : { linksExpireAt: taken.linksExpireAt.toISOString() }),
    },
  }
}

/** Whether the sealed scores can be read at all, so that a participant hears at once if not; the desk reads them again. */
async function scoresFailure(
  job: Job,
  entries: readonly ManifestEntry[],
  spooled: SpooledRun,
): Promise<ReasonCode | undefined> {
  const find = (path: string) =>
    entries.find((entry) => entry.section === 'scoring_output' && entry.path === path)
  const json = find('scores.json')
  const txt = find('scores.txt')
  if ([json, txt].some((entry) => (entry?.sizeBytes ?? 0) > LARGEST_SCORES_BYTES)) return 'scores-unreadable'
  const reading = readScores(
    {
      ...(json === undefined ? {} : { json: await spooled.read(json.sha256) }),
      ...(txt === undefined ? {} : { txt: await spooled.read(txt.sha256) }),
    },
    job.columns,
  )
  return FAILURE_OF_READING[reading.kind]
}
