import { ArtefactName } from '@scoregate/protocol/artefact'
import { Duration } from '@scoregate/protocol/durations'
import { z } from 'zod'
import { ByteSize } from './byte-size.ts'

const LOGS = ['ingestion_stdout', 'ingestion_stderr', 'scoring_stdout', 'scoring_stderr'] as const

/** A list of artefacts; `logs` is short for the four log streams. */
const Artefacts = z
  .array(z.enum([...ArtefactName.options, 'logs']))
  .transform((names) => [...new Set(names.flatMap((name) => (name === 'logs' ? [...LOGS] : [name])))])

const ReviewRules = {
  required: z.enum(['always', 'when-asked']),
  timeout: Duration,
  failures: z.enum(['at-once', 'after-review']),
}
const ReleaseRules = { may: Artefacts, ticked: Artefacts, decimals: z.int().min(0).max(10) }

/** What one competition has of its own; absent keys are the site's. */
const CompetitionOverride = z.strictObject({
  review: z.strictObject(ReviewRules).partial().optional(),
  release: z.strictObject(ReleaseRules).partial().optional(),
  retention: Duration.optional(),
})

const Image = z.union([
  z.string().min(1).max(512),
  z
    .strictObject({ engine: z.string().min(1).max(512), bubblewrap: z.string().min(1).max(512) })
    .partial()
    .refine((image) => image.engine !== undefined || image.bubblewrap !== undefined, 'engine or bubblewrap'),
])

/** The site's policy file as it is written; every absent key has the strict default. */
export const PolicyFile = z.strictObject({
  version: z.literal(1),
  site: z.string().min(1).max(200),
  review: z
    .strictObject({
      required: ReviewRules.required.default('always'),
      timeout: ReviewRules.timeout.default(86_400),
      failures: ReviewRules.failures.default('at-once'),
    })
    .prefault({}),
  release: z
    .strictObject({
      may: Artefacts.default([...ArtefactName.options]),
      ticked: Artefacts.default(['scores']),
      decimals: ReleaseRules.decimals.optional(),
    })
    .prefault({}),
  retention: Duration.default(30 * 86_400),
  images: z.record(z.string().min(1).max(256), Image).default({}),
  limits: z
    .strictObject({
      memory: ByteSize.default(2 * 2 ** 30),
      cpus: z.number().positive().max(1024).default(1),
      processes: z.int().min(1).max(100_000).default(128),
      open_files: z.int().min(16).max(1_000_000).default(1024),
      output: ByteSize.default(2 ** 30),
      output_files: z.int().min(1).max(1_000_000).default(10_000),
      log: ByteSize.default(10 * 2 ** 20),
      scratch: ByteSize.default(256 * 2 ** 20),
      time: Duration.default(3600),
      input: ByteSize.default(4 * 2 ** 30),
    })
    .prefault({}),
  data: z
    .array(
      z.strictObject({
        competition: z.string().min(1).max(256),
        source: z.string().startsWith('/', 'an absolute path'),
        target: z.string().regex(/^\/app\/[A-Za-z0-9._-]+$/, 'a folder directly below /app'),
        runs: z.array(z.enum(['ingestion', 'submission', 'scoring'])).min(1),
      }),
    )
    .default([]),
  competitions: z.record(z.string().min(1).max(256), CompetitionOverride).default({}),
})
export type PolicyFile = z.infer<typeof PolicyFile>
