import { createHash } from 'node:crypto'
import { manifestDigest, sortEntries } from '@scoregate/gate/manifest'
import type { Deposit } from '@scoregate/protocol/deposit'
import { Digest } from '@scoregate/protocol/digest'
import type { Manifest, ManifestSection, SealRefusal } from '@scoregate/protocol/manifest'

/** The salt of every manifest of the rig, so that the same run is the same hold. */
export const SALT = '5'.repeat(64)

/** The files of a run, by `section/path`. */
export type RunFiles = Readonly<Record<string, string | Buffer>>

export const HONEST_RUN: RunFiles = {
  'scoring_output/scores.json': '{"auc": 0.81249, "brier": 0.1}',
  'scoring_output/detailed_results.html': '<h1>Detailed</h1>',
  'logs/scoring_stdout': 'PLANTED-LOG-WORDS\n',
  'logs/scoring_stderr': '',
  'predictions/predictions.csv': 'PLANTED-PREDICTION\n',
}

/** What a test gives of a deposit; the rest has values that do for all. */
export type DepositGiven = {
  files?: RunFiles
  jobId?: string
  attempt?: number
  submissionId?: number
  participant?: string
  participantId?: number
  /** How long the scoring program ran. */
  seconds?: number
  competition?: { id: number; title: string }
  humanInTheLoop?: boolean
  failure?: Deposit['failure']
  refusals?: SealRefusal[]
  linksExpireAt?: string
  platform?: string
}

/** What a worker would say of this run. */
export function makeDeposit(
  given: DepositGiven & Required<Pick<DepositGiven, 'jobId' | 'submissionId' | 'platform'>>,
): Deposit {
  const manifest = makeManifest(given)
  const { jobId, attempt, submissionId } = manifest
  return {
    job: {
      jobId,
      attempt,
      submission: { id: submissionId, submittedAt: '2026-05-01T11:00:00Z', fileName: 'submission.zip' },
      participant: { id: given.participantId ?? 7, username: given.participant ?? 'participant-7' },
      competition: given.competition ?? { id: 3, title: 'Early warning' },
      phase: { id: 4, name: 'Final phase' },
      task: { id: 5, name: 'Task one' },
      image: 'python:3.12',
      timeLimitSeconds: 600,
      humanInTheLoop: given.humanInTheLoop ?? true,
      detailedResults: true,
      ingestionOnlyDuringScoring: false,
      columns: COLUMNS,
    },
    platform: given.platform,
    worker: 'worker-1',
    manifest,
    manifestDigest: manifestDigest(manifest),
    ...(given.failure === undefined ? {} : { failure: given.failure }),
    ...(given.linksExpireAt === undefined ? {} : { linksExpireAt: given.linksExpireAt }),
  }
}

const COLUMNS: Deposit['job']['columns'] = [
  { key: 'auc', title: 'Area under the curve', decimals: 3, sorting: 'desc', range: [0, 1], computed: false },
  { key: 'brier', title: 'Brier score', decimals: 2, sorting: 'asc', computed: false },
]

function makeManifest(given: Parameters<typeof makeDeposit>[0]): Manifest {
  return {
    format: 'scoregate-manifest/1',
    jobId: given.jobId,
    attempt: given.attempt ?? 1,
    submissionId: given.submissionId,
    platform: given.platform,
    sealedAt: '2026-05-01T12:00:00.000Z',
    salt: SALT,
    policyDigest: sha256Of('policy'),
    sandbox: 'engine',
    inputs: {},
    programs: given.seconds === undefined ? [] : [scoringProgram(given.seconds)],
    entries: sortEntries(Object.entries(given.files ?? HONEST_RUN).map(asEntry)),
    refusals: given.refusals ?? [],
  }
}

function asEntry([name, content]: [string, string | Buffer]): Manifest['entries'][number] {
  const slash = name.indexOf('/')
  return {
    section: name.slice(0, slash) as ManifestSection, // the names of a test's files begin with a section
    path: name.slice(slash + 1),
    sizeBytes: Buffer.byteLength(content),
    sha256: sha256Of(content),
  }
}

function scoringProgram(elapsedSeconds: number): Manifest['programs'][number] {
  return {
    ...{ program: 'scoring', kind: 'exited', exitCode: 0, image: 'host', logsTruncated: false },
    elapsedSeconds,
  }
}

export function sha256Of(content: string | Buffer): Digest {
  return Digest.parse(createHash('sha256').update(content).digest('hex'))
}
