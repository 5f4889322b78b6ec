import type { AuditAct } from '@scoregate/protocol/audit'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { appendToAuditFile } from './audit-file.ts'
import { type AuditFileState, reconcileAuditFile } from './reconcile-audit-file.ts'
import { recordAct } from './record-act.ts'

/**
 * The audit chain of a desk that runs. Acts get onto the chain in the records, with `recordAct`; from there this one
 * writer brings them into the file, in order.
 */
export type Audit = {
  /**
   * Resolves when every entry that was committed before this call is in the file, and the file is on disk. Whoever is
   * about to show, answer or send something waits for it, so that nothing happens that the file does not tell of.
   * Throws `ScoregateError` (`audit-unavailable`, `audit-altered`).
   */
  written(): Promise<void>
  /** Records an act that changes nothing else in the records, such as a view; resolves when it is in the file. */
  record(act: AuditAct): Promise<void>
  /** How far the chain went, and when, as it was read whole and compared before anything started. */
  readonly verified: { readonly entries: number; readonly at: Date }
  close(): Promise<void>
}

/**
 * Opens the chain: file and records must tell the same, up to what a crash kept from the file; that is added now. Throws
 * `ScoregateError` (`audit-altered`) when they do not: then nothing starts.
 */
export async function openAudit(given: {
  db: DeskDb
  dataFolder: string
  clock: () => Date
}): Promise<Audit> {
  const { db, clock } = given
  const state: AuditFileState = await reconcileAuditFile(given)
  const verified = { entries: state.sequence + state.missingEntries, at: clock() }
  const file = await appendToAuditFile({ db, state })
  if (state.missingEntries > 0) {
    const act = { kind: 'file-completed', entries: state.missingEntries } as const
    await db.transaction().execute((transaction) => recordAct(transaction, { act, now: clock() }))
  }

  let queue: Promise<void> = Promise.resolve()
  /** An append that has not begun: whoever comes now is served by it, so that many share one fsync. */
  let next: Promise<void> | undefined
  function written(): Promise<void> {
    if (next === undefined) {
      const append = () => {
        next = undefined
        return file.append()
      }
      next = queue.then(append, append)
      queue = next
    }
    return next
  }

  return {
    written,
    verified,
    async record(act) {
      await db.transaction().execute((transaction) => recordAct(transaction, { act, now: clock() }))
      await written()
    },
    async close() {
      try {
        await written()
      } finally {
        await file.close()
      }
    },
  }
}
