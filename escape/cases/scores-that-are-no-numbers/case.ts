import type { EscapeCase } from '../../case.ts'

const VALUES = ['NaN', '-Infinity', '1e400', '0x1p3', '["0.5"]', '99999999999999999999']

export const attack: EscapeCase = {
  id: 'scores-that-are-no-numbers',
  family: 10,
  tries: 'The scores are NaN, infinities, numbers that no double holds, and lists of texts.',
  plants: 'Nothing: the damage would be a leaderboard or a reader that breaks.',
  defence: 'A strict parser: numbers of the JSON grammar, finite and in range, or no scores at all.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'it sends whatever was written: nothing is planted' },
  jobs: () => VALUES.map((value) => ({ beside: { 'asked.bin': `{"accuracy": ${value}}` } })),
}
