import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { ALLOWED_KINDS } from './check-rules.ts'
import { type FileCheck, type FileInspection, placeIn } from './file-check.ts'
import { FileHead } from './file-head.ts'
import { ENDINGS_OF_KIND, endingOf, type FileKind, fileKindOf, TEXT_ENDINGS } from './file-signature.ts'
import type { Finding } from './finding.ts'

/** Files of kinds that the policy does not allow, and files that are not what their name says (attacks.md, family 20). */
export function fileTypes(allowed: readonly FileKind[] = ALLOWED_KINDS): FileCheck {
  return { name: 'file-types', begin: (entry) => inspect(entry, allowed) }
}

function inspect(entry: ManifestEntry, allowed: readonly FileKind[]): FileInspection {
  const head = new FileHead()
  return {
    take: (chunk) => head.take(chunk),
    end() {
      const kind = fileKindOf(head.bytes)
      const finding = (rank: Finding['rank'], what: string): Finding => ({
        check: 'file-types',
        rank,
        place: placeIn(entry),
        what,
        count: 1,
      })
      return [
        ...(allowed.includes(kind)
          ? []
          : [finding('serious', `A file of a kind that is not allowed: ${kind}.`)]),
        ...(pretends(entry.path, kind)
          ? [finding('serious', `The name does not fit what is in it: ${kind}.`)]
          : []),
      ]
    },
  }
}

function pretends(path: string, kind: FileKind): boolean {
  const ending = endingOf(path)
  const own: readonly string[] = ENDINGS_OF_KIND[kind]
  if (kind === 'text')
    return Object.values(ENDINGS_OF_KIND).some((endings: readonly string[]) => endings.includes(ending))
  if (kind === 'binary') return TEXT_ENDINGS.includes(ending)
  return ending !== '' && !own.includes(ending)
}
