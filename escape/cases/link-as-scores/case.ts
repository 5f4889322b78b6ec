import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'link-as-scores',
  family: 3,
  tries: 'The scores file is a link to a file of the host.',
  plants: 'The text of a file of the host, outside every mount.',
  defence: 'Sealing opens no link, and one link makes the whole hold hostile.',
  expect: 'refused',
  quick: false,
  sees: [],
  mustNotSee: 'every-run',
  control: 'escapes',
}
