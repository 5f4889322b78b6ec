import { z } from 'zod'
import { ArtefactName } from './artefact.ts'
import { CanonicalScore } from './columns.ts'
import { Digest } from './digest.ts'
import { ReasonCode, RejectionSentence } from './reason-code.ts'
import { Receipt } from './receipt.ts'

/**
 * What the desk tells the platform about a job, and the only way that anything of a run reaches it. Paths, below the
 * hub's address, with `Authorization: Bearer <site token>`:
 *
 *     POST /api/site/jobs/:jobId/outcome                  Outcome -> 200 OutcomeAccepted | 410 Superseded
 *     PUT  /api/site/jobs/:jobId/artefacts/:name?attempt=N&hold=DIGEST&sha256=DIGEST   raw bytes -> 201 | 200 already there | 410
 *     POST /api/site/standing                             StandingQuestion -> 200 StandingAnswer
 *
 * All of them are idempotent: the desk repeats each until the platform has accepted it. Artefacts go first and stay
 * invisible until the `released` outcome that names them is accepted.
 */
export const SITE_JOBS_PATH = '/api/site/jobs'
export const STANDING_PATH = '/api/site/standing'

const outcomeFields = { attempt: z.int().min(1), hold: Digest }

export const Outcome = z.discriminatedUnion('kind', [
  /** The outputs are sealed and wait for a person. Ends the worker's lease. */
  z.strictObject({ kind: z.literal('awaiting-validation'), ...outcomeFields }),
  /** The run failed, was rejected or expired. Ends the lease if there is one. Nothing of the run goes with it. */
  z.strictObject({
    kind: z.literal('failed'),
    ...outcomeFields,
    reason: ReasonCode,
    /** Of a rejection only: which fixed sentence the participant reads. Absent: that of the reason. */
    sentence: RejectionSentence.optional(),
    receipt: Receipt,
  }),
  /** Approved: exactly these scores, and these artefacts, which were uploaded before. */
  z.strictObject({
    kind: z.literal('released'),
    ...outcomeFields,
    releasedAt: z.iso.datetime(),
    scores: z.array(CanonicalScore),
    artefacts: z.array(z.strictObject({ name: ArtefactName, sha256: Digest, sizeBytes: z.int().min(0) })),
    receipt: Receipt,
  }),
  /** Artefacts of a failed run, released after it was reported as failed. The status stays Failed. */
  z.strictObject({
    kind: z.literal('failure-released'),
    ...outcomeFields,
    releasedAt: z.iso.datetime(),
    artefacts: z.array(z.strictObject({ name: ArtefactName, sha256: Digest, sizeBytes: z.int().min(0) })),
    receipt: Receipt,
  }),
])
export type Outcome = z.infer<typeof Outcome>

export const OutcomeAccepted = z.strictObject({ accepted: z.literal(true) })
export type OutcomeAccepted = z.infer<typeof OutcomeAccepted>

/** Asked now and then for the holds that wait: are these attempts still wanted, or were they cancelled or superseded? */
export const StandingQuestion = z.strictObject({
  jobs: z.array(z.strictObject({ jobId: z.string().max(64), attempt: z.int().min(1) })).max(1000),
})
export type StandingQuestion = z.infer<typeof StandingQuestion>

/** The jobs that are no longer wanted; those not listed still are. */
export const StandingAnswer = z.strictObject({ gone: z.array(z.string().max(64)) })
export type StandingAnswer = z.infer<typeof StandingAnswer>
