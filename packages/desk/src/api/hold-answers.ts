import type { Finding } from '@scoregate/gate/finding'
import type { HoldChecks } from '../checks/hold-checks.ts'
import type { Hold, HoldSummary } from '../holds/hold-record.ts'
import type { Claim } from '../inbox/claims.ts'
import type { HoldLedger } from '../ledger/ledger.ts'
import type { OutboxItem } from '../release/outbox-queries.ts'
import type { DecisionRecord } from '../review/decision-record.ts'
import type { HoldCheckState, HoldDetails, HoldLine, ShownClaim, ShownScore } from './hold-api.ts'

/** What people and checks are doing with a hold, beside the hold itself. */
export type AboutHold = {
  readonly claims: readonly Claim[]
  /** Undefined for a hold that is older than the checks. */
  readonly checks: HoldChecks | undefined
}

/** A hold as the API's lists give it. */
export function toHoldLine(hold: HoldSummary, { claims, checks }: AboutHold): HoldLine {
  return {
    id: hold.id,
    digest: hold.manifestDigest,
    kind: hold.kind,
    state: hold.state,
    hostile: hold.hostile,
    platform: hold.platform,
    competition: hold.job.competition.title,
    phase: hold.job.phase.name,
    task: hold.job.task.name,
    participant: hold.job.participant.username,
    submissionId: hold.job.submission.id,
    worker: hold.worker,
    ...(hold.failure === undefined ? {} : { failure: hold.failure }),
    scores: hold.scores.kind === 'read' ? hold.scores.shown.map(toShownScore) : [],
    ...(checks === undefined ? {} : { checks: toCheckState(checks) }),
    fileCount: hold.fileCount,
    totalBytes: hold.totalBytes,
    depositedAt: hold.depositedAt.toISOString(),
    expiresAt: hold.expiresAt.toISOString(),
    ...(hold.decidedAt === undefined ? {} : { decidedAt: hold.decidedAt.toISOString() }),
    claims: claims.map(toShownClaim),
  }
}

/** A hold with everything that a reviewer sees on its page. */
export function toHoldDetails(
  hold: Hold,
  decision: DecisionRecord | undefined,
  publishing: readonly OutboxItem[],
  ledger: HoldLedger,
  { findings, ...about }: AboutHold & { findings: readonly Finding[] },
): HoldDetails {
  const problem = scoresProblem(hold)
  return {
    ...toHoldLine(hold, about),
    sealedAt: hold.manifest.sealedAt,
    policyDigest: hold.policyDigest,
    offered: hold.offered.map((artefact) => ({
      ...artefact,
      bits: ledger.offeredBits.get(artefact.name) ?? 0,
    })),
    ledger: {
      learnedBits: ledger.learnedBits,
      ...(ledger.addedBits === undefined ? {} : { addedBits: ledger.addedBits }),
      ...(ledger.budgetBits === undefined ? {} : { budgetBits: ledger.budgetBits }),
    },
    files: hold.manifest.entries.map((entry, number) => ({ number, ...entry })),
    findings: [...findings],
    refusals: hold.manifest.refusals,
    undeclaredKeys: hold.scores.kind === 'read' ? hold.scores.undeclaredKeys : [],
    ...(problem === undefined ? {} : { scoresProblem: problem }),
    ...(decision === undefined ? {} : { decision: toDecision(decision) }),
    publishing: publishing.map(({ outcome, state, tries, lastError, receipt }) => ({
      kind: outcome.kind,
      state,
      tries,
      isSigned: receipt !== undefined,
      ...(lastError === undefined ? {} : { lastError }),
    })),
    ...(hold.alarm === undefined ? {} : { alarm: hold.alarm }),
    ...(hold.contentRemovedAt === undefined ? {} : { contentRemovedAt: hold.contentRemovedAt.toISOString() }),
  }
}

/** A claim as the API gives it. */
export function toShownClaim({ reviewer, until }: Claim): ShownClaim {
  return { reviewer, until: until.toISOString() }
}

function toCheckState({ state, checkedBytes, totalBytes, counts, failed }: HoldChecks): HoldCheckState {
  return { state, checkedBytes, totalBytes, findings: counts, failed: [...failed] }
}

function toShownScore(shown: {
  column: { key: string; title: string }
  written?: string | undefined
  released?: string | undefined
  notes: string[]
}): ShownScore {
  return {
    column: shown.column.key,
    title: shown.column.title,
    ...(shown.written === undefined ? {} : { written: shown.written }),
    ...(shown.released === undefined ? {} : { released: shown.released }),
    notes: shown.notes,
  }
}

function toDecision(decision: DecisionRecord): NonNullable<HoldDetails['decision']> {
  return {
    kind: decision.kind,
    reviewer: decision.reviewer,
    ...(decision.reason === undefined ? {} : { reason: decision.reason }),
    ...(decision.note === undefined ? {} : { note: decision.note }),
    artefacts: [...decision.artefacts],
    decidedAt: decision.decidedAt.toISOString(),
  }
}

function scoresProblem({ scores }: HoldSummary): string | undefined {
  if (scores.kind === 'read') return undefined
  return scores.kind === 'missing' ? 'The scoring program wrote no scores file.' : scores.why
}
