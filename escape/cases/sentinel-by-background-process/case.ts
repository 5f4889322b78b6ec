import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'sentinel-by-background-process',
  family: 1,
  tries: 'A process that outlives the scoring program waits for its end and then writes the marker.',
  plants: 'Labels in a file of the output.',
  defence: 'Every process of a room is dead before its output is looked at.',
  expect: 'contained',
  quick: false,
  review: 'reject',
  control: { notApplicable: 'its rooms, too, end with their first process' },
}
