import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'link-to-private-folder',
  family: 3,
  tries: 'A folder of the output is a link to the private data on the host.',
  plants: 'Labels and text of the private data on the host.',
  defence: 'Sealing opens no link, and one link makes the whole hold hostile.',
  expect: 'refused',
  quick: false,
  sees: [],
  mustNotSee: 'every-run',
  control: { notApplicable: 'its archiver does not go into linked folders' },
}
