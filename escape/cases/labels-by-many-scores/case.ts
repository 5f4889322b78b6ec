import type { EscapeCase } from '../../case.ts'

/** Six bits a submission: 64 of the 101 values of the column. */
const SUBMISSIONS = 6

export const attack: EscapeCase = {
  id: 'labels-by-many-scores',
  family: 32,
  tries: 'Sends submission after submission, each of which tells six more labels by its score.',
  plants: 'The secret in six pieces of six bits.',
  defence:
    'Every released score is charged to the ledger at the most that it can tell; the bits recovered are never more.',
  expect: 'contained',
  quick: false,
  control: 'escapes',
  jobs: () => Array.from({ length: SUBMISSIONS }, (_, at) => ({ beside: { 'which.txt': String(at) } })),
}
