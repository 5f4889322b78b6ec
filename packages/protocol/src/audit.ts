import { z } from 'zod'
import { ArtefactName } from './artefact.ts'
import { Digest } from './digest.ts'
import { ReasonCode, RejectionSentence } from './reason-code.ts'
import { ReceiptSubject } from './receipt.ts'

/**
 * The audit chain of a site: what happened at its desk, act by act, each entry bound to the one before by its hash. It is
 * kept in a file of its own, one entry a line, and may be handed to an auditor. So nothing of a run is in it, and nothing
 * that a reviewer wrote: files go by their number in the manifest, free text by its digest.
 */

/** Which hold: the name that people use at the desk, and the digest of its manifest. */
const AuditHold = z.strictObject({ id: z.string().regex(/^[a-z2-7]{8}$/), digest: Digest })

/** What a person of a desk may be there for; one person can have several. */
export const DeskRole = z.enum(['reviewer', 'auditor', 'steward'])
export type DeskRole = z.infer<typeof DeskRole>

const reviewer = z.string().min(1).max(64)
/** Whom an act is about, where that is not who did it. */
const person = z.string().min(1).max(64)
const roles = z.array(DeskRole).max(3)
/** Who decided, and the absent reviewer in whose place they did. */
const decider = { reviewer, for: reviewer.optional() }
const hold = AuditHold
const fileNumber = z.int().min(0)
const tokenId = z.string().regex(/^[0-9a-f]{16}$/)
/** In UTC. */
const month = z.string().regex(/^[0-9]{4}-(?:0[1-9]|1[0-2])$/)

/** The ways in which the desk shows a file. */
export const FileViewKind = z.enum(['text', 'table', 'tree', 'picture', 'rendered', 'hex'])
export type FileViewKind = z.infer<typeof FileViewKind>

/** That a reviewer signed a decision: with which passkey (SHA-256 of its public key), and what (SHA-256 of the signature). */
const signedBy = z.strictObject({ passkey: Digest, signatureDigest: Digest }).optional()

/** Why the answer of a passkey was not taken. */
export const PasskeyRefusalCause = z.enum([
  'not-asked',
  'unknown-passkey',
  'other-person',
  'cloned',
  'not-an-assertion',
  'other-challenge',
  'other-origin',
  'not-verified',
  'bad-key',
  'bad-signature',
])
export type PasskeyRefusalCause = z.infer<typeof PasskeyRefusalCause>

/** Why a sign-in by an institution was refused. */
export const InstitutionRefusal = z.enum([
  'journey-unknown',
  'denied',
  'bad-answer',
  'claim-missing',
  'unavailable',
  'unknown-identity',
  'email-unconfirmed',
  'account-disabled',
  'session-ended',
  'identity-taken',
])
export type InstitutionRefusal = z.infer<typeof InstitutionRefusal>

/** How a hold was decided. The words of a reviewer are bound by their SHA-256 and stay in the desk's records. */
export const AuditDecision = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('approve'),
    ...decider,
    /** Where two had to approve: whose approval stood before; `artefacts` are what both ticked. */
    first: z.strictObject(decider).optional(),
    artefacts: z.array(ArtefactName),
    reasonDigest: Digest.optional(),
    noteDigest: Digest.optional(),
    signedBy,
  }),
  z.strictObject({
    kind: z.literal('reject'),
    ...decider,
    /** What the participant reads, where it is not the sentence of the reason. */
    sentence: RejectionSentence.optional(),
    reasonDigest: Digest.optional(),
    noteDigest: Digest.optional(),
    signedBy,
  }),
  z.strictObject({ kind: z.literal('expire'), cause: z.enum(['deadline', 'cancelled', 'superseded']) }),
  /** The policy asks for no review of this competition. */
  z.strictObject({ kind: z.literal('auto'), artefacts: z.array(ArtefactName) }),
])
export type AuditDecision = z.infer<typeof AuditDecision>

