import { createReadStream } from 'node:fs'
import { type LinkedEntry, readEntryLine } from '@scoregate/gate/audit-chain'
import { chainLines } from '@scoregate/gate/chain-lines'
import { type ChainReport, type KnownHead, verifyChain } from '@scoregate/gate/verify-chain'
import { ScoregateError } from '@scoregate/protocol/errors'

/** Verifies the chain in a file, read as a stream. Throws `ScoregateError` when the file cannot be read. */
export function verifyAuditFile(file: string, known: readonly KnownHead[]): Promise<ChainReport> {
  return readable(file, () => verifyChain(chainLines(createReadStream(file)), known))
}

/** Some entries of a chain, and where those after them begin. */
export type EntryPage = { readonly entries: readonly LinkedEntry[]; readonly next?: number }

/**
 * So many entries from one on, or the newest without one. Only what stands by itself is shown: damage is for
 * `verifyAuditFile` to tell. Throws `ScoregateError` when the file cannot be read.
 */
export function readEntries(
  file: string,
  { from, count }: { from?: number; count: number },
): Promise<EntryPage> {
  return readable(file, async () => {
    const entries: LinkedEntry[] = []
    for await (const { text, isWhole } of chainLines(createReadStream(file))) {
      const entry = text === undefined || !isWhole ? undefined : readEntryLine(text)
      if (entry === undefined || entry.sequence < (from ?? 1)) continue
      if (from !== undefined && entries.length === count) return { entries, next: entry.sequence }
      entries.push(entry)
      if (entries.length > count) entries.shift()
    }
    return { entries }
  })
}

async function readable<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'unreadable-file',
      message: `The audit chain ${file} cannot be read.`,
      remedy: 'Name the file with --file, or say where the data folder is (SCOREGATE_DATA).',
      cause,
    })
  }
}
