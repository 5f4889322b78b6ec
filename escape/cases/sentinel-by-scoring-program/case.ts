import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'sentinel-by-scoring-program',
  family: 1,
  tries: 'The scoring program writes every approval marker that it can think of, everywhere it may write.',
  plants: 'Labels and text in files of its output, which nobody releases.',
  defence: 'A decision comes from an authenticated reviewer at the desk; no file decides anything.',
  expect: 'contained',
  quick: true,
  review: 'reject',
  control: 'escapes',
}
