import type { EscapeCase } from '../../case.ts'
import { ACCURACY } from '../../rig/escape-job.ts'

export const attack: EscapeCase = {
  id: 'columns-nobody-asked-for',
  family: 11,
  tries: 'The scores hold the columns that were declared, and others beside them.',
  plants: 'Labels as the names and values of the others.',
  defence:
    'Undeclared keys are shown to the reviewer and never leave; a column that the platform computes is not taken from a run.',
  expect: 'contained',
  quick: false,
  control: 'escapes',
  jobs: () => [
    {
      job: {
        columns: [
          ACCURACY,
          { key: 'computed', title: 'Computed', decimals: 10, sorting: 'desc', computed: true },
        ],
      },
    },
  ],
}
