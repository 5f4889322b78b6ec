import { isDeepStrictEqual } from 'node:util'
import { manifestDigest } from '@scoregate/gate/manifest'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import type { CanonicalScore } from '@scoregate/protocol/columns'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Blobs } from '@scoregate/storage/blobs'
import { readHoldScores } from '../deposits/read-hold-scores.ts'
import type { Hold } from '../holds/hold-record.ts'
import { type MeasuredArtefact, measureArtefact } from './artefact-bytes.ts'

/** All that a release would send, read through and found to be what was sealed and shown. */
export type ReadRelease = {
  readonly scores: CanonicalScore[]
  readonly artefacts: readonly MeasuredArtefact[]
}

/** What reading a release needs of a hold. */
type SealedHold = Pick<Hold, 'manifest' | 'manifestDigest' | 'rules' | 'scores' | 'job'>

/**
 * Reads everything that a release would send: every byte is compared with the manifest, the manifest with its digest, and
 * the scores with those that the reviewer was shown. Done when the decision is made, and again before the first byte
 * leaves. Throws `ScoregateError` (`vault-altered`, `blob-missing`).
 */
export async function readRelease(
  blobs: Blobs,
  hold: SealedHold,
  names: readonly ArtefactName[],
): Promise<ReadRelease> {
  if (manifestDigest(hold.manifest) !== hold.manifestDigest) {
    throw altered('The stored manifest is not the one that was sealed.')
  }
  const scores = names.includes('scores') ? await readShownScores(blobs, hold) : []
  const artefacts: MeasuredArtefact[] = []
  for (const name of names) {
    if (name !== 'scores') artefacts.push(await measureArtefact(blobs, hold.manifest, name))
  }
  return { scores, artefacts }
}

/** The scores, read from the vault once more; they must be the ones that the reviewer was shown. */
async function readShownScores(blobs: Blobs, hold: SealedHold): Promise<CanonicalScore[]> {
  const { manifest, rules, job } = hold
  const reading = await readHoldScores({ blobs, manifest, rules, columns: job.columns })
  if (
    reading.kind === 'read' &&
    hold.scores.kind === 'read' &&
    isDeepStrictEqual(reading.scores, hold.scores.scores)
  )
    return reading.scores
  throw altered('The scores in the vault are not those that the reviewer was shown.')
}

function altered(message: string): ScoregateError {
  return new ScoregateError({
    kind: 'internal',
    code: 'vault-altered',
    message,
    remedy: 'Nothing was released. Look for a failing disk or for somebody who changed the records.',
  })
}
