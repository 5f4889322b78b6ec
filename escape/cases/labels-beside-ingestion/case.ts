import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'labels-beside-ingestion',
  family: 34,
  tries:
    "The ingestion program, which runs participants' code, looks for the reference data and the private data.",
  plants: 'The token, as the reference data of the task and in the private data of the site.',
  defence:
    'Reference data is in the room of the scoring program alone, also where both run at the same time.',
  expect: 'contained',
  quick: false,
  mustNotSee: 'every-run',
  control: 'escapes',
  jobs: ({ secret }) =>
    [false, true].map((ingestionOnlyDuringScoring) => ({
      inputs: { referenceData: { 'truth.txt': `a b c d ${secret.token}` } },
      job: { ingestionOnlyDuringScoring },
    })),
}
