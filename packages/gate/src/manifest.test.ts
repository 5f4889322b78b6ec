import type { Digest } from '@scoregate/protocol/digest'
import { Manifest, type ManifestEntry } from '@scoregate/protocol/manifest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { manifestDigest, sortEntries } from './manifest.ts'

const DIGEST = 'a'.repeat(64)

const manifest = Manifest.parse({
  format: 'scoregate-manifest/1',
  jobId: 'job-1',
  attempt: 1,
  submissionId: 7,
  platform: 'https://hub.example',
  sealedAt: '2025-01-01T00:00:00Z',
  salt: '5'.repeat(64),
  policyDigest: DIGEST,
  sandbox: 'engine',
  inputs: { submission: DIGEST },
  programs: [],
  entries: [{ section: 'logs', path: 'scoring_stdout.txt', sizeBytes: 3, sha256: DIGEST }],
  refusals: [],
})

describe('the digest of a manifest', () => {
  it('does not depend on the order in which its parts were written', () => {
    const backwards = Manifest.parse(Object.fromEntries(Object.entries(manifest).reverse()))
    expect(manifestDigest(backwards)).toBe(manifestDigest(manifest))
  })

  it('survives a journey as JSON', () => {
    expect(manifestDigest(Manifest.parse(JSON.parse(JSON.stringify(manifest))))).toBe(
      manifestDigest(manifest),
    )
  })

  it('changes with everything in it', () => {
    const [entry] = manifest.entries
    const digests = [
      manifest,
      { ...manifest, attempt: 2 },
      { ...manifest, entries: [] },
      { ...manifest, entries: [{ ...entry, sizeBytes: 4 }] },
      { ...manifest, refusals: [{ section: 'logs', shownPath: 'x', kind: 'sparse' }] },
      { ...manifest, policyDigest: 'b'.repeat(64) },
    ].map((one) => manifestDigest(Manifest.parse(one)))
    expect(new Set(digests).size).toBe(digests.length)
  })
})

describe('the order of entries', () => {
  const entry = (section: ManifestEntry['section'], path: string): ManifestEntry => ({
    section,
    path,
    sizeBytes: 0,
    sha256: DIGEST as Digest, // 64 hexadecimal digits
  })

  it('is by section, then by path, by code unit', () => {
    const sorted = sortEntries([
      entry('scoring_output', 'b'),
      entry('logs', 'a/b'),
      entry('logs', 'a-b'),
      entry('logs', 'B'),
      entry('predictions', 'a'),
    ])
    expect(sorted.map(({ path }) => path)).toEqual(['B', 'a-b', 'a/b', 'a', 'b'])
  })

  it('is one order for the same entries', () => {
    const entries = ['x', 'X', 'x/y', 'x.y', 'a'].map((path) => entry('logs', path))
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(sortEntries(shuffled)).toEqual(sortEntries(entries))
      }),
    )
  })
})
