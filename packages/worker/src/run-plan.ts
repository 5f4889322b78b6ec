import type { DataMount } from '@scoregate/protocol/deposit'
import type { Job } from '@scoregate/protocol/job'
import type { Mount } from '@scoregate/sandbox/sandbox'
import type { ProgramMetadata } from './program-metadata.ts'
import { splitCommand } from './split-command.ts'

/** Which part of a run a program is; decides what it may see. */
export type ProgramKind = 'ingestion' | 'submission' | 'scoring'

/** One confined program: what the sandbox needs to know of it, but for image, limits and log files. */
export type PlannedProgram = {
  readonly kind: ProgramKind
  readonly command: readonly string[]
  readonly workingDirectory: string
  readonly environment: Readonly<Record<string, string>>
  readonly mounts: readonly Mount[]
}

/** What is unpacked: the submission and the scoring program always, the others if the task has them. */
export type UnpackedInputs = {
  readonly submission: ProgramMetadata
  readonly scoringProgram: ProgramMetadata
  readonly ingestionProgram?: ProgramMetadata | undefined
  readonly inputData?: string | undefined
  readonly referenceData?: string | undefined
}

/** Folders of the host that the run fills, all absolute. */
export type RunFolders = {
  /** Written by the prediction step. */
  readonly predictions: string
  /** The predictions as they were sealed; what the scoring step sees. */
  readonly sealedPredictions: string
  readonly scoringOutput: string
  /** Written by an ingestion program of the scoring step. */
  readonly ingestionOutput: string
  /** What such an ingestion program leaves for the scoring program; live for both where the policy lets them run at once. */
  readonly shared: string
  /** `shared` as it was sealed between the two. */
  readonly sealedShared: string
}

/** How one job is run. */
export type RunPlan = {
  /** Where the predictions come from: a program writes them, or they are the submission itself. */
  readonly predictions:
    | {
        readonly kind: 'program'
        readonly program: PlannedProgram
        /** A folder whose files count as predictions, too, where the program wrote none of the same name. */
        readonly submitted?: string
      }
    | { readonly kind: 'submitted'; readonly folder: string }
  readonly scoring: ScoringPlan
}

/** The scoring program, and how an ingestion program of the same step runs: sealed before it, or at the same time. */
export type ScoringPlan =
  | { readonly kind: 'alone'; readonly program: PlannedProgram }
  | {
      readonly kind: 'after-ingestion' | 'beside-ingestion'
      readonly program: PlannedProgram
      readonly ingestion: PlannedProgram
    }

/** `data-clash`: a mount of the site's policy lies where the run has a folder of its own. */
export type Planned =
  | { readonly kind: 'planned'; readonly plan: RunPlan }
  | { readonly kind: 'program-unusable'; readonly which: ProgramKind }
  | { readonly kind: 'data-clash'; readonly target: string }

/** Where things are in a room; Codabench's paths (protocol reference, 4.4), so that its programs find them. */
const ROOM = {
  program: '/app/program',
  submission: '/app/ingested_program',
  inputData: '/app/input_data',
  input: '/app/input',
  referenceData: '/app/input/ref',
  predictions: '/app/input/res',
  output: '/app/output',
  shared: '/app/shared',
} as const

/** The two places where a site may put its own data in the place of the task's. */
const REPLACEABLE: readonly string[] = [ROOM.inputData, ROOM.referenceData]

