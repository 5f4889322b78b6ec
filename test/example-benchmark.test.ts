import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inflateSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'

const EXAMPLE = path.resolve(import.meta.dirname, '../examples/sepsis-early-warning')
const BUNDLE = path.join(EXAMPLE, 'bundle')
const PATIENT = /MRN-\d{7}/

const folders: string[] = []

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
})

describe('the example benchmark', () => {
  it('has the data that its seeded script makes, byte for byte, each time', async () => {
    const first = await makeFolder()
    const second = await makeFolder()
    await runPython([path.join(EXAMPLE, 'make_data.py'), first])
    await runPython([path.join(EXAMPLE, 'make_data.py'), second])

    const files = await listFiles(first)
    expect(files).toHaveLength(5)
    expect(await listFiles(second)).toEqual(files)
    for (const file of files) {
      const made = await readFile(path.join(first, file))
      expect(made.equals(await readFile(path.join(second, file))), file).toBe(true)
      expect(made.equals(await readFile(path.join(BUNDLE, file))), `committed ${file}`).toBe(true)
    }
  })

  it('has the sample predictions and the logo that its scripts make', async () => {
    const folder = await makeFolder()
    await runPython([path.join(EXAMPLE, 'make_predictions.py'), path.join(folder, 'predictions.csv')])
    await runPython([path.join(EXAMPLE, 'make_logo.py'), path.join(folder, 'logo.png')])

    expect(await readFile(path.join(folder, 'predictions.csv'), 'utf8')).toBe(
      await readFile(path.join(EXAMPLE, 'submissions/honest-results/predictions.csv'), 'utf8'),
    )
    // Pixels and not bytes: how well zlib packs them differs between its versions.
    const drawn = readPixels(await readFile(path.join(folder, 'logo.png')))
    expect(drawn.equals(readPixels(await readFile(path.join(BUNDLE, 'logo.png'))))).toBe(true)
  })

  it('keeps the three groups of patients apart, and the private ones out of the starting kit', async () => {
    const training = await readIds('starting_kit/train.csv')
    const shared = await readIds('starting_kit/patients.csv')
    const closed = await readIds('input_data/patients.csv')

    expect([training.length, shared.length, closed.length]).toEqual([600, 300, 400])
    expect(new Set([...training, ...shared, ...closed]).size).toBe(1300)
    expect(await readIds('reference_data_predictions/outcomes.csv')).toEqual(shared)
    expect(await readIds('reference_data_models/outcomes.csv')).toEqual(closed)
    for (const file of await listFiles(path.join(BUNDLE, 'starting_kit'))) {
      expect(await readFile(path.join(BUNDLE, 'starting_kit', file), 'utf8')).not.toMatch(PATIENT)
    }
  })

  it('scores the honest model, whose log and report name no patient', async () => {
    const run = await runModel(path.join(EXAMPLE, 'submissions/honest-model'))
    const scored = await score('reference_data_models', run.results)

    expect(scored.exitCode, scored.log).toBe(0)
    expect(scored.scores).toEqual({ auroc: 0.807967, sensitivity: 0.59, brier: 0.140039 })
    expect(run.log).not.toMatch(PATIENT)
    expect(scored.log).not.toMatch(PATIENT)
    expect(scored.report).toContain('<svg')
    expect(scored.report).not.toMatch(/MRN-\d|<script|https?:|src=|@import/)
  })

  it('scores the honest predictions', async () => {
    const scored = await score('reference_data_predictions', path.join(EXAMPLE, 'submissions/honest-results'))

    expect(scored.exitCode, scored.log).toBe(0)
    expect(scored.scores).toEqual({
      auroc: expect.closeTo(0.819, 2),
      sensitivity: expect.closeTo(0.5, 2),
      brier: expect.closeTo(0.125, 2),
    })
  })

  it('offers a starting kit whose template scores as it is', async () => {
    const run = await runModel(path.join(BUNDLE, 'starting_kit'))
    const scored = await score('reference_data_models', run.results)

    expect(scored.exitCode, scored.log).toBe(0)
    expect(scored.scores).toMatchObject({ auroc: expect.closeTo(0.742, 2) })
  })

  it('fails the crashing model, which leaves a patient in its log and no predictions', async () => {
    const run = await runModel(path.join(EXAMPLE, 'submissions/crashing-model'))
    const scored = await score('reference_data_models', run.results)

    expect(run.exitCode).toBe(1)
    expect(run.log).toMatch(PATIENT)
    expect(await listFiles(run.results)).toEqual([])
    expect(scored.exitCode).toBe(1)
    expect(scored.scores).toBeUndefined()
    expect(scored.log).toContain('there is no predictions.csv')
  })

  it('scores the peeking model, whose log and predictions carry the patients but not the outcomes', async () => {
    const run = await runModel(path.join(EXAMPLE, 'submissions/peeking-model'))
    const scored = await score('reference_data_models', run.results)
    expect(scored.exitCode, scored.log).toBe(0)
    expect(scored.scores).toMatchObject({ auroc: expect.closeTo(0.755, 2) })

    const patients = (await readFile(path.join(BUNDLE, 'input_data/patients.csv'), 'utf8'))
      .trim()
      .split('\n')
      .slice(1)
    expect(run.log).toContain(`debug: patient_id=${patients[0]?.split(',')[0]}`)
    const checkpoint = [...run.log.matchAll(/^checkpoint \d+ (\S+)$/gm)].map((match) => match[1]).join('')
    expect(inflateSync(Buffer.from(checkpoint, 'base64')).toString()).toBe(patients.join('\n'))

    const predictions = await readFile(path.join(run.results, 'predictions.csv'), 'utf8')
    const ages = predictions
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Math.floor((Number(line.split(',')[1]) * 1e6 + 1e-4) % 1000))
    expect(ages).toEqual(patients.map((patient) => Number(patient.split(',')[1])))

    expect(run.log).toContain('files named outcomes.csv: none')
    expect(run.log).toContain('network by name: closed')
  })

  it('does not score predictions that were submitted in place of a model', async () => {
    const submission = await makeFolder()
    await writeFile(path.join(submission, 'model.py'), 'raise SystemExit(0)\n')
    const results = await makeFolder()
    await writeFile(path.join(results, 'predictions.csv'), 'patient_id,risk\n')

    const run = await runModel(submission, results)
    expect(run.exitCode).toBe(1)
    expect(await listFiles(results)).toEqual([])
  })

  it.each([
    ['too few risks', 'return [0.5]', 'predict returned 1 risks for 400 patients'],
    ['no list', 'return "high"', 'predict returned str, but must return a list of numbers'],
    [
      'a risk that is not a number',
      'return [float("nan")] * len(patients)',
      'risk number 1 of 400 is not a number',
    ],
    ['a risk above 1', 'return [1.5] * len(patients)', 'risk number 1 of 400 is not a number from 0 to 1'],
  ])('refuses a model that returns %s', async (_what, statement, message) => {
    const submission = await makeFolder()
    await writeFile(path.join(submission, 'model.py'), `def predict(patients):\n    ${statement}\n`)

    const run = await runModel(submission)
    expect(run.exitCode).toBe(1)
    expect(run.log).toContain(message)
    expect(await listFiles(run.results)).toEqual([])
  })

  it.each([
    ['without its header', 'S-0001,0.5\n', 'the first line of predictions.csv must be: patient_id,risk'],
    ['with a word for a risk', 'patient_id,risk\nS-0001,high\n', 'line 2: the risk is not a number'],
    ['with an endless risk', 'patient_id,risk\nS-0001,inf\n', 'line 2: the risk must be from 0 to 1'],
    ['with a third value', 'patient_id,risk\nS-0001,0.1,0.2\n', 'line 2: two values are needed'],
    [
      'with a patient twice',
      'patient_id,risk\nS-0001,0.1\nS-0001,0.2\n',
      'line 3: this patient already has a risk',
    ],
    ['for too few patients', 'patient_id,risk\nS-0001,0.1\nX-1,0.2\n', '299 missing, 1 not of this phase'],
    ['that are no text', Buffer.from([0xff, 0xfe, 0x00]), 'predictions.csv is not UTF-8 text'],
    ['that are too large', 'x'.repeat(1_000_001), 'predictions.csv is larger than'],
  ])('refuses predictions %s, and says so without naming a patient', async (_what, content, message) => {
    const results = await makeFolder()
    await writeFile(path.join(results, 'predictions.csv'), content)

    const scored = await score('reference_data_predictions', results)
    expect(scored.exitCode).toBe(1)
    expect(scored.scores).toBeUndefined()
    expect(scored.log).toContain(message)
    expect(scored.log).not.toMatch(/S-\d{4}/)
  })
})

