import { manifestDigest, sortEntries } from '@scoregate/gate/manifest'
import { Digest } from '@scoregate/protocol/digest'
import type { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import type { SpoolRecord } from '../packages/worker/src/spool.ts'
import { ORDINARY_JOB } from './ordinary-job.ts'

/** The record of a run that sealed these files; everything else in it is of no weight. */
export function spoolRecordOf(
  entries: readonly ManifestEntry[],
  platform = 'http://hub.example',
): SpoolRecord {
  const manifest: Manifest = {
    format: 'scoregate-manifest/1',
    jobId: 'job-1',
    attempt: 1,
    submissionId: 1,
    platform,
    sealedAt: '2026-01-01T00:00:00.000Z',
    salt: '5'.repeat(64),
    policyDigest: Digest.parse('a'.repeat(64)),
    sandbox: 'engine',
    inputs: {},
    programs: [],
    entries: sortEntries([...entries]),
    refusals: [],
  }
  return {
    format: 'scoregate-spool/1',
    leaseSeconds: 60,
    deposit: {
      job: { jobId: 'job-1', ...ORDINARY_JOB, image: 'python', columns: [] },
      platform,
      worker: 'bench',
      manifest,
      manifestDigest: manifestDigest(manifest),
    },
  }
}
