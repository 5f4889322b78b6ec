import { join } from 'node:path'
import { shownText } from '@scoregate/gate/shown-text'
import type { RunLimits } from '@scoregate/protocol/deposit'
import type { ProgramEnd } from '@scoregate/protocol/manifest'
import type { ReasonCode } from '@scoregate/protocol/reason-code'
import type { RunOutcome, Sandbox } from '@scoregate/sandbox/sandbox'
import type { Logger } from 'pino'
import type { PlannedProgram, ProgramKind } from './run-plan.ts'

/** How a program ended: for the manifest, for the participant, and for the time that is left. */
export type EndedProgram = {
  readonly end: ProgramEnd
  /** Absent when it ended well, and when it was we who stopped it. */
  readonly failure: ReasonCode | undefined
  readonly elapsedMs: number
}

/** What programs of one run have in common. */
export type ProgramSetting = {
  readonly sandbox: Sandbox
  readonly image: string
  /** Devices that the policy grants with this image. */
  readonly gpu: readonly string[]
  readonly limits: RunLimits
  readonly logs: string
  readonly submissionId: number
  readonly log: Logger
}

/** In the manifest; an image's name has at most 512 characters, some of which may need an escape. */
const LONGEST_IMAGE = 590

/**
 * Runs one planned program to its end. A stream is kept under the name of its artefact; a submission's own program is
 * the ingestion step of its run, as Codabench counts it. Throws only when the log of the sandbox cannot be made.
 */
export async function runProgram(
  program: PlannedProgram,
  setting: ProgramSetting,
  { timeSeconds, signal }: { readonly timeSeconds: number; readonly signal: AbortSignal },
): Promise<EndedProgram> {
  const { limits, log } = setting
  const stream = program.kind === 'scoring' ? 'scoring' : 'ingestion'
  const outcome = await setting.sandbox.run(
    {
      label: `${program.kind}-${setting.submissionId}`,
      image: setting.image,
      gpu: setting.gpu,
      command: program.command,
      workingDirectory: program.workingDirectory,
      environment: program.environment,
      mounts: program.mounts,
      limits: {
        timeSeconds,
        memoryBytes: limits.memoryBytes,
        cpus: limits.cpus,
        processes: limits.processes,
        openFiles: limits.openFiles,
        outputBytes: limits.outputBytes,
        outputFiles: limits.outputFiles,
        logBytes: limits.logBytes,
        scratchBytes: limits.scratchBytes,
      },
      stdoutFile: join(setting.logs, `${stream}_stdout`),
      stderrFile: join(setting.logs, `${stream}_stderr`),
    },
    signal,
  )
  const elapsedMs = 'elapsedMs' in outcome ? outcome.elapsedMs : 0
  if (outcome.kind === 'sandbox-failed')
    log.error({ program: program.kind, why: outcome.detail }, 'the sandbox failed')
  else log.info({ program: program.kind, ended: outcome.kind, elapsedMs }, 'a program has ended')
  return {
    elapsedMs,
    failure: failureOf(program.kind, outcome),
    end: {
      program: program.kind,
      ...endOf(outcome),
      elapsedSeconds: Math.ceil(elapsedMs / 1000),
      image: shownText(setting.image, LONGEST_IMAGE),
      ...('imageDigest' in outcome && outcome.imageDigest !== undefined
        ? { imageDigest: outcome.imageDigest }
        : {}),
      logsTruncated: 'logsTruncated' in outcome && outcome.logsTruncated,
    },
  }
}

/**
 * What the participant hears. Codabench goes on after a failed prediction step (protocol reference, 4.7); here a program
 * that says it failed has failed.
 */
function failureOf(kind: ProgramKind, outcome: RunOutcome): ReasonCode | undefined {
  switch (outcome.kind) {
    case 'exited':
      if (outcome.exitCode === 0) return undefined
      return kind === 'scoring' ? 'scoring-failed' : 'ingestion-failed'
    case 'time-limit':
    case 'memory-limit':
    case 'image-missing':
      return outcome.kind
    case 'output-limit':
      return 'output-too-large'
    case 'sandbox-failed':
      return 'worker-failed'
    case 'cancelled':
      return undefined
  }
}

function endOf(outcome: RunOutcome): Pick<ProgramEnd, 'kind' | 'exitCode'> {
  switch (outcome.kind) {
    case 'exited':
      return { kind: 'exited', exitCode: outcome.exitCode }
    case 'time-limit':
    case 'memory-limit':
    case 'output-limit':
    case 'sandbox-failed':
      return { kind: outcome.kind }
    case 'image-missing':
      return { kind: 'not-run' }
    case 'cancelled':
      // We stopped it because the program beside it had failed: it ended, and there is no code of its own.
      return { kind: 'exited' }
  }
}
