import type { EscapeCase } from '../../case.ts'
import { CHARACTER_DEVICE, FIFO, rawZip, SYMLINK } from '../../rig/raw-zip.ts'

export const attack: EscapeCase = {
  id: 'archive-with-links',
  family: 8,
  tries: 'Archives hold links, pipes and devices instead of files.',
  plants: 'A file of the host, which the link means.',
  defence: 'Links and devices in an archive refuse it, and nothing runs.',
  expect: 'refused',
  quick: true,
  sees: [],
  control: { notApplicable: 'its extractor writes the text of a link as a file' },
  jobs: ({ host }) =>
    [SYMLINK, FIFO, CHARACTER_DEVICE].map((mode) => ({
      inputs: { submission: rawZip([{ name: 'predictions.txt', bytes: host.secretFile, mode }]) },
    })),
}
