import type { EscapeCase } from '../../case.ts'
import { type RawEntry, rawZip } from '../../rig/raw-zip.ts'

const NAMES = [
  '../evil',
  '../../../../../../tmp/scoregate-evil',
  '/tmp/scoregate-evil',
  'a/../../evil',
  'C:\\evil',
  '..\\evil',
  'evil\0.txt',
  './evil',
  'a//evil',
]

const archive = (...entries: RawEntry[]) => ({ inputs: { submission: rawZip(entries) } })

export const attack: EscapeCase = {
  id: 'archive-that-climbs',
  family: 4,
  tries:
    'Archives of submissions hold names that climb, are absolute, or hide a NUL, a backslash or a drive.',
  plants: 'Nothing: what would come out is a file of the host written by the worker.',
  defence:
    'Names of archives must stay in their folder; one that does not refuses the archive, and nothing runs.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'its extractor cleans such names' },
  jobs: () => NAMES.map((name) => archive({ name: 'predictions.txt', bytes: 'a' }, { name, bytes: 'evil' })),
}
