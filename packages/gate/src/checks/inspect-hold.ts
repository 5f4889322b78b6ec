import type { ScoreColumn } from '@scoregate/protocol/columns'
import type { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import { activeHtml } from './active-html.ts'
import { type CheckRules, modeOf } from './check-rules.ts'
import { encodedData } from './encoded-data.ts'
import { type FileCheck, placeIn } from './file-check.ts'
import { fileTypes } from './file-types.ts'
import { type CheckName, type Finding, INSPECTION } from './finding.ts'
import { checkHistory, findNearCopies, HISTORY_CHECKS, type HoldHistory } from './history-checks.ts'
import { imageMetadata } from './image-metadata.ts'
import { inspectFile } from './inspect-file.ts'
import { type LineSketch, LineSketcher } from './line-sketch.ts'
import { nestedArchive } from './nested-archive.ts'
import { personalData } from './personal-data.ts'
import { checkScores, SCORES_CHECKS } from './scores-checks.ts'
import { smallCounts } from './small-counts.ts'
import { textVolume } from './text-volume.ts'

/** What there is to look at. */
export type InspectedHold = {
  readonly manifest: Manifest
  /** The file that the scores are read from, if there is one. */
  readonly scoresFile: ManifestEntry | undefined
  readonly columns: readonly ScoreColumn[]
  readonly rules: CheckRules
  readonly history: HoldHistory
}

/** Scores are a few numbers; of a larger file no more is held, and its findings say what it is. */
const LONGEST_SCORES_BYTES = 1_048_576

/**
 * Runs all checks that the rules ask for over a hold, each file read once. `open` gives the sealed bytes, and ends in an
 * error when they are not what was sealed: that, too, is a finding of the highest rank, and the other files are still
 * looked at. Findings are handed out as they come, so that those of a look that ends early are not lost.
 */
export async function inspectHold(
  hold: InspectedHold,
  {
    open,
    onFindings,
    onProgress,
    onSketch,
  }: {
    open: (entry: ManifestEntry) => Promise<AsyncIterable<Uint8Array>>
    onFindings: (findings: readonly Finding[]) => void
    onProgress: (bytes: number) => void
    /** What the predictions are like, for later holds; not told where nobody is to compare them. */
    onSketch: (sketch: LineSketch) => void
  },
): Promise<void> {
  const runs = (name: CheckName) => modeOf(hold.rules, name) !== 'off'
  const tell = (findings: readonly Finding[]) => {
    const told = findings.filter(({ check }) => check === INSPECTION || runs(check))
    if (told.length > 0) onFindings(told)
  }
  tell(attempt(HISTORY_CHECKS, () => checkHistory(hold.manifest, hold.history)))
  const sketcher = new LineSketcher()
  const checks = [...fileChecks(hold.rules), sketcher.check].filter(({ name }) => runs(name))
  for (const entry of hold.manifest.entries) {
    try {
      const kept = entry === hold.scoresFile ? new KeptBytes(entry.sizeBytes) : undefined
      const source = kept === undefined ? await open(entry) : kept.keeping(await open(entry))
      tell(await inspectFile({ entry, source, checks, onProgress }))
      if (kept !== undefined) tell(attempt(SCORES_CHECKS, () => checkScores(kept.bytes, hold.columns)))
    } catch {
      tell([unreadable(entry)])
    }
  }
  if (!runs('near-duplicate')) return
  tell(attempt(['near-duplicate'], () => findNearCopies(hold.manifest, sketcher.sketch, hold.history)))
  onSketch(sketcher.sketch)
}

function fileChecks(rules: CheckRules): FileCheck[] {
  return [
    activeHtml(),
    encodedData({ hexFrom: rules.hexRunFrom, base64From: rules.base64RunFrom }),
    fileTypes(rules.fileKinds),
    imageMetadata(),
    nestedArchive(),
    personalData(),
    smallCounts(rules.smallCountsBelow),
    textVolume(rules.textVolumeOverBytes),
  ]
}

/** The bytes of a small file, kept while they stream by. */
class KeptBytes {
  private readonly chunks: Buffer[] = []
  private readonly sizeBytes: number

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes
  }

  async *keeping(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      if (this.sizeBytes <= LONGEST_SCORES_BYTES) this.chunks.push(Buffer.from(chunk))
      yield chunk
    }
  }

  /** A file that is too large is as one that cannot be read. */
  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }
}

/** Checks that look at the whole; should one throw, all of them have not got through. */
function attempt(names: readonly CheckName[], work: () => readonly Finding[]): readonly Finding[] {
  try {
    return work()
  } catch {
    const what = 'This check failed, so nobody has looked for what it looks for.'
    return names.map((check) => ({
      ...{ check, rank: 'critical', place: { kind: 'hold' }, what, count: 1, failed: true },
    }))
  }
}

function unreadable(entry: ManifestEntry): Finding {
  return {
    check: INSPECTION,
    rank: 'critical',
    place: placeIn(entry),
    what: 'The file could not be read as it was sealed, so no check has looked at it.',
    count: 1,
    failed: true,
  }
}
