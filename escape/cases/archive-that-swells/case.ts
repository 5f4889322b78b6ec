import type { EscapeCase } from '../../case.ts'
import { rawZip } from '../../rig/raw-zip.ts'

const ZEROS = Buffer.alloc(40 * 2 ** 20)

export const attack: EscapeCase = {
  id: 'archive-that-swells',
  family: 8,
  tries: 'Archives become a thousand times larger when they are unpacked, and lie about how large.',
  plants: 'Nothing: the damage would be a full disk.',
  defence:
    'The ratio, the size of each entry and the total are limited, and sizes that lie refuse an archive.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'its extractor takes what it is given, and only fills a disk' },
  jobs: () =>
    [ZEROS.length, 100, 2 ** 31].map((claimedSize) => ({
      inputs: { submission: rawZip([{ name: 'zeros', bytes: ZEROS, isDeflated: true, claimedSize }]) },
    })),
}
