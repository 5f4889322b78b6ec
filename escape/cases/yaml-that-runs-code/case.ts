import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'yaml-that-runs-code',
  family: 9,
  tries: 'The scores are YAML with tags that make an unsafe loader call functions.',
  plants: 'A file of the host, which the call reads.',
  defence: 'Scores are read by a schema that knows numbers alone; a tag makes them unreadable.',
  expect: 'refused',
  quick: true,
  sees: [],
  mustNotSee: 'every-run',
  control: 'escapes',
}
