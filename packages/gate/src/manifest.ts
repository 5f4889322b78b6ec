import { createHash } from 'node:crypto'
import { Digest } from '@scoregate/protocol/digest'
import type { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import { canonicalJson } from './canonical-json.ts'

/**
 * SHA-256 of a manifest's canonical JSON: the identity of a hold, which a decision names and a release verifies.
 * Two manifests have the same digest exactly when they say the same.
 */
export function manifestDigest(manifest: Manifest): Digest {
  return digestOfText(canonicalJson(manifest))
}

/** SHA-256 of a text's UTF-8 bytes. */
export function digestOfText(text: string): Digest {
  return Digest.parse(createHash('sha256').update(text, 'utf8').digest('hex'))
}

/** The entries of a manifest in their one order: by section, then by path, each by UTF-16 code unit. */
export function sortEntries(entries: readonly ManifestEntry[]): ManifestEntry[] {
  return [...entries].sort(
    (one, other) => byCodeUnit(one.section, other.section) || byCodeUnit(one.path, other.path),
  )
}

function byCodeUnit(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
