import type { SitePublicKey } from '@scoregate/protocol/receipt'
import type { Logger } from 'pino'
import type { BrokerSettings } from './codabench/broker-settings.ts'
import type { OnOtherKey } from './queues/site-keys.ts'

/** What there is from the start: made at each start if it is not there, and left alone otherwise. */
export type HubProvision = {
  readonly people?: readonly { username: string; password: string; token: string }[]
  readonly queues?: readonly {
    name: string
    workerToken: string
    siteToken: string
    /** The key that the queue's site signs its receipts with; without one the queue accepts no release. */
    sitePublicKey?: SitePublicKey | undefined
    /** What to do when the queue has another key already; refused unless said. */
    onOtherSiteKey?: OnOtherKey | undefined
  }[]
  /** `GET /sign-in/link?token=…` signs in without a password until then. */
  readonly signInLinks?: readonly { username: string; token: string; validUntil: Date }[]
  /** A competition from a folder (that of the bundle, or one with `bundle/` in it): made once, published, joined. */
  readonly example?: { folder: string; organizer: string; participants: readonly string[] }
}

/** How a hub is started. */
export type HubConfig = {
  /** Holds `hub.db`, `blobs/` and `scratch/`; made if absent. */
  readonly dataFolder: string
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Where people and workers reach the hub, if that is not where it listens. */
  readonly publicUrl?: string
  /** The built browser scripts of the pages. */
  readonly islandsFolder: string
  readonly log: Logger
  readonly provision?: HubProvision
  /** RabbitMQ, for queues of Codabench workers. */
  readonly broker?: BrokerSettings | undefined
  readonly limits?: Partial<HubLimits>
  readonly clock?: () => Date
}

/** Sizes in bytes, times in seconds. */
export type HubLimits = {
  readonly maxBundleBytes: number
  readonly maxSubmissionBytes: number
  readonly maxArtefactBytes: number
  /** A worker that was not heard for so long has vanished, and its job goes back. */
  readonly leaseSeconds: number
  readonly sweepSeconds: number
  /** A job that no worker finished for so long fails with the reason "no worker". */
  readonly queueWaitSeconds: number
}

export const DEFAULT_LIMITS: HubLimits = {
  maxBundleBytes: 2 * 1024 ** 3,
  maxSubmissionBytes: 1024 ** 3,
  maxArtefactBytes: 1024 ** 3,
  leaseSeconds: 30,
  sweepSeconds: 1,
  queueWaitSeconds: 7 * 86_400,
}
