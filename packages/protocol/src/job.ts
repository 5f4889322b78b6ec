import { z } from 'zod'
import { ScoreColumn } from './columns.ts'

/** Where a worker gets one archive: a link that expires, and what must come. */
export const InputLink = z.strictObject({
  url: z.url(),
  /** SHA-256 of the archive where the platform knows it; the worker refuses other bytes. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  sizeBytes: z.int().min(0).optional(),
})
export type InputLink = z.infer<typeof InputLink>

/**
 * A job's name as the platform gives it: so few kinds of characters that it is one step of a path wherever it stands, and
 * needs no escape in a log.
 */
export const JobName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/, 'a job id: up to 64 letters, digits, and . _ ~ -')

/** {@link JobName} where the compiler shall see that it is one, and not any text. */
export const JobId = JobName.brand<'JobId'>()
export type JobId = z.infer<typeof JobId>

/** Which try of a job: counted by the platform from 1. */
export const Attempt = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)

/**
 * One submission to run on one task: what a hub gives to the worker that leases it. The archives and switches are those
 * of Codabench's run arguments (protocol reference, section 2) in our spelling, with both steps, prediction and scoring,
 * in one job: predictions never travel in between. There is no link to upload anything.
 */
export const Job = z.strictObject({
  jobId: JobName,
  /** Fencing token: grows by one each time the job is leased; every message about the job must carry the newest. */
  attempt: Attempt,
  submission: z.strictObject({
    id: z.int().min(1),
    submittedAt: z.iso.datetime(),
    fileName: z.string().max(255),
  }),
  participant: z.strictObject({ id: z.int().min(1), username: z.string().max(150) }),
  competition: z.strictObject({ id: z.int().min(1), title: z.string().max(256) }),
  phase: z.strictObject({ id: z.int().min(1), name: z.string().max(256) }),
  task: z.strictObject({ id: z.int().min(1), name: z.string().max(256) }),
  image: z.string().min(1).max(256),
  timeLimitSeconds: z.int().min(1),
  /** The organizer asked for data-side review; the site's policy can only make it stricter. */
  humanInTheLoop: z.boolean(),
  detailedResults: z.boolean(),
  ingestionOnlyDuringScoring: z.boolean(),
  inputs: z.strictObject({
    submission: InputLink,
    scoringProgram: InputLink,
    ingestionProgram: InputLink.optional(),
    inputData: InputLink.optional(),
    referenceData: InputLink.optional(),
  }),
  columns: z.array(ScoreColumn),
})
export type Job = z.infer<typeof Job>
