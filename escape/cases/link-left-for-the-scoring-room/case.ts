import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'link-left-for-the-scoring-room',
  family: 3,
  tries:
    'A submission leaves its predictions as a link that means the labels in the room of the scoring program.',
  plants: 'Labels that only the scoring program sees.',
  defence: 'Predictions are sealed between the steps; a link among them is refused, and nothing is scored.',
  expect: 'refused',
  quick: false,
  control: 'escapes',
}
