import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'names-that-are-twins',
  family: 4,
  tries:
    'Two files whose names differ only in case, so that one takes the place of the other where case does not count.',
  plants: 'Labels in the second of the two.',
  defence: 'Twins make the hold hostile.',
  expect: 'refused',
  quick: false,
  control: 'escapes',
}
