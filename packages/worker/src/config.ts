import { z } from 'zod'

/** What every worker needs to know; whoever composes the programs reads the environment and passes values. */
export const SiteConfig = z.strictObject({
  deskUrl: z.url({ protocol: /^https?$/ }),
  /** Lets the worker ask for the site's policy and deposit holds. */
  deskToken: z.string().min(1),
  /** Absolute path of a folder of this worker alone: unpacked inputs while a run lasts, sealed runs until deposited. */
  dataFolder: z.string().startsWith('/'),
  /** How the desk and the hub show this worker to people. */
  workerName: z.string().min(1).max(64),
  /** Jobs that run at the same time. */
  slots: z.int().min(1).max(64).default(1),
})
export type SiteConfig = z.infer<typeof SiteConfig>

/** A worker of a Scoregate hub. */
export const WorkerConfig = SiteConfig.extend({
  /** Address of the platform; also names it in deposits, so the desk must serve the same address. */
  hubUrl: z.url({ protocol: /^https?$/ }),
  /** Lets the worker lease jobs of one queue. */
  queueToken: z.string().min(1),
  /** Origins that inputs may come from besides the hub's own, `https://storage.example`; for hubs with a storage of their own. */
  inputOrigins: z.array(z.url({ protocol: /^https?$/ })).default([]),
})
export type WorkerConfig = z.infer<typeof WorkerConfig>

/** {@link WorkerConfig} as it is written, with defaults left out. */
export type WorkerConfigInput = z.input<typeof WorkerConfig>

/** A worker of a queue of a Codabench platform. */
export const BrokerWorkerConfig = SiteConfig.extend({
  /** As the platform shows it to the owner of the queue. */
  broker: z.strictObject({
    protocol: z.enum(['amqp', 'amqps']),
    hostname: z.string().min(1),
    port: z.int().min(1).max(65_535),
    username: z.string(),
    password: z.string(),
    vhost: z.string().min(1),
  }),
  /** Links that begin with `from` are fetched from `to` instead: the platform's storage as seen from the site. */
  linkRewrite: z.strictObject({ from: z.url(), to: z.url() }).optional(),
})
export type BrokerWorkerConfig = z.infer<typeof BrokerWorkerConfig>

/** {@link BrokerWorkerConfig} as it is written, with defaults left out. */
export type BrokerWorkerConfigInput = z.input<typeof BrokerWorkerConfig>

/** The origins that inputs of a job may be fetched from. */
export function allowedInputOrigins(config: WorkerConfig): ReadonlySet<string> {
  return new Set([config.hubUrl, ...config.inputOrigins].map((url) => new URL(url).origin))
}
