import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { type FileCheck, type FileInspection, placeIn } from './file-check.ts'
import type { CheckName, Finding } from './finding.ts'

/**
 * Runs checks over one file in one pass. A check that throws is a finding of the highest rank, and the others go on
 * (attacks.md, family 25: a scanner that fails must not look like one that found nothing). Throws what the source throws:
 * a file that cannot be read is for the caller to judge.
 */
export async function inspectFile(given: {
  entry: ManifestEntry
  source: AsyncIterable<Uint8Array>
  checks: readonly FileCheck[]
  onProgress?: (bytes: number) => void
}): Promise<Finding[]> {
  const { entry, source, onProgress } = given
  const findings: Finding[] = []
  const attempt = <T>(check: CheckName, work: () => T): T | undefined => {
    try {
      return work()
    } catch {
      findings.push(crashed(check, entry))
      return undefined
    }
  }
  let running = given.checks.flatMap((check) => {
    const inspection = attempt(check.name, () => check.begin(entry))
    return inspection === undefined ? [] : [{ name: check.name, inspection }]
  })
  for await (const chunk of source) {
    running = running.filter(({ name, inspection }) => attempt(name, () => taken(inspection, chunk)) === true)
    onProgress?.(chunk.byteLength)
  }
  for (const { name, inspection } of running) findings.push(...(attempt(name, () => inspection.end()) ?? []))
  return findings
}

function taken(inspection: FileInspection, chunk: Uint8Array): true {
  inspection.take(chunk)
  return true
}

function crashed(check: CheckName, entry: ManifestEntry): Finding {
  return {
    check,
    rank: 'critical',
    place: placeIn(entry),
    what: 'This check failed on the file, so nobody has looked for what it looks for.',
    count: 1,
  }
}
