import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readEntryLine } from '@scoregate/gate/audit-chain'
import { type ChainLine, chainLines } from '@scoregate/gate/chain-lines'
import { verifyChain } from '@scoregate/gate/verify-chain'
import { CHAIN_BEGINNING } from '@scoregate/protocol/audit'
import type { Problem } from '@scoregate/protocol/errors'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { auditAltered } from './audit-errors.ts'
import { auditFileOf } from './audit-file-name.ts'
import { findChainHead } from './record-act.ts'

/** How far the file goes. */
export type AuditFileState = {
  readonly file: string
  /** The number of its last whole entry; 0 if it has none. */
  readonly sequence: number
  readonly sizeBytes: number
  /** So many bytes of the entry after that are in the file already: a crash cut it short. */
  readonly tornBytes: number
  /** So many entries of the records are not, or not whole, in the file. */
  readonly missingEntries: number
}

const ENTRIES_AT_ONCE = 1000
const MOST_PROBLEMS = 20

/**
 * Compares the chain's file with the chain in the records, entry by entry, and both with their hashes; reads either as a
 * stream. The file may end earlier, as it does after a crash. Throws `ScoregateError` (`audit-altered`) for every other
 * difference, and names what is wrong.
 */
export async function reconcileAuditFile(given: { db: DeskDb; dataFolder: string }): Promise<AuditFileState> {
  const file = auditFileOf(given.dataFolder)
  await makeFile(file)
  const lines = chainLines(createReadStream(file))
  const state = { file, sequence: 0, sizeBytes: (await stat(file)).size, tornBytes: 0, missingEntries: 0 }
  let isAtEnd = false
  try {
    for await (const { sequence, line } of storedEntries(given.db, file)) {
      const next = isAtEnd ? undefined : (await lines.next()).value
      if (next === undefined || !next.isWhole) {
        isAtEnd = true
        state.missingEntries += 1
        if (next !== undefined) state.tornBytes = lengthOfTorn(next, line)
        continue
      }
      if (next.text !== line) throw new ChainDiffers(`Entry ${sequence} differs from the records.`)
      state.sequence = sequence
    }
    if (!isAtEnd && (await lines.next()).value !== undefined) {
      throw new ChainDiffers(
        `It goes on after entry ${state.sequence}, with which the records end: the records were set back.`,
      )
    }
  } catch (error) {
    if (!(error instanceof ChainDiffers)) throw error
    throw auditAltered(file, error.message, await problemsOf(given.db, file))
  } finally {
    await lines.return(undefined)
  }
  return state
}

/** The file and the records do not tell the same. */
class ChainDiffers extends Error {}

/** The chain of the records, in order and verified on the way. */
async function* storedEntries(db: DeskDb, file: string): AsyncGenerator<{ sequence: number; line: string }> {
  let last: { sequence: number; hash: string } = { sequence: 0, hash: CHAIN_BEGINNING }
  for (;;) {
    const rows = await db
      .selectFrom('audit_entry')
      .select(['sequence', 'hash', 'line'])
      .where('sequence', '>', last.sequence)
      .orderBy('sequence')
      .limit(ENTRIES_AT_ONCE)
      .execute()
    if (rows.length === 0) return
    for (const row of rows) {
      const entry = readEntryLine(row.line)
      const isNext =
        entry !== undefined &&
        entry.sequence === row.sequence &&
        entry.hash === row.hash &&
        entry.sequence === last.sequence + 1 &&
        entry.previous === last.hash
      if (!isNext) throw auditAltered(file, `In the records, entry ${last.sequence + 1} is not what it was.`)
      yield row
      last = row
    }
  }
}

/** A last line that was cut short must be the beginning of the entry that belongs there. */
function lengthOfTorn(torn: ChainLine, line: string): number {
  const { length } = torn.bytes
  if (Buffer.from(line).subarray(0, length).equals(torn.bytes)) return length
  throw new ChainDiffers('Its last line is not the beginning of the entry that belongs there.')
}

async function problemsOf(db: DeskDb, file: string): Promise<Problem[]> {
  const head = await findChainHead(db)
  const known = head === undefined ? [] : [{ ...head, from: 'the database of the desk' }]
  const { damages } = await verifyChain(chainLines(createReadStream(file)), known)
  return damages.slice(0, MOST_PROBLEMS).map(({ kind, from, sentence }) => ({
    where: `${file}, entry ${from}`,
    what: sentence,
    remedy: `This was ${kind}.`,
  }))
}

/** The file and its name are on disk before the first entry is. */
async function makeFile(file: string): Promise<void> {
  const handle = await open(file, 'a', 0o600)
  await handle.close()
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
