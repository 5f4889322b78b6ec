import type { Finding } from '@scoregate/gate/finding'
import type { ArtefactName } from '@scoregate/protocol/artefact'
import { approverFields, type ShownApproval } from '../approvals/approval-records.ts'
import type { HoldChecks } from '../checks/hold-checks.ts'
import { type ChangedFile, compareHolds } from '../history/compare-holds.ts'
import type { Hold, HoldSummary } from '../holds/hold-record.ts'
import type { Claim } from '../inbox/claims.ts'
import type { HoldLedger } from '../ledger/ledger.ts'
import type { OutboxItem } from '../release/outbox-queries.ts'
import type { DecisionRecord } from '../review/decision-record.ts'
import type { ArtefactLook } from '../review/looked-at.ts'
import type { Coverage } from '../viewers/file-view.ts'
import type {
  FileChange,
  HoldCheckState,
  HoldDetails,
  HoldDiff,
  HoldLine,
  ShownClaim,
  ShownScore,
} from './hold-api.ts'

/** What people and checks are doing with a hold, beside the hold itself. */
export type AboutHold = {
  readonly claims: readonly Claim[]
  /** Undefined for a hold that is older than the checks. */
  readonly checks: HoldChecks | undefined
  /** The first of two approvals, while it waits for the second. */
  readonly first: ShownApproval | undefined
}

/** A hold as the API's lists give it. */
export function toHoldLine(hold: HoldSummary, { claims, checks, first }: AboutHold): HoldLine {
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
    deadlineCause: hold.deadlineCause,
    ...(hold.decidedAt === undefined ? {} : { decidedAt: hold.decidedAt.toISOString() }),
    claims: claims.map(toShownClaim),
    ...(first === undefined
      ? {}
      : { approvedFirst: { ...approverFields(first), at: first.at.toISOString() } }),
  }
}

/** A hold with everything that a reviewer sees on its page. */
export function toHoldDetails(
  hold: Hold,
  decision: DecisionRecord | undefined,
  publishing: readonly OutboxItem[],
  ledger: HoldLedger,
  {
    findings,
    looks,
    seen,
    ...about
  }: AboutHold & {
    findings: readonly Finding[]
    looks: ReadonlyMap<ArtefactName, ArtefactLook>
    seen: ReadonlyMap<number, Coverage>
  },
): HoldDetails {
  const problem = scoresProblem(hold)
  return {
    ...toHoldLine(hold, about),
    sealedAt: hold.manifest.sealedAt,
    policyDigest: hold.policyDigest,
    offered: hold.offered.map((artefact) => ({
      ...artefact,
      bits: ledger.offeredBits.get(artefact.name) ?? 0,
      seenBytes: looks.get(artefact.name)?.seenBytes ?? 0,
      unseenFiles: looks.get(artefact.name)?.unseenFiles ?? 0,
    })),
    ledger: {
      learnedBits: ledger.learnedBits,
      ...(ledger.addedBits === undefined ? {} : { addedBits: ledger.addedBits }),
      ...(ledger.budgetBits === undefined ? {} : { budgetBits: ledger.budgetBits }),
    },
    files: hold.manifest.entries.map((entry, number) => ({
      number,
      ...entry,
      seenBytes: seen.get(number)?.bytes ?? 0,
    })),
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

/** The changed files of a diff that the API names. */
const CHANGES_NAMED = 1000

/** What is new in a hold as the API gives it; `previous` is undefined where there is nothing to compare with. */
export function toHoldDiff(hold: Hold, previous: Hold | undefined): HoldDiff {
  const { scores, files, counts } = compareHolds(previous ?? withoutContent(hold), hold)
  return {
    id: hold.id,
    ...(previous?.decidedAt === undefined
      ? {}
      : {
          previous: {
            id: previous.id,
            state: previous.state,
            submissionId: previous.job.submission.id,
            decidedAt: previous.decidedAt.toISOString(),
            hasContent: previous.contentRemovedAt === undefined,
          },
        }),
    scores: scores.map(({ column, title, before, after }) => ({
      ...{ column, title },
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    })),
    files: files.slice(0, CHANGES_NAMED).map(toFileChange),
    counts,
  }
}

/** Compared with nothing, all is new. */
function withoutContent(hold: Hold): Hold {
  return { ...hold, scores: { kind: 'missing' }, manifest: { ...hold.manifest, entries: [] } }
}

function toFileChange(file: ChangedFile): FileChange {
  const { section, path } = file.change === 'gone' ? file.before.entry : file.after.entry
  return {
    change: file.change,
    section,
    path,
    ...(file.change === 'gone' ? {} : { number: file.after.number, sizeBytes: file.after.entry.sizeBytes }),
    ...(file.change === 'new'
      ? {}
      : { previousNumber: file.before.number, previousBytes: file.before.entry.sizeBytes }),
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
    ...approverFields(decision),
    ...(decision.first === undefined ? {} : { first: approverFields(decision.first) }),
    ...(decision.reason === undefined ? {} : { reason: decision.reason }),
    ...(decision.note === undefined ? {} : { note: decision.note }),
    ...(decision.sentence === undefined ? {} : { sentence: decision.sentence }),
    artefacts: [...decision.artefacts],
    decidedAt: decision.decidedAt.toISOString(),
  }
}

function scoresProblem({ scores }: HoldSummary): string | undefined {
  if (scores.kind === 'read') return undefined
  return scores.kind === 'missing' ? 'The scoring program wrote no scores file.' : scores.why
}