/** Everything that the chain records, each kind with its own fields and no others. */
export const AuditAct = z.discriminatedUnion('kind', [
  /** The first entry. `keyId` names the key that signs this site's receipts. */
  z.strictObject({ kind: z.literal('chain-started'), keyId: Digest }),
  z.strictObject({ kind: z.literal('site-key-changed'), from: Digest, to: Digest }),
  /** When the desk started, so many of the newest entries were in its records and not yet in the file: a crash. */
  z.strictObject({ kind: z.literal('file-completed'), entries: z.int().min(1) }),
  z.strictObject({ kind: z.literal('policy-in-force'), policyDigest: Digest }),
  z.strictObject({ kind: z.literal('policy-changed'), from: Digest, to: Digest }),
  z.strictObject({
    kind: z.literal('deposited'),
    hold,
    platform: z.url(),
    jobId: z.string().min(1).max(64),
    attempt: z.int().min(1),
    submissionId: z.int().min(1),
    worker: z.string().min(1).max(64),
    failure: ReasonCode.optional(),
    policyDigest: Digest,
  }),
  /**
   * The automatic checks over a hold came to their end: how many findings of each rank, and whether every check got
   * through. What was found stays in the desk's records.
   */
  z.strictObject({
    kind: z.literal('checks-ended'),
    hold,
    critical: z.int().min(0),
    serious: z.int().min(0),
    notice: z.int().min(0),
    isComplete: z.boolean(),
  }),
  /** A list of the inbox, which shows some scores of each hold: of `holds`. Old entries give a place, `offset`, instead. */
  z.strictObject({
    kind: z.literal('list-viewed'),
    reviewer,
    list: z.enum(['waiting', 'failed', 'decided']),
    offset: z.int().min(0).optional(),
    holds: z.array(AuditHold.shape.id).max(100).optional(),
    holdCount: z.int().min(0),
  }),
  /** Says to the others who is looking at a hold; it binds nobody, and lapses by itself. */
  z.strictObject({ kind: z.literal('hold-claimed'), reviewer, hold, until: z.iso.datetime() }),
  z.strictObject({ kind: z.literal('claim-ended'), reviewer, hold }),
  z.strictObject({ kind: z.literal('hold-viewed'), reviewer, hold }),
  /** Bytes of a file, from `offset` up to and without `end`, as text or in another view. */
  z.strictObject({
    kind: z.literal('file-viewed'),
    ...{ reviewer, hold, fileNumber, offset: z.int().min(0) },
    end: z.int().min(0).optional(),
    as: FileViewKind.optional(),
  }),
  /** A file was searched through; what for, by its SHA-256. */
  z.strictObject({ kind: z.literal('file-searched'), reviewer, hold, fileNumber, wordsDigest: Digest }),
  z.strictObject({ kind: z.literal('file-downloaded'), reviewer, hold, fileNumber }),
  /**
   * The first of two approvals, which waits for the second. The second reviewer may read the chain before they decide, so
   * what was ticked and written is only bound here, by a salted digest.
   */
  z.strictObject({
    kind: z.literal('approved-first'),
    ...{ ...decider, hold, wordsDigest: Digest, policyDigest: Digest, signedBy },
  }),
  z.strictObject({ kind: z.literal('approval-withdrawn'), reviewer, hold }),
  z.strictObject({ kind: z.literal('decided'), hold, decision: AuditDecision, policyDigest: Digest }),
  /** The vault was read and compared; from here on something leaves. `subjects` are the digests of what does. */
  z.strictObject({
    kind: z.literal('release-begun'),
    hold,
    outcome: z.enum(['released', 'failure-released']),
    subjects: z.array(ReceiptSubject).min(1),
  }),
  /** The platform is about to be told of a failure: a reason from the closed list, and nothing else. */
  z.strictObject({
    kind: z.literal('failure-begun'),
    hold,
    reason: ReasonCode,
    sentence: RejectionSentence.optional(),
  }),
  /** An alarm: what the vault or the records hold is not what was sealed and decided, so nothing was approved or sent. */
  z.strictObject({ kind: z.literal('release-stopped'), hold, cause: z.enum(['altered', 'not-decided']) }),
  z.strictObject({
    kind: z.literal('outcome-accepted'),
    hold,
    outcome: z.enum(['awaiting-validation', 'failed', 'released', 'failure-released']),
  }),
  z.strictObject({
    kind: z.literal('outcome-refused'),
    hold,
    outcome: z.enum(['awaiting-validation', 'failed', 'released', 'failure-released']),
  }),
  /** Retention: the bytes of an ended hold were given up. */
  z.strictObject({ kind: z.literal('content-removed'), hold }),
  z.strictObject({
    kind: z.literal('signed-in'),
    reviewer,
    by: z.enum(['password', 'link', 'passkey', 'institution']),
  }),
  /** `reviewer` only where the name is that of an account: what else was typed may have been a password. */
  z.strictObject({ kind: z.literal('sign-in-failed'), reviewer: reviewer.optional() }),
  /** `reviewer` where the account is known. Nothing that the provider wrote is told. */
  z.strictObject({
    kind: z.literal('institution-refused'),
    reviewer: reviewer.optional(),
    code: InstitutionRefusal,
  }),
  /**
   * An account of an institution is from now on the person's, who did it signed in, or of whom a steward had said so. The chain
   * has a salted digest of the provider and its name for them.
   */
  z.strictObject({
    kind: z.literal('identity-connected'),
    ...{ reviewer, how: z.enum(['self', 'expected']), identityDigest: Digest },
  }),
  /** A steward, `reviewer`, said by what the person's account of the institution will be known. */
  z.strictObject({
    kind: z.literal('identity-expected'),
    ...{ reviewer, person: reviewer, by: z.enum(['subject', 'email']), identityDigest: Digest },
  }),
  z.strictObject({
    kind: z.literal('identity-removed'),
    ...{ reviewer, person: reviewer, identityDigest: Digest },
  }),
  z.strictObject({ kind: z.literal('signed-out'), reviewer }),
  /** A session came from another browser than the one that it belongs to, and was ended: its cookie was taken. */
  z.strictObject({ kind: z.literal('session-refused'), reviewer }),
  z.strictObject({ kind: z.literal('proved-again'), reviewer, by: z.enum(['password', 'passkey']) }),
  z.strictObject({ kind: z.literal('password-changed'), reviewer }),
  /** Sessions of `person`, ended by `reviewer`: their own, or another's by a steward. */
  z.strictObject({ kind: z.literal('sessions-ended'), reviewer, person, sessions: z.int().min(0) }),
  /** Without `reviewer` it was done on the machine of the desk itself. */
  z.strictObject({
    kind: z.literal('person-invited'),
    ...{ reviewer: reviewer.optional(), person, roles, until: z.iso.datetime() },
  }),
  z.strictObject({
    kind: z.literal('invitation-renewed'),
    ...{ reviewer: reviewer.optional(), person, until: z.iso.datetime() },
  }),
  /** A link by which `person`, who has an account, chooses a new password. */
  z.strictObject({
    kind: z.literal('password-link-made'),
    ...{ reviewer: reviewer.optional(), person, until: z.iso.datetime() },
  }),
  z.strictObject({ kind: z.literal('invitation-revoked'), reviewer, person }),
  z.strictObject({ kind: z.literal('invitation-accepted'), reviewer, roles }),
  z.strictObject({ kind: z.literal('roles-changed'), reviewer, person, from: roles, to: roles }),
  z.strictObject({ kind: z.literal('person-disabled'), reviewer, person }),
  z.strictObject({ kind: z.literal('person-enabled'), reviewer, person }),
  z.strictObject({ kind: z.literal('lock-lifted'), reviewer, person }),
  /** Old entries say of a token only that it was made; those could do everything. `token` tells nothing of its secret. */
  z.strictObject({
    kind: z.literal('token-issued'),
    reviewer,
    token: tokenId.optional(),
    scope: z.enum(['read', 'decide']).optional(),
    expiresAt: z.iso.datetime().optional(),
  }),
  z.strictObject({ kind: z.literal('token-revoked'), reviewer, token: tokenId }),
  /** A passkey goes by the SHA-256 of its public key (COSE_Key), which receipts carry. */
  z.strictObject({ kind: z.literal('passkey-added'), reviewer, passkey: Digest }),
  z.strictObject({ kind: z.literal('passkey-removed'), reviewer, passkey: Digest }),
  /** The answer of a passkey was not taken. `reviewer` is who is signed in, or whose passkey it is. */
  z.strictObject({
    kind: z.literal('passkey-refused'),
    reviewer: reviewer.optional(),
    to: z.enum(['register', 'sign-in', 'decide']),
    cause: PasskeyRefusalCause,
  }),
  /** `to` decides in the place of `reviewer`, who is away. */
  z.strictObject({
    kind: z.literal('delegated'),
    ...{ reviewer, to: reviewer, from: z.iso.datetime(), until: z.iso.datetime() },
  }),
  z.strictObject({ kind: z.literal('delegation-revoked'), reviewer, to: reviewer }),
  /** What a reviewer is called at a platform, by a salted digest. */
  z.strictObject({ kind: z.literal('platform-name-declared'), reviewer, nameDigest: Digest }),
  z.strictObject({ kind: z.literal('platform-name-withdrawn'), reviewer, nameDigest: Digest }),
  z.strictObject({ kind: z.literal('chain-viewed'), reviewer }),
  /** `filteredBy`: the export has only some of the entries, chosen by these. What was asked for is not told. */
  z.strictObject({
    kind: z.literal('chain-exported'),
    reviewer,
    format: z.enum(['jsonl', 'csv']),
    filteredBy: z.array(z.enum(['kind', 'reviewer', 'hold', 'time'])).max(4),
  }),
  z.strictObject({ kind: z.literal('report-viewed'), reviewer, month }),
  z.strictObject({ kind: z.literal('report-exported'), reviewer, month }),
  /** Where and of what a reviewer wants notices. The address is theirs; the chain has a salted digest. */
  z.strictObject({
    kind: z.literal('notices-set'),
    reviewer,
    way: z.enum(['mail', 'webhook']),
    addressDigest: Digest,
    kinds: z.array(z.enum(['waiting', 'half-time', 'last-call', 'second-review', 'stopped'])).min(1),
    pace: z.enum(['at-once', 'hourly', 'daily']),
  }),
  z.strictObject({ kind: z.literal('notices-ended'), reviewer, way: z.enum(['mail', 'webhook']) }),
  z.strictObject({ kind: z.literal('notices-tested'), reviewer, way: z.enum(['mail', 'webhook']) }),
])
export type AuditAct = z.infer<typeof AuditAct>
export type AuditActKind = AuditAct['kind']

/** One entry of the chain. */
export const AuditEntry = z.strictObject({
  /** Counts from 1, without gaps. */
  sequence: z.int().min(1),
  time: z.iso.datetime(),
  act: AuditAct,
  /** The `hash` of the entry before; `CHAIN_BEGINNING` for the first. */
  previous: Digest,
  /** SHA-256 of the canonical JSON (RFC 8785) of this entry without this field. */
  hash: Digest,
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** What comes before the first entry. */
export const CHAIN_BEGINNING: Digest = Digest.parse('0'.repeat(64))

/** How far a chain goes: its length and the hash of its last entry. Receipts carry it away from the site. */
export const ChainHead = z.strictObject({ sequence: z.int().min(1), head: Digest })
export type ChainHead = z.infer<typeof ChainHead>

/**
 * With `Authorization: Bearer <site token>`, below the hub's address: the chain head of the newest receipt of this site
 * that the hub accepted.
 *
 *     GET /api/site/chain-head   -> 200 ChainHead | 404 there is none yet
 */
export const CHAIN_HEAD_PATH = '/api/site/chain-head'
