import { chmod, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type SealLimits, sealFolder } from '@scoregate/gate/seal'
import type { RunLimits } from '@scoregate/protocol/deposit'
import type { RunningStatus } from '@scoregate/protocol/lease'
import type {
  Manifest,
  ManifestEntry,
  ManifestSection,
  ProgramEnd,
  SealRefusal,
} from '@scoregate/protocol/manifest'
import type { ReasonCode } from '@scoregate/protocol/reason-code'
import type { PlannedProgram, RunFolders, RunPlan } from './run-plan.ts'
import { type EndedProgram, type ProgramSetting, runProgram } from './run-program.ts'
import type { SpooledRun } from './spool.ts'

/** Everything that a run left, sealed; `failure` when it did not end with a scoring program that ended well. */
export type SealedRun = Pick<Manifest, 'programs' | 'entries' | 'refusals'> & {
  readonly failure: ReasonCode | undefined
}

/** What the steps of a run need. */
export type Steps = {
  readonly plan: RunPlan
  readonly setting: ProgramSetting
  readonly folders: RunFolders
  /** Where the streams of the programs are. */
  readonly logs: string
  readonly spooled: SpooledRun
  /**
   * For both steps together, as in Codabench: what the prediction step uses, the scoring step has not. Fetching and
   * unpacking do not count.
   */
  readonly timeSeconds: number
  readonly report: (status: RunningStatus) => void
  /** Stops the run; then these functions throw its reason. */
  readonly signal: AbortSignal
}

const DEEPEST_FOLDER = 32
// Two streams of two programs.
const LOG_FILES = 4

/**
 * Runs the prediction step, seals the predictions, and runs the scoring step over a copy rebuilt from the seal: no link or
 * device that a submission leaves reaches the scoring program. Programs are gone before anything is sealed (rule 5).
 */
export async function runSteps(steps: Steps): Promise<SealedRun> {
  steps.report('Running')
  const sealed = new SealedParts(steps)
  const usedMs = await predict(steps, sealed)
  if (sealed.failure === undefined) {
    steps.report('Scoring')
    await rebuild(steps, sealed.entries, 'predictions', steps.folders.sealedPredictions)
    await score(steps, sealed, steps.timeSeconds - usedMs / 1000)
  }
  await sealed.add('logs', steps.logs, {
    maxFiles: LOG_FILES,
    maxBytes: LOG_FILES * steps.setting.limits.logBytes,
    maxDepth: 1,
  })
  return sealed.finish()
}

/** Makes and seals the predictions; the milliseconds that it took count against the scoring step. */
async function predict({ plan, setting, ...steps }: Steps, sealed: SealedParts): Promise<number> {
  if (plan.predictions.kind === 'submitted') {
    await sealed.add('predictions', plan.predictions.folder, sealLimits(setting.limits))
    return 0
  }
  const ended = await runProgram(plan.predictions.program, setting, steps)
  steps.signal.throwIfAborted()
  const { submitted } = plan.predictions
  // Of results that were submitted, an ingestion program that wants code can make nothing; they are scored all the same.
  sealed.addEnd(
    submitted !== undefined && ended.failure === 'ingestion-failed'
      ? { ...ended, failure: undefined }
      : ended,
  )
  await sealed.add('predictions', steps.folders.predictions, sealLimits(setting.limits))
  if (submitted !== undefined) await sealed.addMissing('predictions', submitted, sealLimits(setting.limits))
  return ended.elapsedMs
}

async function score(steps: Steps, sealed: SealedParts, secondsLeft: number): Promise<void> {
  const { scoring } = steps.plan
  switch (scoring.kind) {
    case 'alone':
      return await runAndSeal(steps, sealed, { programs: [scoring.program], secondsLeft })
    case 'beside-ingestion':
      await runAndSeal(steps, sealed, { programs: [scoring.ingestion, scoring.program], secondsLeft })
      return await sealIngestionOutput(steps, sealed)
    case 'after-ingestion': {
      const ended = await runProgram(scoring.ingestion, steps.setting, {
        timeSeconds: atLeastSome(secondsLeft),
        signal: steps.signal,
      })
      steps.signal.throwIfAborted()
      sealed.addEnd(ended)
      await sealIngestionOutput(steps, sealed)
      const { folders } = steps
      await sealed.add('shared', folders.shared, sealLimits(steps.setting.limits))
      if (sealed.failure !== undefined) return
      await rebuild(steps, sealed.entries, 'shared', folders.sealedShared)
      const left = secondsLeft - ended.elapsedMs / 1000
      await runAndSeal(steps, sealed, { programs: [scoring.program], secondsLeft: left })
    }
  }
}

