import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { type FileCheck, type FileInspection, placeIn } from './file-check.ts'
import { FileHead } from './file-head.ts'
import { fileKindOf } from './file-signature.ts'

/** How much text a reviewer can be asked to read before a release, in bytes: about twenty pages. */
export const TEXT_VOLUME_BYTES = 64 * 1024

/**
 * More text than anybody reads. What is not read is not reviewed (attacks.md, family 24), so a large log is a finding by
 * its size alone. A picture is looked at whole, however large it is, and predictions
 * are for programs to read.
 */
export function textVolume(allowedBytes: number = TEXT_VOLUME_BYTES): FileCheck {
  return {
    name: 'text-volume',
    begin: (entry) =>
      entry.sizeBytes > allowedBytes && entry.section !== 'predictions'
        ? inspect(entry, allowedBytes)
        : undefined,
  }
}

function inspect(entry: ManifestEntry, allowedBytes: number): FileInspection {
  const head = new FileHead()
  return {
    take: (chunk) => head.take(chunk),
    end() {
      if (fileKindOf(head.bytes) !== 'text') return []
      const what = `${Math.ceil(entry.sizeBytes / 1024)} kB of text; more than ${Math.floor(allowedBytes / 1024)} kB is more than people read.`
      return [{ check: 'text-volume', rank: 'notice', place: placeIn(entry), what, count: 1 }]
    },
  }
}
