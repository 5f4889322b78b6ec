import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'pipes-and-sockets',
  family: 5,
  tries:
    'Named pipes and sockets wait where results are expected, to block whoever opens them, or to speak through them.',
  plants: 'Labels, for whoever reads the pipe.',
  defence: 'Files are opened without waiting, and what is no regular file makes the hold hostile.',
  expect: 'refused',
  quick: true,
  control: { notApplicable: 'its worker waits for ever at the pipe' },
}
