import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '@scoregate/protocol/digest'
import type { Job } from '@scoregate/protocol/job'
import type { Logger } from 'pino'
import { fetchInput } from './fetch-inputs.ts'
import { readProgramMetadata } from './program-metadata.ts'
import type { RetryPace } from './retry.ts'
import type { UnpackedInputs } from './run-plan.ts'
import type { RunRoom } from './run-room.ts'
import { unpackArchive } from './unpack.ts'

/** The archives of a job, by their place in it. */
export type InputName = keyof Job['inputs']

/** `refused`: an archive did not come, or is not one that this worker unpacks; the reason is in the log. */
export type CollectedInputs =
  | {
      readonly kind: 'collected'
      readonly inputs: UnpackedInputs
      readonly digests: Partial<Record<InputName, Digest>>
    }
  | { readonly kind: 'refused' }

/** Fetches and unpacks everything that a job needs into the run's room, one after the other. */
export async function collectInputs(given: {
  readonly job: Job
  readonly room: RunRoom
  /** Largest archive, and largest total of one when unpacked. */
  readonly maxBytes: number
  readonly allowedOrigins: ReadonlySet<string>
  readonly signal: AbortSignal
  readonly log: Logger
  readonly pace?: RetryPace
}): Promise<CollectedInputs> {
  const { job, room, log } = given
  const folders: Partial<Record<InputName, string>> = {}
  const digests: Partial<Record<InputName, Digest>> = {}
  for (const name of INPUT_NAMES) {
    const link = job.inputs[name]
    if (link === undefined) continue
    const archive = join(room.archives, `${name}.zip`)
    const fetched = await fetchInput({ ...given, link, file: archive })
    if (fetched.kind === 'refused') {
      log.warn({ input: name, why: fetched.why }, 'an input could not be fetched')
      return { kind: 'refused' }
    }
    const folder = await room.makeInputFolder(name)
    const unpacked = await unpackArchive({ ...given, archive, folder })
    if (unpacked.kind === 'refused') {
      log.warn({ input: name, why: unpacked.why }, 'an input could not be unpacked')
      return { kind: 'refused' }
    }
    await rm(archive)
    folders[name] = folder
    digests[name] = fetched.sha256
  }
  const { submission, scoringProgram, ingestionProgram } = folders
  if (submission === undefined || scoringProgram === undefined) return { kind: 'refused' }
  return {
    kind: 'collected',
    digests,
    inputs: {
      submission: await readProgramMetadata(submission),
      scoringProgram: await readProgramMetadata(scoringProgram),
      ingestionProgram:
        ingestionProgram === undefined ? undefined : await readProgramMetadata(ingestionProgram),
      inputData: folders.inputData,
      referenceData: folders.referenceData,
    },
  }
}

// The submission first: it is the likeliest to be refused.
const INPUT_NAMES = [
  'submission',
  'scoringProgram',
  'ingestionProgram',
  'inputData',
  'referenceData',
] as const satisfies readonly InputName[]
