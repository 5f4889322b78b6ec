import { ARTEFACT_WORDS, type ArtefactName } from '@scoregate/protocol/artefact'
import type { Digest } from '@scoregate/protocol/digest'
import type { ReasonCode } from '@scoregate/protocol/reason-code'
import type { SubmissionStatus } from '@scoregate/protocol/submission-status'
import { type Approvals, isSameSeat, leavingArtefacts, type StandingApproval } from './approvals.ts'
import { type BudgetQuestion, bitsInWords, fitsBudget } from './ledger.ts'
import { type Eligibility, WHY_NOT_SENTENCES } from './who-may-decide.ts'

/** Where a hold is in its life. `released` and `closed` are the ends. */
export type HoldState = 'awaiting' | 'approved' | 'released' | 'rejected' | 'expired' | 'closed'

/**
 * Which state may follow which; nothing else may, and every writer goes through this table.
 *
 *     awaiting -> approved -> released
 *     awaiting -> rejected -> closed
 *     awaiting -> expired -> closed
 */
export const HOLD_TRANSITIONS = {
  awaiting: ['approved', 'rejected', 'expired'],
  approved: ['released'],
  rejected: ['closed'],
  expired: ['closed'],
  released: [],
  closed: [],
} as const satisfies Record<HoldState, readonly HoldState[]>

/** What the platform may hear of a hold: a status, and a reason where it is a failure. */
export type PlatformWord = { readonly status: SubmissionStatus; readonly reason?: ReasonCode }

/** What the platform hears when a hold enters a state; undefined: nothing, since it heard all with the state before. */
export const PLATFORM_WORD = {
  awaiting: { status: 'Awaiting validation' },
  approved: { status: 'Finished' },
  rejected: { status: 'Failed', reason: 'not-released' },
  expired: { status: 'Failed', reason: 'validation-timed-out' },
  released: undefined,
  closed: undefined,
} as const satisfies Record<HoldState, PlatformWord | undefined>

/** Longest reason that a decision may give, in characters. */
export const LONGEST_REASON = 2000

/** What a reviewer decided, over the digest of the manifest that they were shown. */
export type Decision = { digest: Digest; reviewer: string; eligibility: Eligibility } & (
  | { kind: 'approve'; artefacts: ArtefactName[]; reason?: string }
  | { kind: 'reject'; reason: string }
)

/** What deciding needs to know of a hold. */
export type DecidableHold = {
  readonly state: HoldState
  readonly manifestDigest: Digest
  readonly expiresAt: Date
  /** Sealing met something that it could not represent: only rejection is open. */
  readonly hostile: boolean
  /** A later attempt of the same job was deposited: the platform has given the job to another run, so this one is not wanted. */
  readonly superseded: boolean
  /** What the hold has and the policy lets out. */
  readonly offered: readonly ArtefactName[]
  /** Approving nothing still lets something out: the reason of a failure that waits for a decision. */
  readonly reasonAlone: boolean
  /** How many must approve, and who has. */
  readonly approvals: Approvals
}

/**
 * Why no deadline can be trusted at the moment. `behind`: the clock shows less than it has shown before. `jumped`: it moved
 * by other than the time that passed, and has not been steady for long enough since.
 */
export type ClockTrouble = 'behind' | 'jumped'

/** What a decision needs to know beside the hold. */
export type DecisionMoment = {
  readonly now: Date
  readonly clockTrouble?: ClockTrouble | undefined
  /** What the ledger says of this participant and of what an approval would release. */
  readonly budget?: BudgetQuestion | undefined
  /** The policy wants approvals signed by a passkey, and this one is not. */
  readonly isSignatureMissing?: boolean | undefined
  /** What the checks have to say about an approval. */
  readonly checksTrouble?: ChecksTrouble | undefined
  /** What was shown to whoever approves. Where nothing is said, nothing was. */
  readonly look?: Look | undefined
}

/** What a reviewer has been shown of what they would release. */
export type Look = {
  /**
   * Whether what was not looked at is refused, or left to the reviewer to be told of. Also where the policy approves by
   * itself nobody looks, and it is no reviewer whom this could bind.
   */
  readonly unseen: 'refuse' | 'warn'
  /** The artefacts that were shown whole to this reviewer; scores are, with the hold. */
  readonly seenWhole: readonly ArtefactName[]
}

/** What of the artefacts to be released was not shown whole to whoever would release them. */
export function notLookedAt(artefacts: readonly ArtefactName[], look: Look | undefined): ArtefactName[] {
  return artefacts.filter((name) => name !== 'scores' && look?.seenWhole.includes(name) !== true)
}

/**
 * Why nothing can be approved as far as the checks go. `not-ended`: they have not, and the policy wants them to have.
 * `required-failed`: one that the policy requires did not get through.
 */
