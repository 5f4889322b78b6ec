import type { DataMount } from '@scoregate/protocol/deposit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProgramMetadata } from './program-metadata.ts'
import { type PlannedProgram, planRun, type UnpackedInputs } from './run-plan.ts'

const FOLDERS = {
  predictions: '/run/predictions',
  sealedPredictions: '/run/sealed-predictions',
  scoringOutput: '/run/scoring-output',
  ingestionOutput: '/run/ingestion-output',
  shared: '/run/shared',
  sealedShared: '/run/sealed-shared',
}

const program = (root: string, command = `run ${root}`): ProgramMetadata => ({
  kind: 'command',
  command,
  root,
})
const files = (root: string): ProgramMetadata => ({ kind: 'no-command', root })

const TASK: UnpackedInputs = {
  submission: files('/in/submission'),
  scoringProgram: program('/in/scoring'),
  ingestionProgram: program('/in/ingestion'),
  inputData: '/in/input-data',
  referenceData: '/in/reference',
}

function plan(given: {
  inputs?: Partial<UnpackedInputs>
  ingestionOnlyDuringScoring?: boolean
  data?: DataMount[]
  sideBySide?: boolean
}) {
  const { inputs = {}, ingestionOnlyDuringScoring = false, data = [], sideBySide = false } = given
  return planRun({
    job: { ingestionOnlyDuringScoring },
    inputs: { ...TASK, ...inputs },
    folders: FOLDERS,
    data,
    sideBySide,
  })
}

function planned(given: Parameters<typeof plan>[0]) {
  const outcome = plan(given)
  if (outcome.kind !== 'planned') throw new Error(outcome.kind)
  return outcome.plan
}

/** What a program sees, as `target <- source`, with `(w)` where it may write. */
function seen(one: PlannedProgram | undefined): string[] | undefined {
  return one?.mounts
    .map(({ source, target, mode }) => `${target} <- ${source}${mode === 'output' ? ' (w)' : ''}`)
    .sort()
}

const SCORING = [
  '/app/input/ref <- /in/reference',
  '/app/input/res <- /run/sealed-predictions',
  '/app/output <- /run/scoring-output (w)',
  '/app/program <- /in/scoring',
]

describe('the plan of a run', () => {
  it('lets the ingestion program predict, and shows it the submission but no reference data', () => {
    const { predictions, scoring } = planned({ inputs: { submission: program('/in/submission') } })
    expect(predictions.kind === 'program' && seen(predictions.program)).toEqual([
      '/app/ingested_program <- /in/submission',
      '/app/input_data <- /in/input-data',
      '/app/output <- /run/predictions (w)',
      '/app/program <- /in/ingestion',
    ])
    expect(seen(scoring.program)).toEqual(SCORING)
    expect(scoring.kind).toBe('alone')
  })

  it('runs a submission that names a command when there is no ingestion program', () => {
    const { predictions } = planned({
      inputs: {
        ingestionProgram: undefined,
        submission: program('/in/submission', 'python3 $program/a.py $input'),
      },
    })
    if (predictions.kind !== 'program') throw new Error('no program')
    expect(predictions.program.kind).toBe('submission')
    expect(predictions.program.command).toEqual(['python3', '/app/program/a.py', '/app/input_data'])
    expect(seen(predictions.program)).toEqual([
      '/app/input_data <- /in/input-data',
      '/app/output <- /run/predictions (w)',
      '/app/program <- /in/submission',
    ])
  })

  it('takes the files of any other submission as the predictions', () => {
    const { predictions } = planned({ inputs: { ingestionProgram: undefined } })
    expect(predictions).toEqual({ kind: 'submitted', folder: '/in/submission' })
  })

  const WHILE_SCORING = [
    '/app/ingested_program <- /run/sealed-predictions',
    '/app/input_data <- /in/input-data',
    '/app/output <- /run/ingestion-output (w)',
    '/app/program <- /in/ingestion',
    '/app/shared <- /run/shared (w)',
  ]

  it('runs ingestion before scoring when the task has it in the scoring step, and shows scoring what was sealed', () => {
    const { predictions, scoring } = planned({ ingestionOnlyDuringScoring: true })
    expect(predictions).toEqual({ kind: 'submitted', folder: '/in/submission' })
    if (scoring.kind !== 'after-ingestion') throw new Error(scoring.kind)
    expect(seen(scoring.ingestion)).toEqual(WHILE_SCORING)
    expect(seen(scoring.program)).toEqual([...SCORING, '/app/shared <- /run/sealed-shared'])
  })

  it('runs both at once, with one folder that both can write, only where the policy says so', () => {
    const { scoring } = planned({ ingestionOnlyDuringScoring: true, sideBySide: true })
    if (scoring.kind !== 'beside-ingestion') throw new Error(scoring.kind)
    expect(seen(scoring.ingestion)).toEqual(WHILE_SCORING)
    expect(seen(scoring.program)).toEqual([...SCORING, '/app/shared <- /run/shared (w)'])
    expect(planned({ sideBySide: true }).scoring.kind).toBe('alone')
  })

  it('replaces the variables of older bundles', () => {
    const variables =
      '$input $output $program $ingestion_program $hidden $shared $submission_program $tmp $predictions'
    const { predictions, scoring } = planned({
      inputs: { ingestionProgram: program('/in/i', variables), scoringProgram: program('/in/s', variables) },
    })
    const inBoth = [
      '/app/program',
      '/app/program',
      '/app/input/ref',
      '/app/shared',
      '/app/ingested_program',
      '/app/output',
    ]
    expect(predictions.kind === 'program' && predictions.program.command).toEqual([
      '/app/input_data',
      '/app/output',
      ...inBoth,
      '/app/output',
    ])
    expect(scoring.program.command).toEqual(['/app/input', '/app/output', ...inBoth, '/app/input/res'])
  })

  it.each<[string, Partial<UnpackedInputs>, string]>([
    ['a scoring program without a command', { scoringProgram: files('/in/s') }, 'scoring'],
    ['an ingestion program without a command', { ingestionProgram: files('/in/i') }, 'ingestion'],
    ['an open quote', { scoringProgram: program('/in/s', 'python3 "a') }, 'scoring'],
    [
      'a submission whose metadata cannot be read',
      { ingestionProgram: undefined, submission: { kind: 'unreadable', root: '/in/submission' } },
      'submission',
    ],
  ])('refuses %s', (_what, inputs, which) => {
    expect(plan({ inputs })).toEqual({ kind: 'program-unusable', which })
  })

  it("mounts the site's data for the programs that it names, in the place of the task's", () => {
    const data: DataMount[] = [
      { competition: '*', source: '/site/images', target: '/app/data', runs: ['ingestion'] },
      { competition: '*', source: '/site/labels', target: '/app/input/ref', runs: ['scoring'] },
    ]
    const { predictions, scoring } = planned({ data })
    expect(predictions.kind === 'program' && seen(predictions.program)).toContain('/app/data <- /site/images')
    expect(predictions.kind === 'program' && seen(predictions.program)?.join()).not.toContain('/site/labels')
    expect(seen(scoring.program)).toContain('/app/input/ref <- /site/labels')
    expect(seen(scoring.program)?.join()).not.toMatch('/in/reference')
  })

  it.each(['/app/program', '/app/output/x', '/app/input', '/app/input_data/more'])(
    "refuses the site's data at %s, where the run has its own",
    (target) => {
      const data: DataMount[] = [
        { competition: '*', source: '/site', target, runs: ['ingestion', 'scoring'] },
      ]
      expect(plan({ data })).toEqual({ kind: 'data-clash', target })
    },
  )
})

