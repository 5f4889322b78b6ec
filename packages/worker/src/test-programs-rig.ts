import type { TestInputs } from './test-site-rig.ts'
import type { ZippedFile } from './zip-rig.ts'

/** An archive with a Python program; `$arguments` as a metadata file of Codabench has them. */
export function pythonProgram(
  source: string,
  command = 'python3 $program/main.py $input $output',
): Record<string, ZippedFile> {
  return { 'metadata.yaml': `command: ${command}\n`, 'main.py': source }
}

/** Scores the share of lines of `predictions.txt` that are those of the reference; prints what it read. */
export const SCORER = `
import json, os
truth = open('/app/input/ref/truth.txt').read().split()
guesses = open('/app/input/res/predictions.txt').read().split()
print('SECRET-FROM-THE-DATA', truth)
accuracy = sum(a == b for a, b in zip(truth, guesses)) / len(truth)
json.dump({'accuracy': accuracy}, open('/app/output/scores.json', 'w'))
open('/app/output/detailed_results.html', 'w').write('<p>done</p>')
`

export const REFERENCE = { 'truth.txt': 'a b c d' }

/** Writes the input data to the predictions by the submission's own `predict`. */
export const INGESTION = `
import os, sys
sys.path.insert(0, '/app/ingested_program')
from model import predict
assert not os.path.exists('/app/input')
lines = open('/app/input_data/questions.txt').read().split()
open('/app/output/predictions.txt', 'w').write(' '.join(predict(lines)))
print('ingestion says hello')
`

export const INPUT_DATA = { 'questions.txt': 'A B C X' }

export const MODEL = { 'model.py': 'def predict(lines):\n    return [line.lower() for line in lines]\n' }

/** Blocks until it is stopped. */
export const SLEEPER = 'import time\ntime.sleep(600)\n'

/** A submission of results, to be scored. */
export const RESULTS = {
  scoringProgram: pythonProgram(SCORER),
  referenceData: REFERENCE,
  submission: { 'predictions.txt': 'a b c x' },
} as const satisfies TestInputs

/** A submission of code, which an ingestion program runs. */
export const CODE = {
  ...RESULTS,
  submission: MODEL,
  ingestionProgram: pythonProgram(INGESTION),
  inputData: INPUT_DATA,
} as const satisfies TestInputs
