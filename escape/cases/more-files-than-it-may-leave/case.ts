import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'more-files-than-it-may-leave',
  family: 8,
  tries: 'The run leaves far more small files than it may.',
  plants: 'Labels in their names.',
  defence: 'The number of files is limited while they are made, and while they are sealed.',
  expect: 'refused',
  quick: false,
  control: 'escapes',
}
