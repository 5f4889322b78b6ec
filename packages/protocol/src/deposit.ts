import { z } from 'zod'
import { ScoreColumn } from './columns.ts'
import { Digest } from './digest.ts'
import { Job, JobName } from './job.ts'
import { Manifest } from './manifest.ts'
import { ReasonCode } from './reason-code.ts'

/**
 * A worker hands a sealed run to its site's desk. Paths, below the desk's address, with
 * `Authorization: Bearer <worker token of the site>`:
 *
 *     GET  /api/worker/site                    -> 200 WorkerSite   (what the policy lets this worker do)
 *     PUT  /api/worker/blobs/:sha256           raw bytes -> 201 stored | 200 already there | 400 other bytes than the name says
 *     POST /api/worker/packs                   many small files at once, see `@scoregate/protocol/pack` -> 201 {}
 *                                              | 400 cut off, or other bytes than a digest says; what came before is stored
 *     POST /api/worker/deposits                Deposit -> 201 DepositReceipt | 200 the same deposit was made before
 *     POST /api/worker/cancellations           Cancellation -> 200 {}  (whether or not there is a hold that waits)
 *
 * The blobs go first; a deposit whose manifest names a blob that is not in the vault is refused. Depositing the same
 * manifest twice is one hold.
 */
export const WORKER_SITE_PATH = '/api/worker/site'
export const BLOBS_PATH = '/api/worker/blobs'
export const PACKS_PATH = '/api/worker/packs'
export const DEPOSITS_PATH = '/api/worker/deposits'
export const CANCELLATIONS_PATH = '/api/worker/cancellations'

/** A job of a Codabench queue that the platform revoked; the worker that hears it may not be the one that ran it. */
export const Cancellation = z.strictObject({ jobId: JobName })
export type Cancellation = z.infer<typeof Cancellation>

export const Deposit = z.strictObject({
  /** The job without its input links: links are capabilities, and the desk needs none of them. */
  job: Job.omit({ inputs: true }),
  /** Address of the platform that wants the result; must be one that the desk serves. */
  platform: z.url(),
  worker: z.string().min(1).max(64),
  manifest: Manifest,
  manifestDigest: Digest,
  /** Set when the run failed: the hold goes to the list of failed runs, and the participant hears the code. */
  failure: ReasonCode.optional(),
  /**
   * Of a job from a Codabench queue: where its result is published (`ReturnAddress`), sealed for the site's `returnKey`, in
   * base64. The worker that sealed it cannot open it again.
   */
  returnAddress: z.base64().max(65_536).optional(),
  /** When the first of the links ends by which the platform takes the result: after that nothing can be published. */
  linksExpireAt: z.iso.datetime().optional(),
})
export type Deposit = z.infer<typeof Deposit>

export const DepositReceipt = z.strictObject({ holdId: z.string() })
export type DepositReceipt = z.infer<typeof DepositReceipt>

/** Limits on one program of a run, in base units. */
export const RunLimits = z.strictObject({
  memoryBytes: z.int().min(1),
  cpus: z.number().positive(),
  processes: z.int().min(1),
  openFiles: z.int().min(1),
  outputBytes: z.int().min(1),
  outputFiles: z.int().min(1),
  logBytes: z.int().min(1),
  scratchBytes: z.int().min(1),
  timeSeconds: z.int().min(1),
  /** Largest archive that is fetched, and largest total when unpacked. */
  inputBytes: z.int().min(1),
  /** Most that a worker keeps of inputs for later runs; 0 keeps nothing. */
  cacheBytes: z.int().min(0),
})
export type RunLimits = z.infer<typeof RunLimits>

/** Which image of the site stands for a name that a competition uses; first match wins. */
export const ImageRule = z.strictObject({
  /** An image name; `*` stands for any run of characters. */
  pattern: z.string().min(1).max(256),
  /** For a container engine: the image of the site; `*` stands for the name as the competition wrote it. */
  engine: z.string().min(1).max(512).optional(),
  /** For bubblewrap: `host` or the absolute path of a root file system. */
  bubblewrap: z.string().min(1).max(512).optional(),
  /** For a container engine: what the image must be, by its digest in a registry or by its id. */
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
  /** Whether the worker may fetch an image that is pinned by a digest; absent: never. */
  pull: z.enum(['never', 'if-missing']).optional(),
  /** Devices that runs with this image are given, as the Container Device Interface names them; absent: none. */
  gpu: z.array(z.string().min(1).max(256)).optional(),
})
export type ImageRule = z.infer<typeof ImageRule>

/** A folder of the site that holds private data, and the runs that may see it (read-only). */
export const DataMount = z.strictObject({
  competition: z.string().max(256),
  source: z.string().startsWith('/'),
  target: z.string().startsWith('/app/'),
  runs: z.array(z.enum(['ingestion', 'submission', 'scoring'])),
})
export type DataMount = z.infer<typeof DataMount>

/** What a policy says of some competitions that a worker needs to know; the first pattern that fits counts. */
export const CompetitionRooms = z.strictObject({
  pattern: z.string().min(1).max(256),
  /** An ingestion program of the scoring step runs beside the scoring program, with a folder that both can write. */
  sideBySide: z.boolean(),
})
export type CompetitionRooms = z.infer<typeof CompetitionRooms>

/** A Codabench platform whose queues this site serves, and what its job messages do not say. */
export const CodabenchPlatform = z.strictObject({
  /** Address of its API, without a slash at the end: a job that names another is not run. */
  api: z.url({ protocol: /^https?$/ }),
  competition: z.strictObject({ id: z.int().min(1), title: z.string().max(256) }),
  /** If there are any, only jobs of these phases are of this competition. */
  phases: z.array(z.int().min(1)).optional(),
  columns: z.array(ScoreColumn),
  /** Origins, besides that of the API, that links of a job may point at. */
  storage: z.array(z.url({ protocol: /^https?$/ })),
})
export type CodabenchPlatform = z.infer<typeof CodabenchPlatform>

/** What a worker needs to serve Codabench queues. */
export const CodabenchSite = z.strictObject({
  platforms: z.array(CodabenchPlatform),
  /** 32 bytes in base64: the key that all workers of the site seal put-off runs with. */
  runKey: z.base64().length(44),
  /** Public half of the key that return addresses are sealed for: X25519, SPKI DER in base64. */
  returnKey: z.base64().max(128),
})
export type CodabenchSite = z.infer<typeof CodabenchSite>

/** What the desk tells a worker of the site's policy. */
export const WorkerSite = z.strictObject({
  policyDigest: Digest,
  images: z.array(ImageRule),
  limits: RunLimits,
  data: z.array(DataMount),
  competitions: z.array(CompetitionRooms),
  /** Absent where the policy names no Codabench platform. */
  codabench: CodabenchSite.optional(),
})
export type WorkerSite = z.infer<typeof WorkerSite>
