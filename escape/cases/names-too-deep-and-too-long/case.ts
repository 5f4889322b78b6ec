import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'names-too-deep-and-too-long',
  family: 4,
  tries: 'Folders are nested far deeper than any path may be long, with the secret in their names.',
  plants: 'The secret, in hex, in the names of folders.',
  defence: 'A walk by folder handles with a limit of depth; what goes deeper makes the hold hostile.',
  expect: 'refused',
  quick: false,
  control: { notApplicable: 'its archiver gives up at such paths' },
}
