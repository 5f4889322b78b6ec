import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'traceback-with-labels',
  family: 13,
  tries: 'The program fails with an exception whose text and traceback hold the labels.',
  plants: 'Text of the private data in the message, the class and the arguments of the exception.',
  defence: 'A failure is one of sixteen words; its text stays, and is in no log of ours.',
  expect: 'contained',
  quick: false,
  control: 'escapes',
}
