import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'setuid-and-attributes',
  family: 5,
  tries:
    'A copy of a shell is made to run as its owner, and extended attributes and access lists are left on it.',
  plants: 'Labels in the extended attributes.',
  defence: 'No new privileges in a room; modes and attributes are not sealed, so they cannot leave.',
  expect: 'contained',
  quick: false,
  review: 'everything',
  control: { notApplicable: 'its archiver drops attributes' },
}
