import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'sparse-files',
  family: 5,
  tries:
    'Files claim a terabyte, and what they claim is to fill the vault or the memory of whoever reads them.',
  plants: 'Labels at their ends.',
  defence: 'A file may not grow beyond the output limit, and one full of holes makes the hold hostile.',
  expect: 'refused',
  quick: false,
  control: { notApplicable: 'it has no limits: the re-creation would fill this disk' },
}