async function sealIngestionOutput({ folders, setting }: Steps, sealed: SealedParts): Promise<void> {
  await sealed.add('ingestion_output', folders.ingestionOutput, sealLimits(setting.limits))
}

/** Runs programs at the same time until all are gone, and seals the scoring program's output. */
async function runAndSeal(
  { setting, ...steps }: Steps,
  sealed: SealedParts,
  { programs, secondsLeft }: { readonly programs: readonly PlannedProgram[]; readonly secondsLeft: number },
): Promise<void> {
  const timeSeconds = atLeastSome(secondsLeft)
  // Of two programs that talk to each other, one that has failed leaves the other waiting until the time limit.
  const oneFailed = new AbortController()
  const signal = AbortSignal.any([steps.signal, oneFailed.signal])
  const ends = await Promise.all(
    programs.map(async (planned) => {
      const ended = await runProgram(planned, setting, { timeSeconds, signal })
      if (ended.failure !== undefined) oneFailed.abort(new Error('the program beside it has failed'))
      return ended
    }),
  )
  steps.signal.throwIfAborted()
  for (const ended of ends) sealed.addEnd(ended)
  await sealed.add('scoring_output', steps.folders.scoringOutput, sealLimits(setting.limits))
}

/** A step that ended within its time has left some; the sandbox needs a positive number all the same. */
function atLeastSome(seconds: number): number {
  return Math.max(seconds, 0.001)
}

/** Copies what was sealed of a section into a new folder: regular files and folders and nothing else, none writable. */
async function rebuild(
  { spooled }: Steps,
  entries: readonly ManifestEntry[],
  section: ManifestSection,
  root: string,
): Promise<void> {
  for (const { path, sha256 } of entries.filter((entry) => entry.section === section)) {
    const target = join(root, path)
    await makeReadableFolder(root, dirname(target))
    await spooled.copy(sha256, target)
    await chmod(target, 0o444)
  }
}

async function makeReadableFolder(root: string, folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made !== root; made = dirname(made)) await chmod(made, 0o755)
}

function sealLimits(limits: RunLimits): SealLimits {
  return { maxFiles: limits.outputFiles, maxBytes: limits.outputBytes, maxDepth: DEEPEST_FOLDER }
}

/** Collects what is sealed; the first thing that went wrong is what the participant hears. */
class SealedParts {
  readonly entries: ManifestEntry[] = []
  failure: ReasonCode | undefined
  private readonly steps: Steps
  private readonly programs: ProgramEnd[] = []
  private readonly refusals: SealRefusal[] = []

  constructor(steps: Steps) {
    this.steps = steps
  }

  addEnd({ end, failure }: EndedProgram): void {
    this.programs.push(end)
    this.failure ??= failure
  }

  async add(section: ManifestSection, folder: string, limits: SealLimits): Promise<void> {
    await this.seal(section, folder, limits, () => true)
  }

  /** As `add`, without the files whose names the section has already, or that would lie in one of its files. */
  async addMissing(section: ManifestSection, folder: string, limits: SealLimits): Promise<void> {
    const files = new Set(this.entries.filter((entry) => entry.section === section).map(({ path }) => path))
    const folders = new Set([...files].flatMap(foldersOf))
    const hasPlace = (path: string) =>
      !files.has(path) && !folders.has(path) && !foldersOf(path).some((parent) => files.has(parent))
    await this.seal(section, folder, limits, ({ path }) => hasPlace(path))
  }

  private async seal(
    section: ManifestSection,
    folder: string,
    limits: SealLimits,
    isWanted: (entry: ManifestEntry) => boolean,
  ): Promise<void> {
    const { spooled, signal } = this.steps
    const sealed = await sealFolder({ section, folder, sink: spooled.sink, limits })
    signal.throwIfAborted()
    // One by one: a call takes no hundred thousand arguments.
    for (const entry of sealed.entries) if (isWanted(entry)) this.entries.push(entry)
    this.refusals.push(...sealed.refusals)
    this.failure ??= failureOf(sealed.refusals)
  }

  finish(): SealedRun {
    return {
      programs: this.programs,
      entries: this.entries,
      refusals: this.refusals,
      failure: this.failure,
    }
  }
}

/** The folders that a path lies in: `a` and `a/b` of `a/b/c`. */
function foldersOf(path: string): string[] {
  const steps = path.split('/').slice(0, -1)
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'))
}

/** One file that cannot be represented makes the whole hold hostile; too much of good files has a reason of its own. */
function failureOf(refusals: readonly SealRefusal[]): ReasonCode | undefined {
  if (refusals.length === 0) return undefined
  const isTooMuch = refusals.every(({ kind }) => kind === 'too-large' || kind === 'too-many-files')
  return isTooMuch ? 'output-too-large' : 'output-refused'
}