describe('whatever a task and a policy are made of', () => {
  const anyProgram = (root: string) => fc.constantFrom(program(root), files(root))
  const anyRun = fc.record({
    inputs: fc.record({
      submission: anyProgram('/in/submission'),
      scoringProgram: fc.constant(program('/in/scoring')),
      ingestionProgram: fc.option(fc.constant(program('/in/ingestion')), { nil: undefined }),
      inputData: fc.option(fc.constant('/in/input-data'), { nil: undefined }),
      referenceData: fc.option(fc.constant('/in/reference'), { nil: undefined }),
    }),
    ingestionOnlyDuringScoring: fc.boolean(),
    sideBySide: fc.boolean(),
    data: fc.array(
      fc.record({
        competition: fc.constant('*'),
        source: fc.constantFrom('/site/a', '/site/b'),
        target: fc.constantFrom('/app/data', '/app/input_data', '/app/input/ref', '/app/more'),
        runs: fc.subarray<DataMount['runs'][number]>(['ingestion', 'submission', 'scoring']),
      }),
      { maxLength: 3 },
    ),
  })

  /** Every program of the plan of a run, where there is one. */
  function programsOf(run: Parameters<typeof plan>[0]): PlannedProgram[] {
    const outcome = plan(run)
    if (outcome.kind !== 'planned') return []
    const { predictions, scoring } = outcome.plan
    return [
      ...(predictions.kind === 'program' ? [predictions.program] : []),
      scoring.program,
      ...(scoring.kind === 'alone' ? [] : [scoring.ingestion]),
    ]
  }

  it("participants' code has no room with reference data, what the scoring program writes, or data not named for it", () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        for (const { kind, mounts } of programsOf(run)) {
          if (kind === 'scoring') continue
          const named = run.data.filter(({ runs }) => runs.includes(kind)).map(({ source }) => source)
          for (const { source, target } of mounts) {
            expect([
              '/in/reference',
              '/in/scoring',
              FOLDERS.scoringOutput,
              FOLDERS.sealedShared,
            ]).not.toContain(source)
            if (source.startsWith('/site/')) expect(named).toContain(source)
            if (target.startsWith('/app/input/')) expect(source).toMatch('/site/')
          }
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('no two rooms can write the same folder, but the live shared one where the policy says so', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const rooms = programsOf(run).map(({ mounts }) => mounts.filter(({ mode }) => mode === 'output'))
        const written = rooms.flat().map(({ source }) => source)
        const twice = written.filter((source, index) => written.indexOf(source) !== index)
        const mayShare = run.sideBySide && run.ingestionOnlyDuringScoring
        expect(mayShare ? twice.filter((source) => source !== FOLDERS.shared) : twice).toEqual([])
        for (const { target } of rooms.flat()) expect(['/app/output', '/app/shared']).toContain(target)
      }),
      { numRuns: 2000 },
    )
  })

  it('what one room can write, another sees only as it was sealed', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        fc.pre(!run.sideBySide)
        const programs = programsOf(run)
        for (const one of programs) {
          const written = one.mounts.filter(({ mode }) => mode === 'output').map(({ source }) => source)
          for (const other of programs.filter((program) => program !== one)) {
            expect(other.mounts.filter(({ source }) => written.includes(source))).toEqual([])
          }
        }
      }),
      { numRuns: 2000 },
    )
  })
})
