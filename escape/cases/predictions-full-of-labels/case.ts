import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'predictions-full-of-labels',
  family: 12,
  tries:
    'A submission that sees the data writes it into its predictions: openly, in the last digits, in the order of rows.',
  plants: 'The secret, in each of these ways.',
  defence:
    'Predictions never leave without a decision that names them, and a careful reviewer names the scores.',
  expect: 'contained',
  quick: true,
  sees: ['submission'],
  control: 'escapes',
}
