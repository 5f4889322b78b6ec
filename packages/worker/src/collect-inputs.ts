import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Digest } from '@scoregate/protocol/digest'
import type { InputLink, Job } from '@scoregate/protocol/job'
import type { Logger } from 'pino'
import { type Fetched, fetchInput } from './fetch-inputs.ts'
import type { CacheKey, InputCache } from './input-cache.ts'
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

type Collecting = {
  readonly job: Job
  /** Where the job comes from: what is kept of one platform's inputs is not for another's jobs. */
  readonly platform: string
  readonly room: RunRoom
  readonly cache: InputCache
  /** Most that the cache may hold. */
  readonly cacheBytes: number
  /** Largest archive, and largest total of one when unpacked. */
  readonly maxBytes: number
  readonly allowedOrigins: ReadonlySet<string>
  readonly signal: AbortSignal
  readonly log: Logger
  readonly pace?: RetryPace
}

/** Brings and unpacks everything that a job needs into the run's room, one after the other. */
export async function collectInputs(given: Collecting): Promise<CollectedInputs> {
  const { job, room, log } = given
  const folders: Partial<Record<InputName, string>> = {}
  const digests: Partial<Record<InputName, Digest>> = {}
  for (const name of INPUT_NAMES) {
    const link = job.inputs[name]
    if (link === undefined) continue
    const archive = join(room.archives, `${name}.zip`)
    const fetched = await bringArchive(given, { name, link, file: archive })
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
    if (fetched.key !== undefined) await given.cache.keep(fetched.key, archive, given.cacheBytes)
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

/**
 * From the cache if the job promises a digest that is kept for its like; otherwise by the job's link, with the `key` under
 * which it may be kept.
 */
async function bringArchive(
  given: Collecting,
  { name, link, file }: { readonly name: InputName; readonly link: InputLink; readonly file: string },
): Promise<Fetched & { readonly key?: CacheKey }> {
  const key = cacheKeyOf(given, name, link)
  if (key !== undefined) {
    const taken = await given.cache.take(key, file, given.signal)
    if (taken.kind === 'corrupt') {
      given.log.warn({ input: name }, 'a kept input was not what it should be; it is fetched again')
    }
    if (taken.kind === 'taken') {
      given.log.debug({ input: name }, 'an input was kept from an earlier run')
      return { kind: 'fetched', sha256: key.sha256, sizeBytes: taken.sizeBytes }
    }
  }
  const fetched = await fetchInput({ ...given, link, file })
  return key === undefined ? fetched : { ...fetched, key }
}

function cacheKeyOf(
  { job, platform, cacheBytes }: Collecting,
  input: InputName,
  { sha256 }: InputLink,
): CacheKey | undefined {
  // A submission is run once, and would push out what every run needs.
  if (input === 'submission' || sha256 === undefined || cacheBytes === 0) return undefined
  return { platform, competition: job.competition.id, input, sha256: Digest.parse(sha256) }
}

// The submission first: it is the likeliest to be refused.
const INPUT_NAMES = [
  'submission',
  'scoringProgram',
  'ingestionProgram',
  'inputData',
  'referenceData',
] as const satisfies readonly InputName[]
