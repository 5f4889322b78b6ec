import type { LinkedEntry } from '@scoregate/gate/audit-chain'
import { z } from 'zod'
import { csvLine } from '../csv-line.ts'
import { actWords } from './act-words.ts'

/** The first line of a chain as CSV. */
export const CHAIN_CSV_HEAD = csvLine(['number', 'time', 'kind', 'reviewer', 'hold', 'what happened', 'hash'])

/** What the columns of a table want of an act; all of it may be missing, and of any version. */
const Told = z.object({
  reviewer: z.string().optional(),
  decision: z.object({ reviewer: z.string().optional() }).optional(),
  hold: z.object({ id: z.string() }).optional(),
})

/** An entry as a line of CSV, for people; the exact entry is the line of the JSONL file. */
export function chainCsvLine({ sequence, time, act, hash }: LinkedEntry): string {
  const { reviewer, hold } = toldOf(act)
  return csvLine([sequence, time, act.kind, reviewer ?? '', hold ?? '', actWords(act), hash])
}

/** Who did it and to which hold, where the act says so. */
export function toldOf(act: LinkedEntry['act']): { reviewer: string | undefined; hold: string | undefined } {
  const told = Told.safeParse(act).data
  return { reviewer: told?.reviewer ?? told?.decision?.reviewer, hold: told?.hold?.id }
}