export type ChecksTrouble = 'not-ended' | 'required-failed'

/** Why a decision was not taken; `sentence` says so to the reviewer, with what they can do. */
export type Refusal = {
  code:
    | 'not-awaiting'
    | 'expired'
    | 'may-not-decide'
    | 'other-digest'
    | 'hostile'
    | 'superseded'
    | 'clock-behind'
    | 'clock-jumped'
    | 'vault-altered'
    | 'checks-not-ended'
    | 'required-check-failed'
    | 'signature-missing'
    | 'budget-exhausted'
    | 'artefact-not-allowed'
    | 'not-looked-at'
    | 'nothing-to-release'
    | 'approved-by-you'
    | 'nothing-in-common'
    | 'reason-missing'
    | 'reason-too-long'
  sentence: string
}

/** The states in words that follow "This hold". */
const STATE_WORDS = {
  awaiting: 'is waiting for a decision',
  approved: 'was approved already',
  released: 'was released already',
  rejected: 'was rejected already',
  expired: 'has expired',
  closed: 'is closed',
} as const satisfies Record<HoldState, string>

const CLOCK_REFUSALS = {
  behind: {
    code: 'clock-behind',
    sentence:
      'The clock of this machine is behind the time that it has shown before, so no deadline can be trusted and nothing can be approved. Set the clock right; you can still reject.',
  },
  jumped: {
    code: 'clock-jumped',
    sentence:
      'The clock of this machine has just jumped, so no deadline can be trusted. Approve again when it has been steady for a minute; you can still reject.',
  },
} as const satisfies Record<ClockTrouble, Refusal>

const CHECKS_REFUSALS = {
  'not-ended': {
    code: 'checks-not-ended',
    sentence:
      'The checks of this hold have not ended, so nothing can be approved yet. Open it again in a moment and look at what they found; you can reject at any time.',
  },
  'required-failed': {
    code: 'required-check-failed',
    sentence:
      'A check that the policy of this site requires did not get through, so nobody has looked for what it looks for. This hold can only be rejected.',
  },
} as const satisfies Record<ChecksTrouble, Refusal>

const SIGNATURE_MISSING: Refusal = {
  code: 'signature-missing',
  sentence:
    'The policy of this site wants approvals of this competition signed with a passkey, and this one is not. Open the hold at the desk with your browser, and approve it there with your passkey; without one, add it under “My account” first. You can reject without.',
}

/**
 * What became of a decision. `recorded`: it is the first of two approvals, and the hold waits for the second. An approval
 * lets out `artefacts`, which all who approved had ticked.
 */
export type DecisionResult =
  | {
      kind: 'decided'
      state: 'approved'
      artefacts: ArtefactName[]
      /** The approval that stood before, where two were needed. */
      first: StandingApproval | undefined
    }
  | { kind: 'decided'; state: 'rejected' }
  | { kind: 'recorded'; standing: 1; needed: 2 }
  | { kind: 'refused'; refusal: Refusal }

/**
 * Takes or refuses a decision. It is taken only from somebody who may decide, while the hold waits and its deadline lies
 * ahead, over exactly the manifest that was sealed, and releases no more than is offered; an approval needs a clock that
 * can be trusted, too, and a second one where two are needed. The caller has compared the vault with the manifest before,
 * and writes what follows with a compare-and-set.
 */
export function decide(hold: DecidableHold, decision: Decision, moment: DecisionMoment): DecisionResult {
  const refusal = findRefusal(hold, decision, moment)
  if (refusal !== undefined) return { kind: 'refused', refusal }
  if (decision.kind === 'reject') return { kind: 'decided', state: 'rejected' }
  const { approvals } = hold
  const artefacts = leavingArtefacts(approvals, decision.artefacts)
  if (approvals.needed === 1) return { kind: 'decided', state: 'approved', artefacts, first: undefined }
  if (approvals.first === undefined) return { kind: 'recorded', standing: 1, needed: 2 }
  return { kind: 'decided', state: 'approved', artefacts, first: approvals.first }
}

function findRefusal(
  hold: DecidableHold,
  decision: Decision,
  { now, ...moment }: DecisionMoment,
): Refusal | undefined {
  if (hold.state !== 'awaiting') {
    return refusal('not-awaiting', `This hold ${STATE_WORDS[hold.state]}. A decision is final.`)
  }
  if (!isStillOpen(hold, now)) {
    return refusal('expired', 'The deadline of this hold has passed, so it can no longer be decided.')
  }
  const { eligibility } = decision
  if (eligibility.kind === 'may-not') {
    return refusal('may-not-decide', WHY_NOT_SENTENCES[eligibility.why])
  }
  if (decision.digest !== hold.manifestDigest) {
    return refusal(
      'other-digest',
      'The decision names other contents than this hold has. Open the hold again and look at it before you decide.',
    )
  }
  if ((decision.reason ?? '').length > LONGEST_REASON) {
    return refusal('reason-too-long', `The reason is longer than ${LONGEST_REASON} characters. Shorten it.`)
  }
  return decision.kind === 'approve'
    ? findApprovalRefusal(hold, decision, moment)
    : findRejectionRefusal(decision)
}

