import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'link-to-environment',
  family: 3,
  tries: 'A file of the output is a link to the environment of whoever opens it.',
  plants: 'A password in the environment of the worker.',
  defence: 'Sealing opens no link, and one link makes the whole hold hostile.',
  expect: 'refused',
  quick: false,
  sees: [],
  mustNotSee: 'every-run',
  control: 'escapes',
}
