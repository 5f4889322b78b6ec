import { z } from 'zod'
import { StoredFile } from '../files/stored-file.ts'

/** The switches of a phase, as its `settings` column keeps them. */
export const PhaseSettings = z.strictObject({
  autoMigrate: z.boolean(),
  hideOutput: z.boolean(),
  hidePredictionOutput: z.boolean(),
  hideScoreOutput: z.boolean(),
  acceptsOnlyResultSubmissions: z.boolean(),
})
export type PhaseSettings = z.infer<typeof PhaseSettings>

/** What a phase gives to its participants. */
export const PhaseFiles = z.strictObject({
  startingKit: StoredFile.optional(),
  publicData: StoredFile.optional(),
})
export type PhaseFiles = z.infer<typeof PhaseFiles>

/** Whether a phase takes submissions at a time; its end is the first instant at which it no longer does. */
export function phaseState(
  phase: { starts_at: string; ends_at: string | null },
  now: Date,
): 'upcoming' | 'running' | 'over' {
  if (now < new Date(phase.starts_at)) return 'upcoming'
  return phase.ends_at !== null && now >= new Date(phase.ends_at) ? 'over' : 'running'
}
