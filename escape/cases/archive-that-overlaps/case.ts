import type { EscapeCase } from '../../case.ts'
import { rawZip } from '../../rig/raw-zip.ts'

const SHARED = { name: 'first', bytes: Buffer.alloc(1_000_000, 'x'), isDeflated: true }

export const attack: EscapeCase = {
  id: 'archive-that-overlaps',
  family: 8,
  tries:
    'Hundreds of entries of an archive share the bytes of one, so that a small archive becomes a large folder.',
  plants: 'Nothing: the damage would be a full disk.',
  defence: 'Entries that share bytes, and totals beyond the limit, refuse an archive.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'its extractor takes what it is given, and only fills a disk' },
  jobs: () => [
    {
      inputs: {
        submission: rawZip([
          SHARED,
          ...Array.from({ length: 300 }, (_, at) => ({ ...SHARED, name: `other-${at}`, sharesDataOf: 0 })),
        ]),
      },
    },
  ],
}
