import { Digest } from '@scoregate/protocol/digest'
import type { ManifestEntry } from '@scoregate/protocol/manifest'
import type { FileCheck } from './file-check.ts'
import type { Finding } from './finding.ts'
import { inspectFile } from './inspect-file.ts'

/** A file of a hold by its name, for the tests of checks. */
export function entryOf(path: string, sizeBytes = 0): ManifestEntry {
  return { section: 'scoring_output', path, sizeBytes, sha256: Digest.parse('a'.repeat(64)) }
}

/** What checks find in a file, which comes in chunks of `chunkBytes`. */
export function findingsIn(
  path: string,
  content: string | Buffer,
  checks: readonly FileCheck[],
  chunkBytes = 65_536,
): Promise<Finding[]> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return inspectFile({ entry: entryOf(path, bytes.length), source: chunksOf(bytes, chunkBytes), checks })
}

async function* chunksOf(bytes: Buffer, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
}
