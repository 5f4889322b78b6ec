import { type AuditAct, type AuditEntry, CHAIN_BEGINNING, type ChainHead } from '@scoregate/protocol/audit'
import { Digest } from '@scoregate/protocol/digest'
import { z } from 'zod'
import { canonicalJson, type JsonValue } from './canonical-json.ts'
import { digestOfJson } from './manifest.ts'

/** The entry that follows on a chain of which `last` is the head; undefined: the chain begins. */
export function nextEntry(
  last: ChainHead | undefined,
  { time, act }: { time: Date; act: AuditAct },
): AuditEntry {
  const sealed = {
    sequence: (last?.sequence ?? 0) + 1,
    time: time.toISOString(),
    act,
    previous: last?.head ?? CHAIN_BEGINNING,
  }
  return { ...sealed, hash: digestOfJson(sealed) }
}

/** An entry as a line of the chain's file, without the line feed: its canonical JSON. */
export function entryLine(entry: AuditEntry): string {
  const travelled: JsonValue = JSON.parse(JSON.stringify(entry))
  return canonicalJson(travelled)
}

/**
 * An entry as verification sees it. What its act says is not looked at, so that an older program can verify a chain with
 * acts that only a newer one knows.
 */
export const LinkedEntry = z.strictObject({
  sequence: z.int().min(1),
  time: z.string(),
  act: z.looseObject({ kind: z.string() }),
  previous: Digest,
  hash: Digest,
})
export type LinkedEntry = z.infer<typeof LinkedEntry>

/**
 * Reads a line as an entry that stands by itself: canonical JSON, with the hash that its content has. Undefined for any
 * other text, of which one byte is then not as it was written.
 */
export function readEntryLine(text: string): LinkedEntry | undefined {
  try {
    const value: JsonValue = JSON.parse(text)
    const entry = LinkedEntry.parse(value)
    const { hash, ...sealed } = entry
    return canonicalJson(value) === text && digestOfJson(sealed) === hash ? entry : undefined
  } catch {
    return undefined
  }
}
