import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { type FileCheck, type FileInspection, placeIn } from './file-check.ts'
import { FileHead } from './file-head.ts'
import { ARCHIVE_KINDS, fileKindOf } from './file-signature.ts'

/** How much of the end of the last chunk is looked at together with the next: the marks are shorter. */
const CARRIED_BYTES = 8
/** A zip that begins in the middle of another file, after a picture for example (attacks.md, family 20). */
const LOCAL_FILE_HEADER = Buffer.from('PK\x03\x04', 'latin1')

/** Archives in what would leave, and archives that hide behind something else: nobody can see what is in them. */
export function nestedArchive(): FileCheck {
  return { name: 'nested-archive', begin: inspect }
}

function inspect(entry: ManifestEntry): FileInspection {
  const head = new FileHead()
  let carried = Buffer.alloc(0)
  let at = 0
  let hiddenAt: number | undefined
  return {
    take(chunk) {
      head.take(chunk)
      if (hiddenAt === undefined) {
        const bytes = Buffer.concat([carried, chunk])
        const found = bytes.indexOf(LOCAL_FILE_HEADER)
        if (found !== -1) hiddenAt = at - carried.length + found
        carried = Buffer.from(bytes.subarray(Math.max(0, bytes.length - CARRIED_BYTES)))
      }
      at += chunk.byteLength
    },
    end() {
      const kind = fileKindOf(head.bytes)
      const shared = { check: 'nested-archive', rank: 'serious', count: 1 } as const
      if (ARCHIVE_KINDS.includes(kind)) {
        return [
          {
            ...shared,
            place: placeIn(entry),
            what: `An archive (${kind}): what is in it cannot be seen here.`,
          },
        ]
      }
      if (hiddenAt === undefined || hiddenAt === 0) return []
      return [
        {
          ...shared,
          place: { ...placeIn(entry), offset: hiddenAt },
          what: `A zip archive begins in the middle of a file of kind ${kind}.`,
        },
      ]
    },
  }
}
