import { Finding, FindingCounts, FindingSource } from '@scoregate/gate/finding'
import { ArtefactName } from '@scoregate/protocol/artefact'
import { Digest } from '@scoregate/protocol/digest'
import { ManifestSection, SealRefusal } from '@scoregate/protocol/manifest'
import { ReasonCode, RejectionSentence } from '@scoregate/protocol/reason-code'
import { z } from 'zod'
import { HoldList, InboxQuery } from '../inbox/inbox-query.ts'

/**
 * The desk's API for reviewers' programs, such as the command line, with `Authorization: Token <personal token>` (`token-api.ts`):
 *
 *     GET  /api/holds?list=waiting|failed|decided&...        -> 200 HoldPage; the other keys are those of `InboxQuery`
 *     GET  /api/holds/:id                                    -> 200 HoldDetails
 *     GET  /api/holds/:id/files/:n?offset=BYTES              -> 200 raw bytes from there on, as an attachment
 *     GET  /api/holds/:id/diff                               -> 200 HoldDiff: what is new since this participant's last hold
 *     GET  /api/holds/:id/diff/:n                            -> 200 FileDiff: the lines of a changed file that differ
 *     GET  /api/holds/:id/receipt?outcome=KIND               -> 200 Receipt: that of this outcome, or the newest
 *     POST   /api/holds/:id/claim                            -> 200 ClaimAnswer: the others see who is looking at it
 *     DELETE /api/holds/:id/claim                            -> 200 ClaimAnswer
 *     POST /api/holds/:id/decision    DecisionRequest        -> 200 DecisionAnswer | 4xx with a refusal's code
 *     DELETE /api/holds/:id/approval                         -> 200 WithdrawalAnswer: of a first approval, by whoever gave it
 *
 * Names of files, participants and competitions, and scores as written, are text from outside: show them inert.
 */
export const HOLDS_PATH = '/api/holds'

/** The lists, and what can be asked of them. */
export const HoldListName = HoldList
export type HoldListName = z.infer<typeof HoldListName>
export const HoldQuery = InboxQuery
export type HoldQuery = z.infer<typeof HoldQuery>

/** That somebody is looking at a hold. It warns the others and blocks nobody. */
export const ShownClaim = z.object({ reviewer: z.string(), until: z.iso.datetime() })
export type ShownClaim = z.infer<typeof ShownClaim>

/** One score: as the scoring program wrote it, and as it would leave. Absent where there is none. */
export const ShownScore = z.object({
  column: z.string(),
  title: z.string(),
  written: z.string().optional(),
  released: z.string().optional(),
  notes: z.array(z.string()),
})
export type ShownScore = z.infer<typeof ShownScore>

/**
 * How far the checks over a hold are, and how many findings of each rank they made so far as they have ended. `skipped`:
 * the hold was decided before their turn came.
 */
export const HoldCheckState = z.object({
  state: z.enum(['waiting', 'running', 'ended', 'skipped']),
  checkedBytes: z.int(),
  totalBytes: z.int(),
  findings: FindingCounts,
  /** The checks that did not get through. */
  failed: z.array(FindingSource),
})
export type HoldCheckState = z.infer<typeof HoldCheckState>

/** Who approved; `for` is the absent reviewer in whose place they did. */
export const ShownApprover = z.object({ reviewer: z.string(), for: z.string().optional() })
export type ShownApprover = z.infer<typeof ShownApprover>

