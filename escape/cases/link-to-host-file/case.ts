import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'link-to-host-file',
  family: 3,
  tries: 'The detailed results are a link to a file of the host that anybody there may read.',
  plants: 'The text of a file of the host, outside every mount.',
  defence: 'Sealing opens no link, and one link makes the whole hold hostile.',
  expect: 'refused',
  quick: true,
  sees: [],
  mustNotSee: 'every-run',
  control: 'escapes',
}
