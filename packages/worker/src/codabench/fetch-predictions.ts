import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CodabenchScoring } from '@scoregate/protocol/codabench/run-arguments'
import { type Fetched, fetchInput } from '../fetch-inputs.ts'
import { pauseForRetry, type RetryPace } from '../retry.ts'
import type { LinkRewrite, PredictionPart } from './codabench-job.ts'
import { LARGEST_PUT_OFF_BYTES, openPutOff } from './put-off.ts'

// A platform puts an empty file first and may start the scoring job before the predictions are there: twenty seconds, ten
// times, in Codabench's worker (protocol reference, 4.2).
const EMPTY_TRIES = 10

/**
 * What stands where the predictions of a scoring job are: a run that was put off, or predictions that another worker made, which
 * are fetched with the other inputs. Throws only when `signal` is aborted or the disk fails.
 */
export async function fetchPredictions(given: {
  readonly run: CodabenchScoring
  readonly runKey: string
  /** A folder for what is being looked at. */
  readonly incoming: string
  readonly origins: ReadonlySet<string>
  readonly rewrite: LinkRewrite
  readonly pace: RetryPace
  readonly signal: AbortSignal
}): Promise<PredictionPart | { readonly kind: 'unusable'; readonly why: string }> {
  const { run, signal, pace } = given
  const url = given.rewrite(run.predictionResult)
  const file = join(given.incoming, `${randomUUID()}.zip`)
  for (let tries = 1; ; tries += 1) {
    const fetched: Fetched = await fetchInput({
      link: { url },
      file,
      maxBytes: LARGEST_PUT_OFF_BYTES,
      allowedOrigins: given.origins,
      signal,
      pace,
    })
    // Larger than any of ours: predictions, which have limits of their own when they are fetched with the other inputs.
    const archive = fetched.kind === 'fetched' ? await readFile(file) : undefined
    await rm(file, { force: true })
    if (fetched.kind === 'refused' && !fetched.isTooLarge) return { kind: 'unusable', why: fetched.why }
    if (archive === undefined) return { kind: 'made', link: run.predictionResult }
    if (archive.length > 0) return await readArchive(given, archive)
    if (tries === EMPTY_TRIES) return { kind: 'unusable', why: 'the predictions stay empty' }
    await pauseForRetry(tries, pace, signal)
  }
}

async function readArchive(
  { run, runKey }: { readonly run: CodabenchScoring; readonly runKey: string },
  archive: Buffer,
): Promise<PredictionPart | { readonly kind: 'unusable'; readonly why: string }> {
  const reading = await openPutOff(runKey, run, archive)
  if (reading.kind === 'put-off') return reading
  if (reading.kind === 'other') return { kind: 'made', link: run.predictionResult }
  return { kind: 'unusable', why: 'the predictions were sealed by another site, or for another submission' }
}
