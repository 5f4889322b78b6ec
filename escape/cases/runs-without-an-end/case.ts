import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'runs-without-an-end',
  family: 16,
  tries: 'A run spends time until somebody notices, and would say by how long it ran what it saw.',
  plants: 'A bit in the length of the run.',
  defence: 'The time limit ends a run with everything in it, and says one word.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'it does not enforce the limit: the re-creation would run for ever' },
  jobs: () => [{ job: { timeLimitSeconds: 1 } }],
}
