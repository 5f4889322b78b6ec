import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'outlives-its-room',
  family: 2,
  tries:
    'Processes that left their session, their parents and every signal behind go on writing after the program has ended.',
  plants: 'Labels, written over the scores again and again.',
  defence: 'A room is gone, with every process in it, before sealing begins.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'its rooms, too, end with their first process' },
}
