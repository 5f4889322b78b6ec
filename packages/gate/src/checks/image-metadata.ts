import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { type FileCheck, type FileInspection, Tally } from './file-check.ts'
import { type Step, walkImage } from './image-walks.ts'

/** Text, EXIF and foreign parts in images, and whatever follows the end of one (attacks.md, family 14). */
export function imageMetadata(): FileCheck {
  return {
    name: 'image-metadata',
    begin: (entry) => (/\.(?:png|jpe?g|gif|webp)$/i.test(entry.path) ? inspect(entry) : undefined),
  }
}

function inspect(entry: ManifestEntry): FileInspection {
  const metadata = new Tally()
  const trailing = new Tally()
  let at = 0
  let held = Buffer.alloc(0)
  let step: Step = walkImage({ at: () => at, tell: (offset) => addAt(metadata, offset) })

  return {
    take(chunk) {
      let bytes = Buffer.from(chunk)
      while (bytes.length > 0) {
        if (step === 'picture') return
        if (step === 'after') {
          addAt(trailing, at)
          step = 'picture'
          return
        }
        const wanted = step.bytes - (step.kind === 'read' ? held.length : 0)
        const part = bytes.subarray(0, wanted)
        bytes = bytes.subarray(part.length)
        at += part.length
        if (step.kind === 'read') held = Buffer.concat([held, part])
        if (part.length < wanted) {
          if (step.kind === 'skip') step = { ...step, bytes: wanted - part.length }
          return
        }
        const read: Buffer = held
        held = Buffer.alloc(0)
        step = step.next(read)
      }
    },
    end: () => [
      ...metadata.finding({
        check: 'image-metadata',
        rank: 'notice',
        entry,
        what: (count) =>
          `The image has ${count === 1 ? 'a part that is' : `${count} parts that are`} no picture (text, EXIF).`,
      }),
      ...trailing.finding({
        check: 'image-metadata',
        rank: 'serious',
        entry,
        what: () => 'More bytes follow where the image ends.',
      }),
    ],
  }
}

function addAt(tally: Tally, offset: number): void {
  tally.add(() => ({ offset }))
}
