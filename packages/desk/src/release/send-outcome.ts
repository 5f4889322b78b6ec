import { manifestDigest } from '@scoregate/gate/manifest'
import { scoresDigest } from '@scoregate/gate/receipt'
import { failureReceipt, JobRef } from '@scoregate/gate/upward-word'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { ReceiptSubject } from '@scoregate/protocol/receipt'
import type { Blobs } from '@scoregate/storage/blobs'
import { getHold } from '../holds/hold-queries.ts'
import type { Hold } from '../holds/hold-record.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { findDecision } from '../review/decision-record.ts'
import type { MeasuredArtefact } from './artefact-bytes.ts'
import type { OutboxItem } from './outbox-queries.ts'
import type { PlannedOutcome } from './planned-outcome.ts'
import type { PlatformAnswer, PlatformClient, ReleaseOutcome } from './platform-client.ts'
import { readRelease } from './read-release.ts'
import { ensureReceipt, notDecided, type SigningSite } from './receipts.ts'

/** `stopped`: what is there is not what was decided, so nothing was sent. */
export type SendAnswer =
  | PlatformAnswer
  | { readonly kind: 'stopped'; readonly cause: 'altered' | 'not-decided'; readonly why: string }

/** What sending needs of its desk. */
export type SendingSite = SigningSite & {
  readonly blobs: Blobs
  /** By the platform's address as holds store it. */
  readonly platforms: ReadonlyMap<string, PlatformClient>
}

type Release = Extract<PlannedOutcome, { kind: 'released' | 'failure-released' }>

/**
 * Keeps one promise of the outbox. Before the first byte of a release leaves, all of it is read from the vault and
 * compared with the manifest, the decision and what the reviewer was shown, and is on the audit chain and on a receipt;
 * then artefacts go, then the outcome that names them, or in the order that the platform wants.
 */
export async function sendOutcome(site: SendingSite, item: OutboxItem): Promise<SendAnswer> {
  const hold = await getHold(site.db, item.holdId)
  const client = site.platforms.get(hold.platform)
  if (client === undefined) {
    return { kind: 'failed', why: `${hold.platform} is no longer among the platforms of this desk.` }
  }
  try {
    return await keepPromise(site, { item, hold, client })
  } catch (error) {
    const cause = error instanceof ScoregateError ? STOPPING[error.code] : undefined
    if (!(error instanceof ScoregateError) || cause === undefined) throw error
    return { kind: 'stopped', cause, why: `${error.message} ${error.remedy}` }
  }
}

/** The errors that stop a release for people to look into; any other is the desk's own trouble, and is tried again. */
const STOPPING: Readonly<Record<string, 'altered' | 'not-decided'>> = {
  'vault-altered': 'altered',
  'blob-missing': 'altered',
  'not-decided': 'not-decided',
}

type Promised = { readonly item: OutboxItem; readonly hold: Hold; readonly client: PlatformClient }

async function keepPromise(site: SendingSite, { item, hold, client }: Promised): Promise<PlatformAnswer> {
  const { outcome } = item
  switch (outcome.kind) {
    case 'awaiting-validation':
      return client.say({ kind: outcome.kind, ...heldJob(hold) })
    case 'failed': {
      const receipt = failureReceipt(await ensureReceipt(site, { item, outcome, hold, released: [] }))
      const { kind, reason, sentence } = outcome
      return client.say({ kind, ...heldJob(hold), reason, ...(sentence && { sentence }), receipt })
    }
    case 'released':
    case 'failure-released':
      return sendRelease(site, { item, hold, client }, outcome)
  }
}

async function sendRelease(
  site: SendingSite,
  { item, hold, client }: Promised,
  release: Release,
): Promise<PlatformAnswer> {
  await requireDecision(site.db, hold, release.artefacts)
  const { scores, artefacts } = await readRelease(site.blobs, hold, release.artefacts)

  const released: ReceiptSubject[] = artefacts.map(({ name, sha256 }) => ({ name, digest: { sha256 } }))
  if (release.artefacts.includes('scores')) {
    released.push({ name: 'scores', digest: { sha256: scoresDigest(scores) } })
  }
  const receipt = await ensureReceipt(site, { item, outcome: release, hold, released })
  const named = artefacts.map(({ name, sha256, sizeBytes }) => ({ name, sha256, sizeBytes }))
  const fields = { ...identity(hold), releasedAt: release.releasedAt, artefacts: named, receipt }
  const outcome: ReleaseOutcome =
    release.kind === 'released'
      ? { kind: 'released', ...fields, scores }
      : { kind: 'failure-released', ...fields }
  const upload = () => uploadAll(client, hold, artefacts)
  const tell = () => client.release(hold.job.jobId, outcome)
  const [first, second] = client.order === 'artefacts-first' ? [upload, tell] : [tell, upload]
  const answer = await first()
  return answer.kind === 'accepted' ? await second() : answer
}

async function uploadAll(
  client: PlatformClient,
  { job, attempt, manifestDigest: hold }: Hold,
  artefacts: readonly MeasuredArtefact[],
): Promise<PlatformAnswer> {
  for (const artefact of artefacts) {
    const answer = await client.upload({ jobId: job.jobId, attempt, hold, artefact })
    if (answer.kind !== 'accepted') return answer
  }
  return { kind: 'accepted' }
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
  throw notDecided()
}
