import { z } from 'zod'

const SECONDS_PER = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/** A duration as people write it in a policy: a whole number and a unit, `30s`, `15m`, `24h`, `7d`; parsed to seconds. */
export const Duration = z
  .string()
  .regex(/^[1-9][0-9]{0,6}[smhd]$/, 'a whole number and a unit: 30s, 15m, 24h or 7d')
  .transform((text) => Number(text.slice(0, -1)) * SECONDS_PER[text.slice(-1) as keyof typeof SECONDS_PER]) // the pattern allows these units only
