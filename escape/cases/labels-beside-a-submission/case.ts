import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'labels-beside-a-submission',
  family: 34,
  tries: 'A submission that is a program looks for the reference data and the private data.',
  plants: 'The token, as the reference data of the task and in the private data of the site.',
  defence: 'Reference data, and data that the policy gives to the scoring program, are in its room alone.',
  expect: 'contained',
  quick: false,
  mustNotSee: 'every-run',
  control: 'escapes',
  jobs: ({ secret }) => [{ inputs: { referenceData: { 'truth.txt': `a b c d ${secret.token}` } } }],
}
