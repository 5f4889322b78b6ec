import type { Look } from '@scoregate/gate/hold'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import { entriesOfArtefact } from '../holds/artefact-entries.ts'
import type { Hold } from '../holds/hold-record.ts'
import type { DeskDb, DeskTransaction } from '../migrations/desk-tables.ts'
import { type Coverage, isSeenWhole, readCoverage } from '../viewers/file-view.ts'

/** How much of an artefact a reviewer has been shown. */
export type ArtefactLook = {
  readonly seenBytes: number
  readonly sizeBytes: number
  /** Files with something in them that this reviewer has not been shown whole. */
  readonly unseenFiles: number
  /** The first place that was not shown; undefined where nothing is left. */
  readonly next: { readonly file: number; readonly offset: number } | undefined
}

/** How much of each artefact that is offered a reviewer has been shown. An empty file has nothing to be shown. */
export function looksAt(
  hold: Hold,
  seen: ReadonlyMap<number, Coverage>,
): ReadonlyMap<ArtefactName, ArtefactLook> {
  const numbers = new Map(hold.manifest.entries.map((entry, number) => [entry, number]))
  return new Map(
    hold.offered.map(({ name }) => {
      // Scores leave as they are shown with the hold, rebuilt, and not as their file has them.
      const entries = name === 'scores' ? [] : entriesOfArtefact(hold.manifest, name)
      const files = entries.flatMap((entry) => {
        const number = numbers.get(entry)
        return number === undefined || entry.sizeBytes === 0 ? [] : [{ number, entry }]
      })
      const unseen = files.filter(({ number, entry }) => !isSeenWhole(seen.get(number), entry.sizeBytes))
      const [first] = unseen
      return [
        name,
        {
          seenBytes: files.reduce((sum, { number }) => sum + (seen.get(number)?.bytes ?? 0), 0),
          sizeBytes: files.reduce((sum, { entry }) => sum + entry.sizeBytes, 0),
          unseenFiles: unseen.length,
          next: first && { file: first.number, offset: firstUnseen(seen.get(first.number)) },
        },
      ]
    }),
  )
}

function firstUnseen(coverage: Coverage | undefined): number {
  const first = coverage?.ranges[0]
  return first?.from === 0 ? first.to : 0
}

/** What the gate asks of a reviewer's look at a hold: of this reviewer alone, and of this hold's files alone. */
export async function readLook(
  db: DeskDb | DeskTransaction,
  { hold, reviewer }: { hold: Hold; reviewer: string },
): Promise<Look> {
  const looks = looksAt(hold, await readCoverage(db, { hold: hold.id, reviewer }))
  return {
    unseen: hold.rules.unseen,
    seenWhole: [...looks].filter(([, { next }]) => next === undefined).map(([name]) => name),
  }
}
