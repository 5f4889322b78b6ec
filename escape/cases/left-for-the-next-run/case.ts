import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'left-for-the-next-run',
  family: 17,
  tries: 'A run leaves the labels wherever a later run might find them, and a later run looks.',
  plants:
    'The secret: in shared memory, in temporary folders, in keyrings, in message queues and in its own inputs.',
  defence: 'Every room has memory, temporary files and namespaces of its own, and they go with it.',
  expect: 'contained',
  quick: true,
  mustNotSee: 'last-run',
  control: { notApplicable: 'its rooms, too, have temporary folders of their own' },
  jobs: () => [{ beside: { 'role.txt': 'leave' } }, { beside: { 'role.txt': 'look' } }],
}
