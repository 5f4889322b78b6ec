import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'scores-too-large-to-check',
  family: 25,
  tries:
    'Writes scores that a checker cannot hold: megabytes of keys, a hundred thousand brackets, bytes that are no text.',
  plants: 'Text at the end of each file of scores.',
  defence: 'Scores above a fixed size or depth are not read at all, and the run has failed.',
  expect: 'refused',
  quick: false,
  control: 'escapes',
  jobs: () => ['long', 'deep', 'bytes'].map((kind) => ({ beside: { 'kind.txt': kind } })),
}
