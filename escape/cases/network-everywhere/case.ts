import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'network-everywhere',
  family: 17,
  tries: 'The program speaks to every address that it can think of, on every kind of socket.',
  plants: 'The secret, in every packet, name and address.',
  defence: 'A room has no network but its own loopback, and its sockets reach nobody outside.',
  expect: 'contained',
  quick: true,
  control: 'escapes',
}
