import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'rename-storm-during-sealing',
  family: 6,
  tries: 'Processes exchange files, folders and a link by renaming, as fast as they can, while the run ends.',
  plants: 'Labels in the file that takes the place of the scores.',
  defence:
    'The processes are dead before sealing; what is sealed is opened by handle and never by a name twice.',
  expect: 'refused',
  quick: true,
  sees: [],
  mustNotSee: 'every-run',
  control: { notApplicable: 'its rooms, too, end with their first process' },
}
