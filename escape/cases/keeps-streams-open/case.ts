import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'keeps-streams-open',
  family: 2,
  tries:
    'A child holds the streams of the program open, so that a gate that waits for their end waits for ever, and speaks later.',
  plants: 'Labels on those streams.',
  defence: 'The streams end with the room, and stay at the site.',
  expect: 'contained',
  quick: false,
  control: 'escapes',
}
