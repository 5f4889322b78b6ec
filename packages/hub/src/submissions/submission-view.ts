import type { ArtefactName } from '@scoregate/protocol/artefact'
import type { CanonicalScore } from '@scoregate/protocol/columns'
import type { ReasonCode } from '@scoregate/protocol/reason-code'
import type { SubmissionStatus } from '@scoregate/protocol/submission-status'
import type { LiveLog } from '../codabench/live-logs.ts'
import type { RunLogName } from '../codabench/run-files.ts'
import type { PersonName } from '../competitions/competition-view.ts'
import type { ReceiptView } from '../releases/load-receipts.ts'

/** Something of a run that its data owner released; `href` is a path that works for a while by itself. */
export type ArtefactView = {
  readonly name: ArtefactName
  readonly sizeBytes: number
  readonly releasedAt: Date
  readonly href: string
}

/** What Codabench workers sent beside a result, and said of it in their own words. */
export type WorkerWords = {
  /** Whole logs, as files. */
  readonly logs: readonly { readonly name: RunLogName; readonly sizeBytes: number; readonly href: string }[]
  /** What the run prints while it runs. */
  readonly liveLog: LiveLog | undefined
  /** For organizers: where it ran, and the texts that came with its failures. */
  readonly hosts: readonly string[]
  readonly notes: readonly { readonly text: string; readonly at: Date }[]
}

/**
 * All that anybody sees of a submission, its owner and the organizer alike: status, reason, released scores and
 * artefacts. Times of the run are cut to the minute, since finer ones could carry something of the data.
 */
export type SubmissionView = {
  readonly id: number
  readonly competitionId: number
  readonly phase: { readonly id: number; readonly name: string }
  /** Absent for a submission that runs on several tasks: its children have one each. */
  readonly task: { readonly id: number; readonly name: string } | undefined
  readonly parentId: number | undefined
  readonly children: readonly SubmissionView[]
  readonly owner: PersonName
  readonly fileName: string
  readonly sizeBytes: number
  readonly status: SubmissionStatus
  /** Set for a failed submission. */
  readonly reason: { readonly code: ReasonCode; readonly sentence: string } | undefined
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly finishedAt: Date | undefined
  readonly releasedAt: Date | undefined
  readonly scores: readonly CanonicalScore[]
  readonly artefacts: readonly ArtefactView[]
  /** Of a submission on a queue of Codabench workers. */
  readonly worker: WorkerWords | undefined
  /** What the organizer does not show this viewer, whether it was released or not. */
  readonly hiddenArtefacts: readonly ArtefactName[]
  /** What the data owner signed about it, the newest last. */
  readonly receipts: readonly ReceiptView[]
  /** Whether the viewer may have the released scores as they are on the receipt. */
  readonly hasReleasedScores: boolean
  readonly timeline: readonly { readonly status: SubmissionStatus; readonly at: Date }[]
  readonly onLeaderboard: boolean
  readonly isOwner: boolean
  readonly isOrganizer: boolean
  /** What the viewer may do with it now. */
  readonly can: { readonly run: boolean; readonly cancel: boolean; readonly rerun: boolean }
}

/** Whether somebody may submit to a phase now, and what of their quota is used. Limits of 0 mean "no limit". */
export type SubmissionAllowance = {
  readonly allowed: boolean
  /** A sentence, when not allowed. */
  readonly reason: string | undefined
  readonly usedToday: number
  readonly maxPerDay: number
  readonly used: number
  readonly max: number
}
