import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'hard-links',
  family: 5,
  tries: 'The output holds hard links, to the private data where that can be, and among its own files.',
  plants: 'Labels of the mounted private data.',
  defence: 'Links across mounts cannot be made; a file with a second name makes the hold hostile.',
  expect: 'refused',
  quick: false,
  control: 'escapes',
}
