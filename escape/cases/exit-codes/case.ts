import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'exit-codes',
  family: 15,
  tries: 'Seven runs end with exit codes that are the bytes of the secret.',
  plants: 'The first seven bytes of the secret, one for each run.',
  defence: 'Every exit code but zero is one word to the platform.',
  expect: 'contained',
  quick: false,
  control: 'escapes',
  jobs: () => [0, 1, 2, 3, 4, 5, 6].map((turn) => ({ beside: { 'turn.txt': String(turn) } })),
}
