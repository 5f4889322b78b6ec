import type { EscapeCase } from '../../case.ts'
import { rawZip } from '../../rig/raw-zip.ts'

export const attack: EscapeCase = {
  id: 'archive-with-two-faces',
  family: 8,
  tries:
    'The two headers of an entry give it two names, and the archive says one thing to one reader and another to the next.',
  plants: 'Nothing: the damage would be a file that a check did not see.',
  defence: 'Headers that disagree refuse an archive.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'its extractor refuses such an entry, too' },
  jobs: () => [
    {
      inputs: {
        submission: rawZip([{ name: 'predictions.txt', localName: 'hidden-name.txt', bytes: 'a b c d' }]),
      },
    },
  ],
}
