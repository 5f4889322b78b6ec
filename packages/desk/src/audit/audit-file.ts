import { open, stat } from 'node:fs/promises'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { auditAltered } from './audit-errors.ts'
import type { AuditFileState } from './reconcile-audit-file.ts'

/** So many entries are read from the records at a time. */
const ENTRIES_AT_ONCE = 500

/**
 * The end of the chain's file, where entries of the records are appended. It is opened for appending only, so that it
 * also works on a file that the owner has made append-only (`chattr +a`).
 */
export async function appendToAuditFile({ db, state }: { db: DeskDb; state: AuditFileState }): Promise<{
  /** Appends what the records have and the file has not, and syncs. Never called twice at once. */
  append(): Promise<void>
  close(): Promise<void>
}> {
  const handle = await open(state.file, 'a', 0o600)
  let { sequence, sizeBytes, tornBytes } = state
  /** After this nobody knows what is on disk; the next start compares. */
  let broken: ScoregateError | undefined

  async function append(): Promise<void> {
    if (broken !== undefined) throw broken
    for (;;) {
      const rows = await db
        .selectFrom('audit_entry')
        .select(['sequence', 'line'])
        .where('sequence', '>', sequence)
        .orderBy('sequence')
        .limit(ENTRIES_AT_ONCE)
        .execute()
      const last = rows.at(-1)
      if (last === undefined) return
      await refuseAltered()
      await write(Buffer.from(rows.map(({ line }) => `${line}\n`).join('')))
      await sync()
      sequence = last.sequence
      tornBytes = 0
    }
  }

  /** Somebody who changes the file under a running desk is noticed before the next entry. */
  async function refuseAltered(): Promise<void> {
    const [here, there] = await Promise.all([handle.stat(), stat(state.file).catch(() => undefined)])
    if (there?.ino === here.ino && there.dev === here.dev && here.size === sizeBytes) return
    broken = auditAltered(state.file, 'It was changed, moved or cut while the desk ran.')
    throw broken
  }

  /** A full disk may take half a line; the next try goes on where this one ended. */
  async function write(bytes: Buffer): Promise<void> {
    try {
      while (tornBytes < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, tornBytes)
        tornBytes += bytesWritten
        sizeBytes += bytesWritten
      }
    } catch (cause) {
      throw auditUnavailable(state.file, cause)
    }
  }

  /** After a failed fsync the kernel may have dropped the bytes and forgotten it: only a new start can tell. */
  async function sync(): Promise<void> {
    try {
      await handle.datasync()
    } catch (cause) {
      broken = auditUnavailable(state.file, cause)
      throw broken
    }
  }

  return { append, close: () => handle.close() }
}

function auditUnavailable(file: string, cause: unknown): ScoregateError {
  return new ScoregateError({
    kind: 'unavailable',
    code: 'audit-unavailable',
    message: `The audit chain cannot be written to ${file}, so nothing is shown or released.`,
    remedy:
      'See that the disk has space and is sound. What was recorded so far is kept, and written when it can be.',
    cause,
  })
}
