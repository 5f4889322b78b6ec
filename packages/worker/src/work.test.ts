import { describe, expect, it, vi } from 'vitest'
import { CODE, INPUT_DATA, pythonProgram, REFERENCE, RESULTS, SCORER, SLEEPER } from './test-programs-rig.ts'
import { findTestSandboxes } from './test-sandboxes-rig.ts'
import { deposited, startTestSite, type TestInputs, until } from './test-site-rig.ts'
import { LINK_MODE, renamedInZip, zipOf } from './zip-rig.ts'

const TASK = { scoringProgram: pythonProgram(SCORER), referenceData: REFERENCE }
const SLEEPING: TestInputs = { ...RESULTS, scoringProgram: pythonProgram(SLEEPER) }

const paths = (deposit: Awaited<ReturnType<typeof deposited>>) =>
  deposit.manifest.entries.map(({ section, path }) => `${section}/${path}`)

const sandboxes = await findTestSandboxes()

it('has a sandbox to run in', () => {
  expect(sandboxes).not.toEqual([])
})

describe.each(sandboxes)('a worker with $name', ({ sandbox, image }) => {
  const start = () => startTestSite({ sandbox, image })

  it('scores submitted results, deposits what was sealed, and tells the hub status words alone', async () => {
    await using site = await start()
    const job = await site.addJob(RESULTS)
    await site.startWorker()
    const deposit = await deposited(site)

    expect(deposit.failure).toBeUndefined()
    expect(paths(deposit)).toEqual([
      'logs/scoring_stderr',
      'logs/scoring_stdout',
      'predictions/predictions.txt',
      'scoring_output/detailed_results.html',
      'scoring_output/scores.json',
    ])
    expect(site.text(deposit, 'scoring_output', 'scores.json')).toBe('{"accuracy": 0.75}')
    expect(site.text(deposit, 'logs', 'scoring_stdout')).toContain('SECRET-FROM-THE-DATA')
    expect(deposit.manifest.programs).toMatchObject([{ program: 'scoring', kind: 'exited', exitCode: 0 }])
    expect(deposit.manifest).toMatchObject({
      inputs: {
        submission: job.inputs.submission.sha256,
        scoringProgram: job.inputs.scoringProgram.sha256,
        referenceData: job.inputs.referenceData?.sha256,
      },
      policyDigest: site.site.policyDigest,
      sandbox: sandbox.name,
    })
    for (const { imageDigest } of deposit.manifest.programs) {
      if (sandbox.name === 'engine') expect(imageDigest).toMatch(/^[0-9a-f]{64}$/)
      else expect(imageDigest).toBeUndefined()
    }
    expect(deposit).not.toHaveProperty('job.inputs')

    expect(site.heard()).toEqual(['Preparing', 'Running', 'Scoring'])
    expect(new Set(site.messages.flatMap(({ body }) => Object.keys(Object(body))))).toEqual(
      new Set(['attempt', 'status']),
    )
    expect(site.logged()).not.toMatch(/SECRET-FROM-THE-DATA|secret-signature|-token-/)
    await vi.waitFor(async () => expect(await site.left()).toEqual([]))
  })

  it('lets the ingestion program run submitted code, without the reference data', async () => {
    await using site = await start()
    await site.addJob(CODE)
    await site.startWorker()
    const deposit = await deposited(site)

    expect(site.text(deposit, 'logs', 'ingestion_stderr')).toBe('')
    expect(deposit.failure).toBeUndefined()
    expect(site.text(deposit, 'logs', 'ingestion_stdout')).toBe('ingestion says hello\n')
    expect(site.text(deposit, 'predictions', 'predictions.txt')).toBe('a b c x')
    expect(site.text(deposit, 'scoring_output', 'scores.json')).toBe('{"accuracy": 0.75}')
    expect(deposit.manifest.programs.map(({ program }) => program)).toEqual(['ingestion', 'scoring'])
    expect(site.heard()).toEqual(['Preparing', 'Running', 'Scoring'])
  })

  it('runs a submission that brings its own command', async () => {
    await using site = await start()
    const own =
      "open('/app/output/predictions.txt', 'w').write(open('/app/input_data/questions.txt').read().lower())"
    await site.addJob({ ...TASK, submission: pythonProgram(own), inputData: INPUT_DATA })
    await site.startWorker()
    const deposit = await deposited(site)
    expect(deposit.failure).toBeUndefined()
    expect(deposit.manifest.programs.map(({ program }) => program)).toEqual(['submission', 'scoring'])
    expect(site.text(deposit, 'scoring_output', 'scores.json')).toBe('{"accuracy": 0.75}')
  })

  const INGESTION_WHILE_SCORING = `
import os
assert not os.path.exists('/app/input')
assert open('/app/ingested_program/model.py').read()
os.mkdir('/app/shared/deep')
open('/app/shared/deep/answer', 'w').write('1')
open('/app/output/notes.txt', 'w').write('of ingestion')`

  it('runs ingestion before scoring where the task has both at once, and seals what goes from one to the other', async () => {
    await using site = await start()
    const scoring = `
import os
assert os.listdir('/app/output') == []
try: open('/app/shared/deep/answer', 'w')
except OSError: pass
else: raise SystemExit('the shared folder is writable')
answer = open('/app/shared/deep/answer').read()
assert open('/app/input/res/model.py').read()
open('/app/output/scores.txt', 'w').write('accuracy: ' + answer)`
    await site.addJob(
      {
        ...CODE,
        ingestionProgram: pythonProgram(INGESTION_WHILE_SCORING),
        scoringProgram: pythonProgram(scoring),
      },
      { ingestionOnlyDuringScoring: true, timeLimitSeconds: 20 },
    )
    await site.startWorker()
    const deposit = await deposited(site)
    expect(site.text(deposit, 'logs', 'scoring_stderr')).toBe('')
    expect(deposit.failure).toBeUndefined()
    expect(deposit.manifest.programs.map(({ program }) => program)).toEqual(['ingestion', 'scoring'])
    expect(site.text(deposit, 'ingestion_output', 'notes.txt')).toBe('of ingestion')
    expect(site.text(deposit, 'shared', 'deep/answer')).toBe('1')
    expect(site.text(deposit, 'scoring_output', 'scores.txt')).toBe('accuracy: 1')
  })

  it('lets no link that ingestion leaves in the shared folder reach the scoring program', async () => {
    await using site = await start()
    const ingestion = `import os; os.symlink('/app/input/ref/truth.txt', '/app/shared/answer')`
    await site.addJob(
      { ...CODE, ingestionProgram: pythonProgram(ingestion) },
      { ingestionOnlyDuringScoring: true },
    )
    await site.startWorker()
    const deposit = await deposited(site)
    expect(deposit.failure).toBe('output-refused')
    expect(deposit.manifest.refusals).toMatchObject([{ kind: 'symbolic-link', section: 'shared' }])
    expect(deposit.manifest.programs.map(({ program }) => program)).toEqual(['ingestion'])
  })

  it('runs ingestion and scoring program at the same time where the policy says so, each with its own output', async () => {
    await using site = await start()
    site.site.competitions.push({ pattern: 'A bench*', sideBySide: true })
    const talk = `
import os, time
def put(name): open('/app/shared/' + name + '.part', 'w').write('x'); os.rename('/app/shared/' + name + '.part', '/app/shared/' + name)
def wait(name):
    while not os.path.exists('/app/shared/' + name): time.sleep(0.02)
`
    const ingestion = `${talk}
assert not os.path.exists('/app/input')
assert open('/app/ingested_program/model.py').read()
open('/app/output/notes.txt', 'w').write('of ingestion')
put('question'); wait('answer')`
    const scoring = `${talk}
wait('question')
assert os.listdir('/app/output') == []
put('answer')
assert open('/app/input/res/model.py').read()
open('/app/output/scores.txt', 'w').write('accuracy: 1')`
    await site.addJob(
      { ...CODE, ingestionProgram: pythonProgram(ingestion), scoringProgram: pythonProgram(scoring) },
      { ingestionOnlyDuringScoring: true, timeLimitSeconds: 20 },
    )
    await site.startWorker()
    const deposit = await deposited(site)
    expect(site.text(deposit, 'logs', 'scoring_stderr')).toBe('')
    expect(deposit.failure).toBeUndefined()
    expect(deposit.manifest.programs.map(({ program }) => program)).toEqual(['ingestion', 'scoring'])
    expect(paths(deposit).filter((path) => !path.startsWith('logs/'))).toEqual([
      'ingestion_output/notes.txt',
      'predictions/model.py',
      'scoring_output/scores.txt',
    ])
  })

  it('does not leave a scoring program waiting for an ingestion program that failed', async () => {
    await using site = await start()
    site.site.competitions.push({ pattern: '1', sideBySide: true })
    await site.addJob(
      {
        ...CODE,
        ingestionProgram: pythonProgram('raise SystemExit(3)'),
        scoringProgram: pythonProgram(SLEEPER),
      },
      { ingestionOnlyDuringScoring: true },
    )
    await site.startWorker()
    expect((await deposited(site)).failure).toBe('ingestion-failed')
  })

  it.each([
    [
      'a scoring program that crashes',
      { scoringProgram: pythonProgram('raise RuntimeError("PRIVATE")') },
      'scoring-failed',
    ],
    ['no scores', { scoringProgram: pythonProgram('pass') }, 'no-scores'],
    [
      'scores that are none',
      {
        scoringProgram: pythonProgram(
          "open('/app/output/scores.json','w').write('{\"accuracy\": \"PRIVATE\"}')",
        ),
      },
      'scores-unreadable',
    ],
    ['a run without an end', { scoringProgram: pythonProgram(SLEEPER) }, 'time-limit'],
    [
      'a link among the results',
      { scoringProgram: pythonProgram(`${SCORER}\nos.symlink('/etc/passwd', '/app/output/link')`) },
      'output-refused',
    ],
    [
      'too many files',
      { scoringProgram: pythonProgram("for i in range(150): open(f'/app/output/{i}', 'w').write('x')") },
      'output-too-large',
    ],
  ] as const)('deposits %s as a failed run', async (_what, inputs, failure) => {
    await using site = await start()
    await site.addJob({ ...RESULTS, ...inputs }, { timeLimitSeconds: failure === 'time-limit' ? 2 : 60 })
    await site.startWorker()
    const deposit = await deposited(site)
    expect(deposit.failure).toBe(failure)
    expect(paths(deposit)).toContain('logs/scoring_stderr')
    expect(site.heard()).toEqual(['Preparing', 'Running', 'Scoring'])
    expect(site.logged()).not.toContain('PRIVATE')
  })

  it('does not score when ingestion failed, and keeps its log for the reviewer', async () => {
    await using site = await start()
    await site.addJob({ ...CODE, submission: { 'model.py': 'raise RuntimeError("broken model")' } })
    await site.startWorker()
    const deposit = await deposited(site)
    expect(deposit.failure).toBe('ingestion-failed')
    expect(site.text(deposit, 'logs', 'ingestion_stderr')).toContain('broken model')
    expect(deposit.manifest.programs.map(({ program }) => program)).toEqual(['ingestion'])
    expect(site.heard()).toEqual(['Preparing', 'Running'])
  })

  it('never lets a link that a submission leaves reach the scoring program', async () => {
    await using site = await start()
    const own = "import os\nos.symlink('/etc/passwd', '/app/output/predictions.txt')"
    await site.addJob({ ...TASK, submission: pythonProgram(own) })
    await site.startWorker()
    const deposit = await deposited(site)
    expect(deposit.failure).toBe('output-refused')
    expect(deposit.manifest.refusals).toMatchObject([{ kind: 'symbolic-link', section: 'predictions' }])
    expect(deposit.manifest.programs.map(({ program }) => program)).toEqual(['submission'])
  })

  it.each<[string, () => Promise<TestInputs>, string]>([
    [
      'an archive with names that climb',
      async () => ({
        ...RESULTS,
        submission: renamedInZip(await zipOf({ 'aa/evil': 'x' }), 'aa/evil', '../evil'),
      }),
      'inputs-unavailable',
    ],
    [
      'an archive with a link',
      async () => ({ ...RESULTS, submission: { link: { bytes: '/etc/passwd', mode: LINK_MODE } } }),
      'inputs-unavailable',
    ],
    [
      'what is no archive',
      async () => ({ ...RESULTS, submission: Buffer.from('no zip') }),
      'inputs-unavailable',
    ],
    [
      'a scoring program without a command',
      async () => ({ ...RESULTS, scoringProgram: REFERENCE }),
      'program-unusable',
    ],
  ])('runs nothing for %s, and the hub hears it at once', async (_what, inputs, failure) => {
    await using site = await start()
    await site.addJob(await inputs())
    await site.startWorker()
    await until(() => expect(site.heard().at(-1)).toBe(`failure: ${failure}`))
    expect(['Preparing', `failure: ${failure}`]).toEqual(expect.arrayContaining(site.heard()))
    expect(site.deposits).toEqual([])
  })

  it('runs nothing with an image that the policy does not name, or the machine does not have', async () => {
    await using site = await start()
    site.site.images.push({ pattern: 'absent', [sandbox.name]: '/absent-image' })
    await site.addJob(RESULTS, { image: 'other/python' })
    await site.addJob(RESULTS, { image: 'absent' })
    await site.startWorker()
    await until(() =>
      expect(site.heard().filter((word) => word.startsWith('failure'))).toEqual([
        'failure: image-not-allowed',
        'failure: image-missing',
      ]),
    )
  })

  it('refuses inputs from elsewhere than the hub, and other bytes than were promised', async () => {
    await using site = await start()
    const elsewhere = await site.addJob(RESULTS)
    elsewhere.inputs.submission.url = 'http://127.0.0.1:1/secret'
    const other = await site.addJob(RESULTS)
    other.inputs.submission.sha256 = '0'.repeat(64)
    await site.startWorker()
    await until(() =>
      expect(site.heard().filter((word) => word === 'failure: inputs-unavailable')).toHaveLength(2),
    )
  })

  it.each(['lost', 'cancelled'] as const)(
    'stops a run whose lease is %s, and deposits nothing',
    async (ending) => {
      await using site = await start()
      await site.addJob(SLEEPING)
      await site.startWorker()
      await until(() => expect(site.heard()).toContain('Scoring'))
      site.state.lease = ending
      await until(() => expect(site.logged()).toContain('a run is stopped and dropped'))
      await vi.waitFor(async () => expect(await site.left()).toEqual([]))
      expect(site.deposits).toEqual([])
      expect(site.heard()).not.toContain('return')
    },
  )

  it('gives its job back when it is stopped in the middle of a run', async () => {
    await using site = await start()
    await site.addJob(SLEEPING)
    const worker = await site.startWorker()
    await until(() => expect(site.heard()).toContain('Scoring'))
    await worker.stop()
    expect(site.heard().at(-1)).toBe('return')
    expect(site.deposits).toEqual([])
    expect(await site.left()).toEqual([])
  })
})
