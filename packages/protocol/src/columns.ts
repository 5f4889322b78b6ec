import { z } from 'zod'

/** One leaderboard column as the data side needs it to check a score: what is declared, nothing of how it ranks others. */
export const ScoreColumn = z.strictObject({
  key: z.string().min(1).max(36),
  title: z.string().min(1).max(64),
  /** Decimals that a released score keeps; the platform shows the same number. */
  decimals: z.int().min(0).max(10),
  sorting: z.enum(['asc', 'desc']),
  /** Lowest and highest possible value, if the competition declares them. */
  range: z.tuple([z.number(), z.number()]).optional(),
  /** Filled by the platform from other columns; a scoring program does not write it. */
  computed: z.boolean().default(false),
})
export type ScoreColumn = z.infer<typeof ScoreColumn>

/**
 * A released score: a decimal in canonical form (no exponent, no plus sign, no needless zero beyond the column's
 * decimals), as text so that no parser along the way can change its digits.
 */
export const CanonicalScore = z.strictObject({
  column: z.string().min(1).max(36),
  value: z.string().regex(/^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,10})?$/),
})
export type CanonicalScore = z.infer<typeof CanonicalScore>
