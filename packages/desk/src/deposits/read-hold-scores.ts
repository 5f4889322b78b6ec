import { columnsAtSite } from '@scoregate/gate/score-columns'
import { readScores } from '@scoregate/gate/scores'
import type { ScoreColumn } from '@scoregate/protocol/columns'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import type { Blobs } from '@scoregate/storage/blobs'
import { readSmallBlob } from '@scoregate/storage/blobs-disk'
import { scoresFiles } from '../holds/artefact-entries.ts'
import { type HoldRules, HoldScores } from '../holds/hold-record.ts'

/** Scores are a few numbers; a larger file is no scores file. */
const MAX_SCORES_BYTES = 1_048_576

/**
 * Reads the scores of a hold from the vault, checked against the declared columns and rounded, each by the strictest
 * of what the competition and the policy say. Throws `ScoregateError` (`vault-altered`, `blob-missing`).
 */
export async function readHoldScores(given: {
  blobs: Blobs
  manifest: Manifest
  columns: readonly ScoreColumn[]
  rules: Pick<HoldRules, 'decimals' | 'range' | 'columns'>
}): Promise<HoldScores> {
  const files = scoresFiles(given.manifest)
  if ([files.json, files.txt].some((entry) => (entry?.sizeBytes ?? 0) > MAX_SCORES_BYTES)) {
    return { kind: 'unreadable', why: `The scores file is larger than ${MAX_SCORES_BYTES} bytes.` }
  }
  const read = async (entry: ManifestEntry | undefined): Promise<Buffer | undefined> =>
    entry && readSealed(given.blobs, entry)
  const json = await read(files.json)
  const txt = await read(files.txt)
  const reading = readScores(
    { ...(json === undefined ? {} : { json }), ...(txt === undefined ? {} : { txt }) },
    columnsAtSite(given.columns, given.rules),
  )
  // Through JSON, since this is what the record gives back: the two must compare as equal.
  return HoldScores.parse(JSON.parse(JSON.stringify(reading)))
}

async function readSealed(blobs: Blobs, entry: ManifestEntry): Promise<Buffer> {
  const bytes = await readSmallBlob(blobs, entry.sha256, MAX_SCORES_BYTES)
  if (bytes.byteLength === entry.sizeBytes) return bytes
  throw new ScoregateError({
    kind: 'internal',
    code: 'vault-altered',
    message: `The stored file ${entry.path} has another size than its manifest says.`,
    remedy: 'Nothing was released. Look for a failing disk or for somebody who changed the file.',
  })
}
