import { createHash } from 'node:crypto'
import { Digest } from '@scoregate/protocol/digest'
import type { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import { canonicalJson, type JsonValue } from './canonical-json.ts'

/**
 * SHA-256 of a manifest's canonical JSON: the identity of a hold, which a decision names and a release verifies.
 * Two manifests have the same digest exactly when they say the same.
 */
export function manifestDigest(manifest: Manifest): Digest {
  return digestOfJson(manifest)
}

/** SHA-256 of the canonical JSON of a value as it would travel: members that are undefined are absent. */
export function digestOfJson(value: object): Digest {
  const travelled: JsonValue = JSON.parse(JSON.stringify(value))
  return digestOfText(canonicalJson(travelled))
}

function digestOfText(text: string): Digest {
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
