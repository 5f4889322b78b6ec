import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'manifest-by-the-run',
  family: 7,
  tries:
    'The run writes manifests and spool records of its own, which name files outside of it as its results.',
  plants: 'Labels of the private data on the host, by their paths.',
  defence:
    'The manifest is made by the worker from what it sealed, and no file of a run is ever read as one.',
  expect: 'contained',
  quick: true,
  review: 'everything',
  sees: [],
  mustNotSee: 'every-run',
  control: { notApplicable: 'it has no manifest' },
}
