import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'names-beyond-the-grammar',
  family: 4,
  tries:
    'Files carry names with backslashes, trailing dots, colons, control characters and bytes that are no text, and the secret in them.',
  plants: 'The secret, in hex, in each of the names.',
  defence: 'Names outside a plain grammar make the hold hostile, and names never leave before a decision.',
  expect: 'refused',
  quick: true,
  control: 'escapes',
}