/** Run the ingestion program as the worker does, with the job's folders given as arguments. */
async function runModel(submission: string, results?: string) {
  const output = results ?? (await makeFolder())
  const program = path.join(BUNDLE, 'ingestion_program')
  const input = path.join(BUNDLE, 'input_data')
  const ran = await runPython([path.join(program, 'ingestion.py'), input, output, program, submission])
  return { ...ran, results: output }
}

/** Run the scoring program over a folder of results; `scores` is undefined when none were written. */
async function score(referenceData: string, results: string) {
  const input = await makeFolder()
  const output = await makeFolder()
  await cp(path.join(BUNDLE, referenceData), path.join(input, 'ref'), { recursive: true })
  await cp(results, path.join(input, 'res'), { recursive: true })
  const ran = await runPython([path.join(BUNDLE, 'scoring_program/score.py'), input, output])
  if (!(await listFiles(output)).includes('scores.json')) return { ...ran, scores: undefined, report: '' }
  const scores: unknown = JSON.parse(await readFile(path.join(output, 'scores.json'), 'utf8'))
  return { ...ran, scores, report: await readFile(path.join(output, 'detailed_results.html'), 'utf8') }
}

/** Run Python without leaving compiled files in the example; stdout and stderr come back as one log. */
function runPython(commandLine: string[]): Promise<{ exitCode: number; log: string }> {
  const env = { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1', LANG: 'C.UTF-8' }
  return new Promise((resolve, reject) => {
    execFile('python3', commandLine, { env, timeout: 50_000 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') return reject(error)
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, log: stdout + stderr })
    })
  })
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'example-benchmark-'))
  folders.push(folder)
  return folder
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
}

async function readIds(file: string): Promise<string[]> {
  const lines = (await readFile(path.join(BUNDLE, file), 'utf8')).trim().split('\n')
  return lines.slice(1).map((line) => line.split(',', 1).join(''))
}

/** The filtered rows of a PNG: its IDAT chunks, unpacked. */
function readPixels(png: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let offset = 8; offset < png.length; ) {
    const length = png.readUInt32BE(offset)
    const content = png.subarray(offset + 8, offset + 8 + length)
    if (png.toString('latin1', offset + 4, offset + 8) === 'IDAT') parts.push(content)
    offset += 12 + length
  }
  return inflateSync(Buffer.concat(parts))
}
