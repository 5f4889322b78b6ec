import type { EscapeCase } from '../../case.ts'

const IMAGES = [
  'other/python',
  'registry.example/test/python',
  'test',
  'python@sha256:0000000000000000000000000000000000000000000000000000000000000000',
  '../test/python',
  '--privileged',
]

export const attack: EscapeCase = {
  id: 'image-that-nobody-allowed',
  family: 29,
  tries:
    'Names another image than the policy allows: another name, another registry, a digest of its own, a path, an option.',
  plants: 'Labels in the output, were it to run.',
  defence: 'An image must match a rule of the policy, which says what it stands for; else nothing is run.',
  expect: 'refused',
  quick: true,
  control: 'escapes',
  jobs: () => IMAGES.map((image) => ({ job: { image } })),
}
