import { type FileCheck, placeIn } from './file-check.ts'

/** How much text a reviewer can be asked to read before a release, in bytes: about twenty pages. */
export const TEXT_VOLUME_BYTES = 64 * 1024

/**
 * More text than anybody reads. What is not read is not reviewed (attacks.md, family 24), so a large log is a finding by
 * its size alone.
 */
export function textVolume(allowedBytes: number = TEXT_VOLUME_BYTES): FileCheck {
  return {
    name: 'text-volume',
    begin(entry) {
      if (entry.sizeBytes <= allowedBytes) return undefined
      return {
        take: () => undefined,
        end: () => [
          {
            check: 'text-volume',
            rank: 'notice',
            place: placeIn(entry),
            what: `${Math.ceil(entry.sizeBytes / 1024)} kB; more than ${Math.floor(allowedBytes / 1024)} kB is more than people read.`,
            count: 1,
          },
        ],
      }
    },
  }
}
