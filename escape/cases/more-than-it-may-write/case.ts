import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'more-than-it-may-write',
  family: 5,
  tries: 'The program writes far more bytes than a run may leave.',
  plants: 'Labels in every block of them.',
  defence: 'The size of an output is limited while it is written, and too much stops the run.',
  expect: 'refused',
  quick: false,
  control: { notApplicable: 'it has no limits: the re-creation would fill this disk' },
}
