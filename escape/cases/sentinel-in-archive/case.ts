import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'sentinel-in-archive',
  family: 1,
  tries:
    'A submission brings approval markers in its archive, and the scoring program carries them into its output.',
  plants: 'Labels in a file of the output.',
  defence: 'A decision comes from an authenticated reviewer at the desk; no file decides anything.',
  expect: 'contained',
  quick: false,
  review: 'reject',
  control: 'escapes',
  jobs: () => [
    {
      inputs: {
        submission: {
          'predictions.txt': 'a b c d',
          hitl_approved: '',
          approved: 'yes',
          'decision.json': '{}',
        },
      },
    },
  ],
}