/** A hold as the lists show it. */
export const HoldLine = z.object({
  id: z.string(),
  /** The digest of its manifest, which a decision must name. */
  digest: Digest,
  kind: z.enum(['result', 'failed-run']),
  state: z.enum(['awaiting', 'approved', 'released', 'rejected', 'expired', 'closed']),
  hostile: z.boolean(),
  platform: z.string(),
  competition: z.string(),
  phase: z.string(),
  task: z.string(),
  participant: z.string(),
  submissionId: z.int(),
  worker: z.string(),
  failure: ReasonCode.optional(),
  scores: z.array(ShownScore),
  /** Absent from holds that are older than the checks. */
  checks: HoldCheckState.optional(),
  fileCount: z.int(),
  totalBytes: z.int(),
  depositedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** What set `expiresAt`: the policy of the site, or the end of the links by which the platform takes the result. */
  deadlineCause: z.enum(['policy', 'links']),
  decidedAt: z.iso.datetime().optional(),
  /** Who is looking at it now. */
  claims: z.array(ShownClaim),
  /** It waits for a second reviewer: who approved first, and when. What they ticked and wrote is for nobody to see yet. */
  approvedFirst: ShownApprover.extend({ at: z.iso.datetime() }).optional(),
})
export type HoldLine = z.infer<typeof HoldLine>

export const HoldPage = z.object({
  holds: z.array(HoldLine),
  /** How many there are in all; with a filter that finds more than a thousand, a thousand, and `isMore`. */
  total: z.int(),
  isMore: z.boolean(),
  /** Ask with this `after` for the next page; absent on the last. */
  nextAfter: z.string().optional(),
})
export type HoldPage = z.infer<typeof HoldPage>

/** A sealed file; `number` names it in the address of its bytes. */
export const HoldFile = z.object({
  number: z.int(),
  section: ManifestSection,
  path: z.string(),
  sizeBytes: z.int(),
  sha256: Digest,
  /** How much of it whoever asks has been shown. */
  seenBytes: z.int(),
})
export type HoldFile = z.infer<typeof HoldFile>

export const HoldDetails = HoldLine.extend({
  sealedAt: z.iso.datetime(),
  policyDigest: Digest,
  /** What may be released; those ticked are released when a decision names none. */
  offered: z.array(
    z.object({
      name: ArtefactName,
      fileCount: z.int(),
      sizeBytes: z.int(),
      ticked: z.boolean(),
      /** The most that it can tell. */
      bits: z.number(),
      /** How much of its files this reviewer has been shown; what was not seen whole cannot be released (policy). */
      seenBytes: z.int(),
      unseenFiles: z.int(),
    }),
  ),
  /** How many bits the participant has learned at most, how many what is ticked would add, and how many the policy allows. */
  ledger: z.object({
    learnedBits: z.number(),
    addedBits: z.number().optional(),
    budgetBits: z.number().optional(),
  }),
  files: z.array(HoldFile),
  /** What the checks found, the worst first; at most 200 of each rank. */
  findings: z.array(Finding),
  /** What sealing met and could not represent; one is enough to make the hold hostile. */
  refusals: z.array(SealRefusal),
  /** Keys of the scores file that no column declares; they never leave. */
  undeclaredKeys: z.array(z.string()),
  /** Why no score could be read, if none could. */
  scoresProblem: z.string().optional(),
  decision: z
    .object({
      kind: z.enum(['approve', 'reject', 'expire', 'auto']),
      ...ShownApprover.shape,
      /** Where two had to approve: who did first. */
      first: ShownApprover.optional(),
      reason: z.string().optional(),
      note: z.string().optional(),
      /** Of a rejection: what the participant reads. */
      sentence: RejectionSentence.optional(),
      artefacts: z.array(ArtefactName),
      decidedAt: z.iso.datetime(),
    })
    .optional(),
  /** What the platform was or will be told, in order. */
  publishing: z.array(
    z.object({
      kind: z.enum(['awaiting-validation', 'failed', 'released', 'failure-released']),
      state: z.enum(['pending', 'done', 'refused', 'stopped']),
      tries: z.int(),
      lastError: z.string().optional(),
      /** Whether its receipt is signed, and can be had. */
      isSigned: z.boolean(),
    }),
  ),
  /** Why an approved release stopped, if it did. */
  alarm: z.string().optional(),
  contentRemovedAt: z.iso.datetime().optional(),
})
export type HoldDetails = z.infer<typeof HoldDetails>

