import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'scores-with-keys-of-the-language',
  family: 10,
  tries: 'Keys of the scores are those by which objects of the language are changed.',
  plants: 'Labels in the values of those keys.',
  defence: 'Keys are looked up in a map without a prototype, and only declared columns count.',
  expect: 'contained',
  quick: false,
  control: 'escapes',
}
