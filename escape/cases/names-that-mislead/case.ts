import type { EscapeCase } from '../../case.ts'
import { playNamesThatMislead } from './play.ts'

export const attack: EscapeCase = {
  id: 'names-that-mislead',
  family: 22,
  tries:
    'Names files and columns so that a reviewer reads another name: characters that turn the direction, that nobody sees, that look like others, a flood of marks.',
  plants: 'Text hidden in the names, as characters that nobody sees.',
  defence:
    'Characters that mislead are shown as their numbers, in pages and on terminals, or their names are refused.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'The case has its own: the names as they are do mislead.' },
  act: playNamesThatMislead,
}
