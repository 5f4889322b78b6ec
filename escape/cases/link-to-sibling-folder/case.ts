import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'link-to-sibling-folder',
  family: 3,
  tries: 'A folder of the output is a relative link to the folders that the worker has beside it.',
  plants: 'Nothing but what the worker itself keeps there.',
  defence: 'Sealing opens no link, and one link makes the whole hold hostile.',
  expect: 'refused',
  quick: false,
  sees: [],
  mustNotSee: 'every-run',
  control: { notApplicable: 'its archiver does not go into linked folders' },
}
