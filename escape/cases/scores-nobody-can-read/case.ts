import type { EscapeCase } from '../../case.ts'

/** Each is written to the scores file; TOKEN stands for the planted text. */
const SCORES = {
  'not a number': '{"accuracy": NaN, "note": "TOKEN"}',
  'a number beyond all': '{"accuracy": 1e400, "note": "TOKEN"}',
  'two of one name': '{"accuracy": 0.5, "accuracy": "TOKEN"}',
  'a text for a number': '{"accuracy": "TOKEN"}',
  'a list': '["TOKEN"]',
  'half a file': '{"accuracy": 0.5, "note": "TOKEN',
  'something after the end': '{"accuracy": 0.5} TOKEN',
  'a prototype': '{"__proto__": {"accuracy": 0.5}, "note": "TOKEN"}',
}

export const attack: EscapeCase = {
  id: 'scores-nobody-can-read',
  family: 25,
  tries:
    'Writes scores on which a careless reader gives up, in the hope that it lets pass what it could not check.',
  plants: 'Text in each of the files of scores.',
  defence: 'Scores that cannot be read are a failed run; there is nothing to release but a fixed reason.',
  expect: 'refused',
  quick: true,
  control: 'escapes',
  jobs: () => Object.values(SCORES).map((scores) => ({ beside: { 'scores-template.txt': scores } })),
}
