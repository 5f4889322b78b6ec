import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { type FileCheck, type FileInspection, placeIn } from './file-check.ts'
import type { CheckName, Finding } from './finding.ts'
import { type TextWindow, TextWindows } from './text-windows.ts'

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
  const running = new RunningChecks(entry, given.checks)
  const windows = new TextWindows((window) => running.look(window))
  for await (const chunk of source) {
    running.take(chunk)
    if (running.areReading) windows.take(chunk)
    onProgress?.(chunk.byteLength)
  }
  windows.end()
  return running.end()
}

/** The checks that have not failed on this file so far. */
class RunningChecks {
  private readonly entry: ManifestEntry
  private readonly findings: Finding[] = []
  private running: { name: CheckName; inspection: FileInspection }[] = []

  constructor(entry: ManifestEntry, checks: readonly FileCheck[]) {
    this.entry = entry
    for (const check of checks) {
      this.attempt(check.name, () => {
        const inspection = check.begin(entry)
        if (inspection !== undefined) this.running.push({ name: check.name, inspection })
      })
    }
  }

  /** Whether any of them reads lines of text. */
  get areReading(): boolean {
    return this.running.some(({ inspection }) => inspection.look !== undefined)
  }

  take(chunk: Uint8Array): void {
    this.each((inspection) => inspection.take?.(chunk))
  }

  look(window: TextWindow): void {
    this.each((inspection) => inspection.look?.(window))
  }

  end(): Finding[] {
    this.each((inspection) => void this.findings.push(...inspection.end()))
    return this.findings
  }

  private each(work: (inspection: FileInspection) => void): void {
    this.running = this.running.filter(({ name, inspection }) => this.attempt(name, () => work(inspection)))
  }

  private attempt(check: CheckName, work: () => void): boolean {
    try {
      work()
      return true
    } catch {
      const what = 'This check failed on the file, so nobody has looked for what it looks for.'
      this.findings.push({
        ...{ check, rank: 'critical', place: placeIn(this.entry), what, count: 1, failed: true },
      })
      return false
    }
  }
}
