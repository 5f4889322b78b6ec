import { randomInt } from 'node:crypto'
import { CheckRules, DEFAULT_CHECK_RULES } from '@scoregate/gate/check-rules'
import type { DeadlineCause } from '@scoregate/gate/deadline'
import { FindingRank } from '@scoregate/gate/finding'
import { HOLD_TRANSITIONS, type HoldState } from '@scoregate/gate/hold'
import { WorkingCalendar } from '@scoregate/gate/working-hours'
import { ArtefactName } from '@scoregate/protocol/artefact'
import { CanonicalScore, ScoreColumn } from '@scoregate/protocol/columns'
import { Deposit } from '@scoregate/protocol/deposit'
import { Digest } from '@scoregate/protocol/digest'
import { Manifest } from '@scoregate/protocol/manifest'
import { ReasonCode } from '@scoregate/protocol/reason-code'
import { z } from 'zod'
import type { HoldRow } from '../migrations/desk-tables.ts'

/** Eight signs that can be read aloud: no `0 1 8 9`, which look like letters. Names a hold in URLs and on the command line. */
export const HoldId = z
  .string()
  .regex(/^[a-z2-7]{8}$/, 'the eight letters and digits of a hold')
  .brand<'HoldId'>()
export type HoldId = z.infer<typeof HoldId>

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/** A random identifier; a collision among 10,000 holds has a chance of 1 in 20,000 and fails the deposit, which is repeated. */
export function newHoldId(): HoldId {
  return HoldId.parse(Array.from({ length: 8 }, () => BASE32[randomInt(32)]).join(''))
}

/** `result`: scores wait for a decision. `failed-run`: the run failed, and its logs and files are kept apart. */
export const HoldKind = z.enum(['result', 'failed-run'])
export type HoldKind = z.infer<typeof HoldKind>

const ScoreRules = z.strictObject({
  decimals: z.number().optional(),
  range: z.tuple([z.number(), z.number()]).optional(),
})

/** The rules of the site's policy for this competition as they were at the deposit; a decision is made under them. */
export const HoldRules = z.strictObject({
  review: z.enum(['always', 'when-asked']),
  timeoutSeconds: z.number(),
  calendar: WorkingCalendar.optional(),
  failures: z.enum(['at-once', 'after-review']),
  /** Absent from holds that are older than this rule, which is strict. */
  unseen: z.enum(['refuse', 'warn']).default('refuse'),
  /** These four are absent from holds that are older than they are. */
  approvals: z.union([z.literal(1), z.literal(2)]).default(1),
  twoFor: z.array(FindingRank).default([]),
  reviewers: z.array(z.string()).optional(),
  conflicts: z.array(z.string()).default([]),
  /** Absent from holds that are older than passkeys. */
  signed: z.enum(['required', 'when-possible']).default('when-possible'),
  releasable: z.array(ArtefactName),
  ticked: z.array(ArtefactName),
  ...ScoreRules.shape,
  columns: z.record(z.string(), ScoreRules).optional(),
  retentionSeconds: z.number(),
  /** Absent from holds that are older than the checks. */
  checks: CheckRules.default(DEFAULT_CHECK_RULES),
  budgetBits: z.number().optional(),
})
export type HoldRules = z.infer<typeof HoldRules>

/** The scores as the gate read them at the deposit: what the reviewer is shown, and what leaves. */
export const HoldScores = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('read'),
    scores: z.array(CanonicalScore),
    shown: z.array(
      z.object({
        column: ScoreColumn,
        written: z.string().optional(),
        released: z.string().optional(),
        notes: z.array(z.string()),
      }),
    ),
    undeclaredKeys: z.array(z.string()),
  }),
  z.object({ kind: z.literal('missing') }),
  z.object({ kind: z.literal('unreadable'), why: z.string() }),
])
export type HoldScores = z.infer<typeof HoldScores>

/** Something of the hold that the policy lets a reviewer release; sizes are those of the sealed files. */
export const OfferedArtefact = z.strictObject({
  name: ArtefactName,
  fileCount: z.int(),
  sizeBytes: z.int(),
  ticked: z.boolean(),
})
export type OfferedArtefact = z.infer<typeof OfferedArtefact>

const HoldJob = Deposit.shape.job

/** A hold as a list shows it: all but its manifest, which can name many thousands of files. */
export type HoldSummary = {
  readonly id: HoldId
  readonly platform: string
  readonly job: z.infer<typeof HoldJob>
  readonly attempt: number
  readonly manifestDigest: Digest
  readonly worker: string
  readonly kind: HoldKind
  readonly failure: ReasonCode | undefined
  readonly state: HoldState
  readonly hostile: boolean
  readonly fileCount: number
  readonly totalBytes: number
  readonly policyDigest: Digest
  readonly rules: HoldRules
  readonly scores: HoldScores
  readonly offered: readonly OfferedArtefact[]
  readonly depositedAt: Date
  readonly expiresAt: Date
  /** What set `expiresAt`: the policy, or the end of the platform's links. */
  readonly deadlineCause: DeadlineCause
  readonly decidedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly alarm: string | undefined
  readonly contentRemovedAt: Date | undefined
}

/** A hold with everything in it. */
export type Hold = HoldSummary & { readonly manifest: Manifest }

/** A name as the inbox searches and sorts it: how it is written must not decide whether it is found. */
export function foldName(name: string): string {
  return name.toLowerCase()
}

/** Columns that are there to find holds by; what they say stands in others. */
type FoldedColumn = 'competition_folded' | 'participant_folded' | 'worker_folded'

/** Parses a stored hold; throws on a row that this program cannot have written. */
export function parseHold(row: HoldRow): Hold {
  return { ...parseHoldSummary(row), manifest: Manifest.parse(JSON.parse(row.manifest_json)) }
}

/** As `parseHold`, for a row that was read without its manifest. */
export function parseHoldSummary(row: Omit<HoldRow, 'manifest_json' | FoldedColumn>): HoldSummary {
  return {
    id: HoldId.parse(row.id),
    platform: row.platform,
    job: HoldJob.parse(JSON.parse(row.job_json)),
    attempt: row.attempt,
    manifestDigest: Digest.parse(row.manifest_digest),
    worker: row.worker,
    kind: HoldKind.parse(row.kind),
    failure: row.failure === null ? undefined : ReasonCode.parse(row.failure),
    state: parseHoldState(row.state),
    hostile: row.hostile !== 0,
    fileCount: row.file_count,
    totalBytes: row.total_bytes,
    policyDigest: Digest.parse(row.policy_digest),
    rules: HoldRules.parse(JSON.parse(row.rules_json)),
    scores: HoldScores.parse(JSON.parse(row.scores_json)),
    offered: z.array(OfferedArtefact).parse(JSON.parse(row.offered_json)),
    depositedAt: new Date(row.deposited_at),
    expiresAt: new Date(row.expires_at),
    deadlineCause: z.enum(['policy', 'links']).parse(row.deadline_cause),
    decidedAt: dateOf(row.decided_at),
    endedAt: dateOf(row.ended_at),
    alarm: row.alarm ?? undefined,
    contentRemovedAt: dateOf(row.content_removed_at),
  }
}

function parseHoldState(state: string): HoldState {
  if (!Object.hasOwn(HOLD_TRANSITIONS, state))
    throw new Error(`The stored state "${state}" of a hold is unknown.`)
  return state as HoldState // it is a key of the table of states
}

function dateOf(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text)
}
