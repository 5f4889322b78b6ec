import type { EscapeCase } from '../../case.ts'

const ENCODINGS = ['utf-7', 'utf-16', 'utf-16-be', 'utf-32', 'cp037']

export const attack: EscapeCase = {
  id: 'text-in-odd-encodings',
  family: 20,
  tries:
    'Writes the scores in an encoding that one reader takes for nothing and another for a text: UTF-7, UTF-16, UTF-32, EBCDIC.',
  plants: 'Text in scores of five encodings.',
  defence: 'Scores are read strictly, as UTF-8; anything else is no scores.',
  expect: 'refused',
  quick: false,
  control: 'escapes',
  jobs: () => ENCODINGS.map((encoding) => ({ beside: { 'encoding.txt': encoding } })),
}
