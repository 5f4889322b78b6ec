import type { ReasonCode } from '@scoregate/protocol/reason-code'
import type { PhaseRow, Standing } from '../competitions/load-competition.ts'
import type { HubDb } from '../migrations/hub-tables.ts'
import { phaseState } from '../phases/phase-settings.ts'
import type { SubmissionAllowance } from './submission-view.ts'

/** Failures that are not the participant's: they do not count against a quota. */
export const UNCOUNTED_REASONS: readonly ReasonCode[] = [
  'worker-failed',
  'no-worker',
  'not-released',
  'validation-timed-out',
  'image-not-allowed',
  'image-missing',
]

/**
 * Whether somebody may submit to a phase at `now`, and why not: they take part, the phase is running, and their quota
 * per UTC day and in all is not used up. Submissions that were cancelled before they ran do not count either.
 */
export async function submissionAllowance(
  db: HubDb,
  given: { phase: PhaseRow; standing: Standing; personId: number; now: Date },
): Promise<SubmissionAllowance> {
  const { phase, standing, personId, now } = given
  const used = await countUsed(db, phase.id, personId)
  const usedToday = await countUsed(db, phase.id, personId, `${now.toISOString().slice(0, 10)}T00:00:00.000Z`)
  const reason = whyNot(phase, standing, { used, usedToday }, now)
  return {
    allowed: reason === undefined,
    reason,
    usedToday,
    maxPerDay: phase.max_submissions_per_day,
    used,
    max: phase.max_submissions,
  }
}

function whyNot(
  phase: PhaseRow,
  standing: Standing,
  { used, usedToday }: { used: number; usedToday: number },
  now: Date,
): string | undefined {
  if (standing.participation === 'none') return 'You do not take part in this competition. Join it first.'
  if (standing.participation === 'pending') return 'An organizer has not yet approved your participation.'
  if (standing.participation === 'denied') return 'An organizer has denied your participation.'
  const state = phaseState(phase, now)
  if (state === 'upcoming') return 'This phase has not started yet.'
  if (state === 'over') return 'This phase is over.'
  if (phase.max_submissions > 0 && used >= phase.max_submissions) {
    return `You have used all ${phase.max_submissions} submissions of this phase.`
  }
  if (phase.max_submissions_per_day > 0 && usedToday >= phase.max_submissions_per_day) {
    return `You have used all ${phase.max_submissions_per_day} submissions of today. The next day begins at 00:00 UTC.`
  }
  return undefined
}

async function countUsed(db: HubDb, phaseId: number, personId: number, since?: string): Promise<number> {
  const { used } = await db
    .selectFrom('submission')
    .select((eb) => eb.fn.countAll<number>().as('used'))
    .where('phase_id', '=', phaseId)
    .where('owner_id', '=', personId)
    .where('parent_id', 'is', null)
    .$if(since !== undefined, (query) => query.where('created_at', '>=', since ?? ''))
    .where((eb) => eb.or([eb('reason', 'is', null), eb('reason', 'not in', UNCOUNTED_REASONS)]))
    .where((eb) => eb.or([eb('status', '!=', 'Cancelled'), eb('started_at', 'is not', null)]))
    .executeTakeFirstOrThrow()
  return used
}
