import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'stopped-and-waiting',
  family: 2,
  tries: 'Stopped and half-born processes wait for somebody to wake them after the end of the run.',
  plants: 'Labels, which they hold in memory.',
  defence: 'A room is killed as a whole, stopped processes too, before sealing begins.',
  expect: 'contained',
  quick: false,
  control: { notApplicable: 'its rooms, too, end with their first process' },
}
