import { manifestDigest, sortEntries } from '@scoregate/gate/manifest'
import { Digest } from '@scoregate/protocol/digest'
import type { Manifest, ManifestEntry } from '@scoregate/protocol/manifest'
import type { SpoolRecord } from '../packages/worker/src/spool.ts'

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
      job: {
        jobId: 'job-1',
        attempt: 1,
        submission: { id: 1, submittedAt: '2026-01-01T00:00:00Z', fileName: 'submission.zip' },
        participant: { id: 1, username: 'participant' },
        competition: { id: 1, title: 'A benchmark' },
        phase: { id: 1, name: 'Phase' },
        task: { id: 1, name: 'Task' },
        image: 'python',
        timeLimitSeconds: 60,
        humanInTheLoop: true,
        detailedResults: false,
        ingestionOnlyDuringScoring: false,
        columns: [],
      },
      platform,
      worker: 'bench',
      manifest,
      manifestDigest: manifestDigest(manifest),
    },
  }
}
