import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'score-of-forty-digits',
  family: 32,
  tries:
    'Gives a score whose digits are the labels, as one long number, as a fraction with an exponent, and in the low bits of its binary form.',
  plants: 'The secret as digits of the one column that is released.',
  defence:
    'A score is rounded to the decimals of its column: what is left are 101 values, and the ledger counts 6.66 bits.',
  expect: 'contained',
  quick: true,
  control: 'escapes',
  jobs: () =>
    ['decimal', 'exponent', 'mantissa'].map((spelling) => ({ beside: { 'spelling.txt': spelling } })),
}
