import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'secret-in-file-names',
  family: 14,
  tries: 'Honest-looking files have names and folders that are the secret.',
  plants: 'The secret in plain names, in their order and in the folders that they lie in.',
  defence: 'Names of files do not leave before a decision that names an archive.',
  expect: 'contained',
  quick: true,
  control: 'escapes',
}
