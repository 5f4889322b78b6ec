import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'takes-all-memory',
  family: 16,
  tries:
    'A run takes memory, in itself, in children and in shared memory, until the machine has none for others.',
  plants: 'A bit in how much it takes.',
  defence: 'Memory, processes and scratch space are limited for the room as a whole; too much is one word.',
  expect: 'refused',
  quick: false,
  sees: [],
  control: { notApplicable: 'it has no limits: the re-creation would take the memory of this machine' },
}
