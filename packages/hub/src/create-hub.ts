import type { Blobs } from '@scoregate/storage/blobs'
import type { LinkSigner } from '@scoregate/web/signed-links'
import type { Logger } from 'pino'
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
}): HubParts {
  const links = createFileLinks(given)
  const wakeUps = createWakeUps()
  const creation = createBundleCreation({ ...given, maxBundleBytes: given.limits.maxBundleBytes })
  const datasets = createDatasets({ ...given, creation })
  const queues = createQueues(given)
  const hub: Hub = {
    competitions: createCompetitions({ ...given, links, creation }),
    phases: createPhases({ ...given, links }),
    datasets,
    submissions: createSubmissions({ ...given, links, wakeUps }),
    leaderboards: createLeaderboards(given),
    queues,
  }
  return {
    hub,
    creation,
    datasets,
    links,
    queues,
    leases: createLeases({ ...given, links, wakeUps }),
    outcomes: createOutcomes(given),
    wakeUps,
  }
}