function findApprovalRefusal(
  hold: DecidableHold,
  decision: Extract<Decision, { kind: 'approve' }>,
  { clockTrouble, budget, checksTrouble, isSignatureMissing, look }: Omit<DecisionMoment, 'now'>,
): Refusal | undefined {
  const { artefacts } = decision
  if (clockTrouble !== undefined) return CLOCK_REFUSALS[clockTrouble]
  if (hold.superseded) {
    return refusal(
      'superseded',
      'The platform has given this submission to a later run, whose result is here, too. Decide that one; this one can only be rejected.',
    )
  }
  if (hold.hostile) {
    return refusal(
      'hostile',
      'Sealing met files that it could not represent. This hold can only be rejected.',
    )
  }
  if (checksTrouble !== undefined) return CHECKS_REFUSALS[checksTrouble]
  if (isSignatureMissing === true) return SIGNATURE_MISSING
  const notOffered = artefacts.filter((name) => !hold.offered.includes(name))
  if (notOffered.length > 0) {
    return refusal('artefact-not-allowed', `This hold does not offer ${notOffered.join(', ')} for release.`)
  }
  if (budget !== undefined && !fitsBudget(budget)) {
    return refusal(
      'budget-exhausted',
      `This participant has learned at most ${bitsInWords(budget.learnedBits)} so far, and this release would add ${bitsInWords(budget.addedBits)}: more than the ${bitsInWords(budget.budgetBits ?? 0)} that the policy lets one participant learn. Release less, or reject.`,
    )
  }
  const unseen = look?.unseen === 'warn' ? [] : notLookedAt(artefacts, look)
  if (unseen.length > 0) {
    return refusal(
      'not-looked-at',
      `You have not seen all of what you would release: ${unseen.map((name) => ARTEFACT_WORDS[name]).join('; ')}. Open what is left of it on the page of the hold, or do not release it.`,
    )
  }
  if (artefacts.length === 0 && !hold.reasonAlone) {
    return refusal('nothing-to-release', 'Nothing is ticked. Tick what to release, or reject the hold.')
  }
  return findSecondRefusal(hold, decision)
}

/** What speaks against a second approval, since the first is as it is. */
function findSecondRefusal(
  { approvals, reasonAlone }: DecidableHold,
  { artefacts, reviewer, eligibility }: Extract<Decision, { kind: 'approve' }>,
): Refusal | undefined {
  const first = approvals.needed === 2 ? approvals.first : undefined
  if (first === undefined) return undefined
  const absent = eligibility.kind === 'may' ? eligibility.for : undefined
  if (isSameSeat(first, { reviewer, for: absent })) {
    return refusal(
      'approved-by-you',
      'The first approval of this hold is yours, or was given in the place of one of you. The second must come from another person.',
    )
  }
  if (leavingArtefacts(approvals, artefacts).length > 0 || reasonAlone) return undefined
  return refusal(
    'nothing-in-common',
    'Nothing that you ticked was ticked by the first reviewer, too, and only what both tick leaves. Speak with each other: the first can withdraw their approval, you can tick other things, and each of you can reject.',
  )
}

function findRejectionRefusal(decision: { reason: string }): Refusal | undefined {
  if (decision.reason.trim() !== '') return undefined
  return refusal('reason-missing', 'Say in a few words why this is not released.')
}

function refusal(code: Refusal['code'], sentence: string): Refusal {
  return { code, sentence }
}

/** Whether the deadline of a hold has come; `expired` tells the caller to write that state with a compare-and-set. */
export function expire(
  hold: { readonly state: HoldState; readonly expiresAt: Date },
  { now }: { now: Date },
): { kind: 'expired' } | { kind: 'not-yet' } | { kind: 'not-awaiting' } {
  if (hold.state !== 'awaiting') return { kind: 'not-awaiting' }
  return isStillOpen(hold, now) ? { kind: 'not-yet' } : { kind: 'expired' }
}

/** The instant of the deadline itself is too late, and so is any instant that cannot be compared (an invalid date). */
function isStillOpen(hold: { readonly expiresAt: Date }, now: Date): boolean {
  return now.getTime() < hold.expiresAt.getTime()
}