/** How a file differs from the last hold: by its digest alone, so that nothing is loaded for it. */
export const FileChange = z.object({
  change: z.enum(['new', 'changed', 'gone']),
  section: ManifestSection,
  path: z.string(),
  /** Its number in this hold; absent where it is gone. */
  number: z.int().optional(),
  sizeBytes: z.int().optional(),
  /** Its number in the last hold; absent where it is new. */
  previousNumber: z.int().optional(),
  previousBytes: z.int().optional(),
})
export type FileChange = z.infer<typeof FileChange>

/** What is new in a hold, compared with the last one of the same participant in the same competition. */
export const HoldDiff = z.object({
  id: z.string(),
  /** The last hold that was decided before this one; absent: there is none, and nothing to compare with. */
  previous: z
    .object({
      id: z.string(),
      state: HoldLine.shape.state,
      submissionId: z.int(),
      decidedAt: z.iso.datetime(),
      /** Whether its files are still there, so that their text can be compared. */
      hasContent: z.boolean(),
    })
    .optional(),
  /** The scores as they would leave, and as they would have left of the last hold; of every column of either. */
  scores: z.array(
    z.object({
      column: z.string(),
      title: z.string(),
      before: z.string().optional(),
      after: z.string().optional(),
    }),
  ),
  /** The changed files, at most a thousand. */
  files: z.array(FileChange),
  counts: z.object({ new: z.int(), changed: z.int(), gone: z.int(), same: z.int() }),
})
export type HoldDiff = z.infer<typeof HoldDiff>

/** The lines of a changed text file that differ, with some around them; `kept` lines stand in both. */
export const FileDiff = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('lines'),
    hunks: z.array(
      z.object({
        before: z.int(),
        after: z.int(),
        lines: z.array(z.object({ change: z.enum(['kept', 'added', 'removed']), text: z.string() })),
      }),
    ),
    /** Whether there are more lines that differ than are here. */
    isCut: z.boolean(),
  }),
  /** Why it was not compared line by line. */
  z.object({ kind: z.literal('not-compared'), why: z.string() }),
])
export type FileDiff = z.infer<typeof FileDiff>

export const DecisionRequest = z.strictObject({
  /** The digest of what the reviewer looked at. */
  digest: Digest,
  decision: z.enum(['approve', 'reject']),
  /** Needed to reject: a code of `REJECT_REASONS`, or own words, which go into the note. Stays at the site. */
  reason: z.string().trim().min(1).max(200).optional(),
  /** Stays at the site. */
  note: z.string().trim().max(2000).optional(),
  /** Of a rejection: which fixed sentence the participant reads; without it, that nothing was released, and no more. */
  sentence: RejectionSentence.optional(),
  /** What to release; without it, what the policy ticks. */
  artefacts: z.array(ArtefactName).optional(),
})
export type DecisionRequest = z.infer<typeof DecisionRequest>

/** Who is looking at a hold, after a claim was made or ended. */
export const ClaimAnswer = z.object({ id: z.string(), claims: z.array(ShownClaim) })
export type ClaimAnswer = z.infer<typeof ClaimAnswer>

/** `awaiting`: yours is the first of two approvals, and the hold waits for the second. */
export const DecisionAnswer = z.discriminatedUnion('state', [
  z.object({ id: z.string(), state: z.enum(['approved', 'rejected']) }),
  z.object({ id: z.string(), state: z.literal('awaiting'), standing: z.literal(1), needed: z.literal(2) }),
])
export type DecisionAnswer = z.infer<typeof DecisionAnswer>

export const WithdrawalAnswer = z.object({
  id: z.string(),
  state: z.literal('awaiting'),
  standing: z.literal(0),
})
export type WithdrawalAnswer = z.infer<typeof WithdrawalAnswer>
