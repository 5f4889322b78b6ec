import { Readable } from 'node:stream'
import type { HoldId } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { noteViewed } from './file-view.ts'

/** Whose bytes are read, by whom, and from where on. */
export type FileRead = {
  readonly hold: HoldId
  readonly fileNumber: number
  readonly reviewer: string
  readonly from: number
}

/**
 * The same stream, of which what goes out is noted as seen by whoever reads it: what they do with the bytes of a file is
 * theirs to know. The last piece goes out after the note, since whoever has all of it may approve at once; of a read that
 * breaks off, what went out until then is noted.
 */
export function countRead(db: DeskDb, stream: Readable, read: FileRead): Readable {
  const { from, ...view } = read
  let to = from
  const note = (end: number) =>
    db.transaction().execute((transaction) => noteViewed(transaction, { ...view, from, to: end }))
  async function* counted(): AsyncGenerator<Uint8Array> {
    let held: Uint8Array | undefined
    let isNoted = false
    try {
      for await (const piece of stream as AsyncIterable<Uint8Array>) {
        if (held !== undefined) {
          to += held.byteLength
          yield held
        }
        held = piece
      }
      await note(to + (held?.byteLength ?? 0))
      isNoted = true
      if (held !== undefined) yield held
    } finally {
      if (!isNoted && to > from) await note(to)
    }
  }
  return Readable.from(counted(), { objectMode: false })
}
