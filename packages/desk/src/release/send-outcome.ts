import { manifestDigest } from '@scoregate/gate/manifest'
import { JobRef } from '@scoregate/gate/upward-word'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Blobs } from '@scoregate/storage/blobs'
import { getHold } from '../holds/hold-queries.ts'
import type { Hold } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { findDecision } from '../review/decision-record.ts'
import type { OutboxItem } from './outbox-queries.ts'
import type { PlannedOutcome } from './planned-outcome.ts'
import type { PlatformAnswer, PlatformClient, ReleaseOutcome } from './platform-client.ts'
import { readRelease } from './read-release.ts'

/** `stopped`: what is there is not what was decided, so nothing was sent. */
export type SendAnswer = PlatformAnswer | { readonly kind: 'stopped'; readonly why: string }

type Release = Extract<PlannedOutcome, { kind: 'released' | 'failure-released' }>

/**
 * Keeps one promise of the outbox. Before the first byte of a release leaves, all of it is read from the vault and
 * compared with the manifest, the decision and what the reviewer was shown; then artefacts go, then the outcome that
 * names them.
 */
export async function sendOutcome(
  site: { db: DeskDb; blobs: Blobs; platforms: ReadonlyMap<string, PlatformClient> },
  item: OutboxItem,
): Promise<SendAnswer> {
  const hold = await getHold(site.db, item.holdId)
  const client = site.platforms.get(hold.platform)
  if (client === undefined) {
    return { kind: 'failed', why: `${hold.platform} is no longer among the platforms of this desk.` }
  }
  const { outcome } = item
  switch (outcome.kind) {
    case 'awaiting-validation':
      return client.say({ kind: outcome.kind, ...heldJob(hold) })
    case 'failed':
      return client.say({ kind: outcome.kind, ...heldJob(hold), reason: outcome.reason })
    case 'released':
    case 'failure-released':
      try {
        return await sendRelease(site, { hold, client, release: outcome })
      } catch (error) {
        if (!(error instanceof ScoregateError)) throw error
        return { kind: 'stopped', why: `${error.message} ${error.remedy}` }
      }
  }
}

async function sendRelease(
  site: { db: DeskDb; blobs: Blobs },
  { hold, client, release }: { hold: Hold; client: PlatformClient; release: Release },
): Promise<SendAnswer> {
  await requireDecision(site.db, hold, release.artefacts)
  const { scores, artefacts } = await readRelease(site.blobs, hold, release.artefacts)

  for (const artefact of artefacts) {
    const answer = await client.upload({
      jobId: hold.job.jobId,
      attempt: hold.attempt,
      hold: hold.manifestDigest,
      artefact,
    })
    if (answer.kind !== 'accepted') return answer
  }
  const named = artefacts.map(({ name, sha256, sizeBytes }) => ({ name, sha256, sizeBytes }))
  const fields = { ...identity(hold), releasedAt: release.releasedAt, artefacts: named }
  const outcome: ReleaseOutcome =
    release.kind === 'released'
      ? { kind: 'released', ...fields, scores }
      : { kind: 'failure-released', ...fields }
  return client.release(hold.job.jobId, outcome)
}

/** The hold in words that may go up before a release. */
function heldJob({ job, attempt, manifestDigest: hold }: Hold): {
  job: JobRef
  hold: Hold['manifestDigest']
} {
  return { job: JobRef.parse({ jobId: job.jobId, attempt }), hold }
}

function identity(hold: Hold): { attempt: number; hold: Hold['manifestDigest'] } {
  return { attempt: hold.attempt, hold: hold.manifestDigest }
}

/** Nothing is released without a recorded approval of exactly this manifest that allows at least these artefacts. */
async function requireDecision(db: DeskDb, hold: Hold, artefacts: readonly ArtefactName[]): Promise<void> {
  const decision = await findDecision(db, hold.id)
  const isApproved =
    hold.state === 'approved' &&
    (decision?.kind === 'approve' || decision?.kind === 'auto') &&
    decision.manifestDigest === hold.manifestDigest &&
    manifestDigest(hold.manifest) === hold.manifestDigest &&
    artefacts.every((name) => decision.artefacts.includes(name))
  if (isApproved) return
  throw new ScoregateError({
    kind: 'internal',
    code: 'not-decided',
    message: 'The records hold no approval of exactly what was to be released.',
    remedy: 'Nothing was released. Look for somebody who changed the database.',
  })
}
