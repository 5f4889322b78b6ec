import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'sentinel-by-submission',
  family: 1,
  tries: 'A submission writes every approval marker beside its predictions, and around them.',
  plants: 'Labels in the predictions, which never leave.',
  defence: 'A decision comes from an authenticated reviewer at the desk; no file decides anything.',
  expect: 'contained',
  quick: false,
  review: 'reject',
  sees: ['submission'],
  control: 'escapes',
}
