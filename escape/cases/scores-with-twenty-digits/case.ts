import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'scores-with-twenty-digits',
  family: 10,
  tries: 'A score has far more digits than a score has, and a sign before its zero.',
  plants: 'The secret as the digits after the point.',
  defence: 'Scores are rounded to their declared decimals and written anew.',
  expect: 'contained',
  quick: true,
  control: 'escapes',
}
