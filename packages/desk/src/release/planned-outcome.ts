import { ArtefactName } from '@scoregate/protocol/artefact'
import { ReasonCode, RejectionSentence } from '@scoregate/protocol/reason-code'
import { z } from 'zod'

/**
 * What the outbox promises to tell the platform, in the words of the protocol's `Outcome`. It holds names only: scores
 * and files are read from the vault, and compared with what the reviewer was shown, when the promise is kept.
 */
export const PlannedOutcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('awaiting-validation') }),
  z.strictObject({
    kind: z.literal('failed'),
    reason: ReasonCode,
    sentence: RejectionSentence.optional(),
  }),
  z.strictObject({
    kind: z.literal('released'),
    artefacts: z.array(ArtefactName),
    releasedAt: z.iso.datetime(),
  }),
  z.strictObject({
    kind: z.literal('failure-released'),
    artefacts: z.array(ArtefactName),
    releasedAt: z.iso.datetime(),
  }),
])
export type PlannedOutcome = z.infer<typeof PlannedOutcome>
