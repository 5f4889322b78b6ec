import type { EscapeCase } from '../../case.ts'

const DEEP = 100_000
const TEXTS = [
  '{"accuracy": 0.5, "accuracy": 0.9}',
  '\ufeff{"accuracy": 0.5}',
  `{"accuracy": 0.5, "x": ${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`,
  `{"accuracy": 0.5, "${'k'.repeat(2 ** 20)}": 1}`,
  '{"accuracy": 0.5} {"accuracy": 0.9}',
]

export const attack: EscapeCase = {
  id: 'scores-that-are-malformed',
  family: 10,
  tries:
    'The scores name a key twice, begin with a byte order mark, nest a hundred thousand times, or are larger than a leaderboard.',
  plants: 'Nothing: the damage would be two readers who read two things.',
  defence: 'Duplicate keys, marks, depth and size make scores unreadable.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'it sends whatever was written: nothing is planted' },
  jobs: () => TEXTS.map((text) => ({ beside: { 'asked.bin': text } })),
}
