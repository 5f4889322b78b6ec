import type { FileViewKind } from '@scoregate/protocol/audit'
import type { Audit } from '../audit/audit.ts'
import { auditHold, recordAct } from '../audit/record-act.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { noteViewed } from './file-view.ts'
import type { ByteRange, ViewedFile } from './viewed-file.ts'

/** What somebody is about to be shown. */
export type ShownView = {
  readonly file: Pick<ViewedFile, 'hold' | 'number'>
  readonly reviewer: string
  readonly as: FileViewKind
  readonly shown: readonly ByteRange[]
}

/**
 * Puts on the audit chain what is about to be shown, and notes it for the reviewer, all in one transaction; resolves when
 * the chain is on disk. A view that leaves things out is on the chain with an empty range, and is noted as nothing.
 */
export async function recordViews(
  desk: { readonly db: DeskDb; readonly audit: Audit; readonly clock: () => Date },
  views: readonly ShownView[],
): Promise<void> {
  if (views.length === 0) return
  await desk.db.transaction().execute(async (transaction) => {
    for (const { file, reviewer, as, shown } of views) {
      const { hold, number: fileNumber } = file
      for (const { from, to } of shown.length === 0 ? [NOTHING] : shown) {
        const act = {
          kind: 'file-viewed',
          ...{ reviewer, hold: auditHold(hold), fileNumber, offset: from, end: to, as },
        } as const
        await recordAct(transaction, { act, now: desk.clock() })
      }
      for (const { from, to } of shown)
        await noteViewed(transaction, { hold: hold.id, fileNumber, from, to, reviewer })
    }
  })
  await desk.audit.written()
}

const NOTHING: ByteRange = { from: 0, to: 0 }
