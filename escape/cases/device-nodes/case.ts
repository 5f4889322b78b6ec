import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'device-nodes',
  family: 5,
  tries: 'The program makes device nodes for memory and disks, and reads what it can of them.',
  plants: 'A file of the host, which its disk and its memory hold.',
  defence: 'No capability to make nodes, and no device in the room but the harmless ones.',
  expect: 'contained',
  quick: false,
  sees: [],
  mustNotSee: 'every-run',
  control: { notApplicable: 'its rooms are re-created without devices of their own' },
}