const ENVIRONMENT = { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1', HOME: '/tmp' } as const

/**
 * Decides which programs a job runs, in which order, and what each sees (protocol reference, 4.3 to 4.5, confined):
 *
 *     ingestion program            runs over the submission and the input data, writes the predictions
 *     none, submission has command the submission runs over the input data, writes the predictions
 *     none, no command             the submission's files are the predictions
 *     ingestion only while scoring the predictions come as in the last two lines; the ingestion program then sees them as its
 *                                  submission, never the reference data, and writes to folders of its own
 *     scoring program              always, over the reference data and the sealed predictions
 *
 * Everything but `/app/output`, and `/app/shared` of an ingestion program that runs while scoring, is read-only. The scoring
 * program sees such a `/app/shared` as it was sealed; only where the site's policy allows it (`sideBySide`) do the two run
 * at once with one live `/app/shared`, and even then each has an output folder of its own. Pure: looks at nothing but its
 * arguments. `data` is the site's data for this competition.
 */
export function planRun(given: {
  readonly job: Pick<Job, 'ingestionOnlyDuringScoring'>
  readonly inputs: UnpackedInputs
  readonly folders: RunFolders
  readonly data: readonly DataMount[]
  readonly sideBySide: boolean
  /** The submission's files are predictions that were made elsewhere: no program of it runs, whatever it brings. */
  readonly predictionsAreMade?: boolean
  /**
   * A submission without a command is part of the predictions also where an ingestion program runs, as in both generations of
   * Codabench's worker (protocol reference, 4.3): so results can be submitted to a task that has one.
   */
  readonly submissionIsCopied?: boolean
}): Planned {
  const { inputs, data } = given
  const { submission, ingestionProgram: metadata } = inputs
  const step = metadata === undefined ? undefined : stepOfIngestion(given.job, given)
  const scoring = planProgram('scoring', scoringProgram(given, step), data)
  if (scoring.kind !== 'program') return scoring
  const ingestion = metadata && planProgram('ingestion', ingestionProgram(metadata, given, step), data)
  if (ingestion !== undefined && ingestion.kind !== 'program') return ingestion
  const runsItself =
    step !== 'prediction' && submission.kind !== 'no-command' && given.predictionsAreMade !== true
  const own = runsItself ? planProgram('submission', submissionProgram(given), data) : undefined
  if (own !== undefined && own.kind !== 'program') return own

  const isCopied =
    given.submissionIsCopied === true && step === 'prediction' && submission.kind === 'no-command'
  const predictor = step === 'prediction' ? ingestion : own
  return {
    kind: 'planned',
    plan: {
      predictions:
        predictor === undefined
          ? { kind: 'submitted', folder: submission.root }
          : { ...predictor, ...(isCopied ? { submitted: submission.root } : {}) },
      scoring:
        ingestion === undefined || step === undefined || step === 'prediction'
          ? { kind: 'alone', program: scoring.program }
          : { kind: step, program: scoring.program, ingestion: ingestion.program },
    },
  }
}

/** When an ingestion program runs: to predict, or in the scoring step, before the scoring program or beside it. */
export type IngestionStep = 'prediction' | 'after-ingestion' | 'beside-ingestion'

/** When a job runs its ingestion program, if it has one. */
export function stepOfIngestion(
  job: Pick<Job, 'ingestionOnlyDuringScoring'>,
  { sideBySide }: { readonly sideBySide: boolean },
): IngestionStep {
  if (!job.ingestionOnlyDuringScoring) return 'prediction'
  return sideBySide ? 'beside-ingestion' : 'after-ingestion'
}

type Given = Pick<Parameters<typeof planRun>[0], 'inputs' | 'folders'>

function scoringProgram({ inputs, folders }: Given, step: IngestionStep | undefined): Program {
  const shared: Record<IngestionStep, readonly Mount[]> = {
    prediction: [],
    'after-ingestion': [readOnly(folders.sealedShared, ROOM.shared)],
    'beside-ingestion': [writable(folders.shared, ROOM.shared)],
  }
  return {
    metadata: inputs.scoringProgram,
    mounts: [
      ...(inputs.referenceData === undefined ? [] : [readOnly(inputs.referenceData, ROOM.referenceData)]),
      readOnly(folders.sealedPredictions, ROOM.predictions),
      writable(folders.scoringOutput, ROOM.output),
      ...shared[step ?? 'prediction'],
    ],
  }
}

function ingestionProgram(
  metadata: ProgramMetadata,
  { inputs, folders }: Given,
  step: IngestionStep | undefined,
): Program {
  const isPrediction = step === 'prediction'
  return {
    metadata,
    mounts: [
      readOnly(isPrediction ? inputs.submission.root : folders.sealedPredictions, ROOM.submission),
      ...inputData(inputs),
      writable(isPrediction ? folders.predictions : folders.ingestionOutput, ROOM.output),
      ...(isPrediction ? [] : [writable(folders.shared, ROOM.shared)]),
    ],
  }
}

function submissionProgram({ inputs, folders }: Given): Program {
  return {
    metadata: inputs.submission,
    mounts: [...inputData(inputs), writable(folders.predictions, ROOM.output)],
  }
}

function inputData({ inputData: folder }: UnpackedInputs): Mount[] {
  return folder === undefined ? [] : [readOnly(folder, ROOM.inputData)]
}

type Program = { readonly metadata: ProgramMetadata; readonly mounts: readonly Mount[] }

function planProgram(
  kind: ProgramKind,
  { metadata, mounts: own }: Program,
  data: readonly DataMount[],
): { readonly kind: 'program'; readonly program: PlannedProgram } | Exclude<Planned, { kind: 'planned' }> {
  const command =
    metadata.kind === 'command' ? splitCommand(replaceVariables(metadata.command, kind)) : undefined
  if (command === undefined || command.length === 0) return { kind: 'program-unusable', which: kind }

  const site = data.filter((mount) => mount.runs.includes(kind))
  const mounts = [readOnly(metadata.root, ROOM.program), ...own].filter(
    (mount) => !(REPLACEABLE.includes(mount.target) && site.some(({ target }) => target === mount.target)),
  )
  for (const { source, target } of site) {
    if (mounts.some((mount) => overlaps(mount.target, target))) return { kind: 'data-clash', target }
    mounts.push(readOnly(source, target))
  }
  return {
    kind: 'program',
    program: {
      kind,
      command,
      workingDirectory: ROOM.program,
      environment: { ...ENVIRONMENT },
      mounts,
    },
  }
}

/**
 * Older bundles write places as variables: replaced as plain text, in Codabench's order (protocol reference, 4.3). Where
 * Codabench would put a path that no program of that kind has, the place that was meant stands instead: `$input` is the
 * input data in every program that predicts, `$program` always the program's own folder.
 */
function replaceVariables(command: string, kind: ProgramKind): string {
  const isScoring = kind === 'scoring'
  const places = [
    ['$input', isScoring ? ROOM.input : ROOM.inputData],
    ['$output', ROOM.output],
    ['$program', ROOM.program],
    ['$ingestion_program', ROOM.program],
    ['$hidden', ROOM.referenceData],
    ['$shared', ROOM.shared],
    ['$submission_program', ROOM.submission],
    ['$tmp', ROOM.output],
    ['$predictions', isScoring ? ROOM.predictions : ROOM.output],
  ] as const
  return places.reduce((text, [variable, place]) => text.replaceAll(variable, place), command)
}

function readOnly(source: string, target: string): Mount {
  return { source, target, mode: 'read-only' }
}

function writable(source: string, target: string): Mount {
  return { source, target, mode: 'output' }
}

/** Whether one path is the other or lies in it. */
function overlaps(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`)
}
