import type { EscapeCase } from '../../case.ts'
import { rawZip, SYMLINK } from '../../rig/raw-zip.ts'

/** An archive of this depth, hostile at each. */
function nested(depth: number, target: string): Buffer {
  const link = { name: 'link', bytes: target, mode: SYMLINK }
  const climbing = { name: '../../../climbed', bytes: 'x' }
  if (depth === 0) return rawZip([link, climbing])
  const inner = nested(depth - 1, target)
  return rawZip([{ name: 'inner.zip', bytes: inner }, { name: 'again.zip', bytes: inner }, link, climbing])
}

export const attack: EscapeCase = {
  id: 'archive-in-archives',
  family: 8,
  tries: 'Archives lie in archives, five deep, each with a link and a name that climbs.',
  plants: 'A file of the host, which the innermost link means.',
  defence: 'An archive in an archive is a file like others; nothing opens it.',
  expect: 'contained',
  quick: false,
  sees: [],
  mustNotSee: 'every-run',
  control: { notApplicable: 'its extractor takes what it is given, and only fills a disk' },
  jobs: ({ host }) => [
    {
      inputs: {
        submission: {
          'predictions.txt': 'a b c d',
          'inner.zip': nested(5, host.secretFile),
          'metadata.zip': nested(1, '/'),
        },
      },
    },
  ],
}
