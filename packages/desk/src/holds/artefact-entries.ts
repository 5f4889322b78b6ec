import { ArtefactName } from '@scoregate/protocol/artefact'
import type { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import type { HoldRules, HoldScores, OfferedArtefact } from './hold-record.ts'

/**
 * The sealed files that an artefact is made of; none when the hold has no such artefact. The scores come from
 * `scores.json`, or `scores.txt` without it; the detailed results are `detailed_results.html`, or the only HTML file of
 * the scoring output, as Codabench's worker picks it.
 */
export function entriesOfArtefact(manifest: Manifest, name: ArtefactName): readonly ManifestEntry[] {
  const output = manifest.entries.filter((entry) => entry.section === 'scoring_output')
  switch (name) {
    case 'scores': {
      const files = scoresFiles(manifest)
      return [files.json ?? files.txt].filter((entry) => entry !== undefined)
    }
    case 'detailed_results': {
      const named = output.find((entry) => entry.path === 'detailed_results.html')
      if (named !== undefined) return [named]
      const pages = output.filter((entry) => entry.path.endsWith('.html'))
      return pages.length === 1 ? pages : []
    }
    case 'ingestion_stdout':
    case 'ingestion_stderr':
    case 'scoring_stdout':
    case 'scoring_stderr':
      return manifest.entries.filter((entry) => entry.section === 'logs' && entry.path === name)
    case 'output':
      return output
    case 'predictions':
      return manifest.entries.filter((entry) => entry.section === 'predictions')
  }
}

/** The files in which a scoring program writes its scores. */
export function scoresFiles(manifest: Manifest): {
  json: ManifestEntry | undefined
  txt: ManifestEntry | undefined
} {
  const find = (path: string) =>
    manifest.entries.find((entry) => entry.section === 'scoring_output' && entry.path === path)
  return { json: find('scores.json'), txt: find('scores.txt') }
}

/**
 * What a reviewer may release of a hold: what it has, as far as the policy allows it. Nothing of a hostile hold, and no
 * scores where none could be read.
 */
export function offeredArtefacts(given: {
  manifest: Manifest
  rules: HoldRules
  scores: HoldScores
  kind: 'result' | 'failed-run'
}): OfferedArtefact[] {
  const { manifest, rules, scores, kind } = given
  if (manifest.refusals.length > 0) return []
  return ArtefactName.options
    .filter((name) => rules.releasable.includes(name))
    .filter((name) => name !== 'scores' || (kind === 'result' && scores.kind === 'read'))
    .map((name) => ({ name, entries: entriesOfArtefact(manifest, name) }))
    .filter(({ entries }) => entries.length > 0)
    .map(({ name, entries }) => ({
      name,
      fileCount: entries.length,
      sizeBytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0),
      ticked: rules.ticked.includes(name),
    }))
}
