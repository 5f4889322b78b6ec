import type { EscapeCase } from '../../case.ts'
import { rawZip } from '../../rig/raw-zip.ts'

const TWINS = [
  ['predictions.txt', 'Predictions.txt'],
  ['caf\u00e9', 'cafe\u0301'],
  ['predictions.txt', 'predictions.txt'],
  ['folder', 'folder/file'],
  ['\uff41', 'a'],
] as const

export const attack: EscapeCase = {
  id: 'archive-with-twins',
  family: 4,
  tries:
    'Archives hold names that some systems take for one: in case, in how accents are written, or a file where a folder must be.',
  plants: 'Nothing: what would come out is one file in the place of another.',
  defence: 'Each path of an archive once, however it is written; a twin refuses the archive.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'its extractor writes them one over the other' },
  jobs: () =>
    TWINS.map((names) => ({ inputs: { submission: rawZip(names.map((name) => ({ name, bytes: 'a' }))) } })),
}
