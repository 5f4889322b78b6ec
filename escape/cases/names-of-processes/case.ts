import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'names-of-processes',
  family: 13,
  tries: 'Processes carry the labels in their names, their arguments and the title of the terminal.',
  plants: 'Text of the private data, where an operator or a log might show it.',
  defence: 'What runs in a room is named by the worker, from the job; no log names anything of a run.',
  expect: 'contained',
  quick: false,
  control: { notApplicable: 'it writes no names of processes' },
}
