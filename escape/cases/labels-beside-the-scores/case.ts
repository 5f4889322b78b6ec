import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'labels-beside-the-scores',
  family: 24,
  tries:
    'Writes the labels into the scores file that the reviewer does approve: more columns, nested values, long keys, spaces.',
  plants: 'Labels as columns that nobody declared, and in keys, white space and digits.',
  defence: 'Only declared columns are read from the scores, and they are written anew.',
  expect: 'contained',
  quick: false,
  control: 'escapes',
}
