import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'files-without-number',
  family: 28,
  tries:
    'Writes until the disk is full: thousands of files, each with labels in its name, more than the disk has places for.',
  plants: 'Labels in the names of the files.',
  defence: 'The number of files is limited, and above the limit the run is refused.',
  expect: 'refused',
  quick: true,
  control: { notApplicable: 'Without limits it would fill the disk of whoever runs the tests.' },
}
