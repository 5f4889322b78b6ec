import type { Blobs } from '@scoregate/storage/blobs'
import type { LinkSigner } from '@scoregate/web/signed-links'
import type { Logger } from 'pino'
import { createBrokerQueues, type HubBroker } from './codabench/broker-queues.ts'
import { createLiveLogs, type LiveLogs } from './codabench/live-logs.ts'
import { createRunLinks, type RunLinks } from './codabench/run-links.ts'
import { createRuns, type Runs } from './codabench/runs.ts'
import { type BundleCreation, createBundleCreation } from './competitions/bundle-creation.ts'
import { createCompetitions } from './competitions/competitions.ts'
import { createDatasets, type Datasets, type UploadLimits } from './datasets/datasets.ts'
import { createFileLinks, type FileLinks } from './files/file-links.ts'
import type { Hub } from './hub.ts'
import { createLeaderboards } from './leaderboards/leaderboards.ts'
import type { HubDb } from './migrations/hub-tables.ts'
import { createPhases } from './phases/phases.ts'
import { createWakeUps, type WakeUps } from './queues/job-queue.ts'
import { createLeases, type Leases } from './queues/leases.ts'
import { createQueues, type Queues } from './queues/queues.ts'
import { createOutcomes, type Outcomes } from './releases/outcomes.ts'
import { createSubmissions } from './submissions/submissions.ts'

/** The hub, and its parts that only machines talk to. */
export type HubParts = {
  readonly hub: Hub
  readonly creation: BundleCreation
  readonly datasets: Datasets
  readonly links: FileLinks
  readonly queues: Queues
  readonly leases: Leases
  readonly outcomes: Outcomes
  readonly runs: Runs
  readonly runLinks: RunLinks
  readonly liveLogs: LiveLogs
  readonly wakeUps: WakeUps
}

/** Puts the features together over one database and one blob store. Nothing runs by itself yet. */
export function createHub(given: {
  db: HubDb
  blobs: Blobs
  clock: () => Date
  log: Logger
  signer: LinkSigner
  /** Where the hub is reached, without a slash at the end; known once it listens. */
  publicUrl: () => string
  scratchFolder: string
  limits: UploadLimits
  leaseSeconds: number
  /** For queues of Codabench workers; a hub without one has none. */
  hubBroker: HubBroker | undefined
}): HubParts {
  const links = createFileLinks(given)
  const wakeUps = createWakeUps()
  const liveLogs = createLiveLogs()
  const creation = createBundleCreation({ ...given, maxBundleBytes: given.limits.maxBundleBytes })
  const datasets = createDatasets({ ...given, creation })
  const queues = createQueues(given)
  const brokerQueues = createBrokerQueues(given)
  const hub: Hub = {
    competitions: createCompetitions({ ...given, links, creation }),
    phases: createPhases({ ...given, links }),
    datasets,
    submissions: createSubmissions({ ...given, links, wakeUps, liveLogs }),
    leaderboards: createLeaderboards(given),
    queues: { ...queues, ...brokerQueues },
  }
  return {
    hub,
    creation,
    datasets,
    links,
    queues,
    leases: createLeases({ ...given, links, wakeUps }),
    outcomes: createOutcomes(given),
    runs: createRuns({ ...given, wakeUps, liveLogs }),
    runLinks: createRunLinks(given),
    liveLogs,
    wakeUps,
  }
}
