import type { ArtefactName } from '@scoregate/protocol/artefact'
import type { RejectionSentence } from '@scoregate/protocol/reason-code'
import type { HoldSummary } from '../holds/hold-record.ts'
import type { PlannedOutcome } from '../release/planned-outcome.ts'

/**
 * Why a hold lapsed: its deadline passed; the submission was cancelled; or the platform has given the job to another
 * attempt, so that this one is no longer wanted.
 */
export type ExpiryCause = 'deadline' | 'cancelled' | 'superseded'

/** How a hold was decided, by whomever. */
export type Verdict =
  | { readonly kind: 'approve'; readonly artefacts: readonly ArtefactName[] }
  | { readonly kind: 'reject'; readonly sentence: RejectionSentence }
  | { readonly kind: 'expire'; readonly cause: ExpiryCause }

/**
 * What the platform is told of a decision, in order. A failed run that was reported at once has nothing more to tell
 * when it is rejected or lapses; a platform that no longer wants a result is told nothing.
 */
export function outcomesOfDecision(
  hold: Pick<HoldSummary, 'kind' | 'failure' | 'rules'>,
  verdict: Verdict,
  now: Date,
): PlannedOutcome[] {
  const releasedAt = now.toISOString()
  const isKnown = failureIsKnown(hold)
  switch (verdict.kind) {
    case 'approve': {
      const artefacts = [...verdict.artefacts]
      if (hold.kind === 'result') return [{ kind: 'released', artefacts, releasedAt }]
      const failed: PlannedOutcome = { kind: 'failed', reason: hold.failure ?? 'worker-failed' }
      const released: PlannedOutcome = { kind: 'failure-released', artefacts, releasedAt }
      return [...(isKnown ? [] : [failed]), ...(artefacts.length > 0 ? [released] : [])]
    }
    case 'reject':
      return isKnown ? [] : [{ kind: 'failed', reason: 'not-released', ...sentenceIfTold(verdict.sentence) }]
    case 'expire':
      return verdict.cause !== 'deadline' || isKnown
        ? []
        : [{ kind: 'failed', reason: 'validation-timed-out' }]
  }
}

/** The code of a sentence as it goes up: the first is what the reason says by itself, and needs no code. */
export function sentenceIfTold(sentence: RejectionSentence): { sentence?: RejectionSentence } {
  return sentence === 'no-more' ? {} : { sentence }
}

/** Whether the participant was told of a failure before anybody decided. */
export function failureIsKnown(hold: Pick<HoldSummary, 'kind' | 'rules'>): boolean {
  return hold.kind === 'failed-run' && hold.rules.failures === 'at-once'
}
