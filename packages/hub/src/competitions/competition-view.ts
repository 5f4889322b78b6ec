import type { Digest } from '@scoregate/protocol/digest'
import type { QueueKind } from '../migrations/hub-tables.ts'

/** What happens to a submission before and after it runs; the two questions of the "Submission flow" section. */
export type SubmissionFlow = {
  readonly whenSubmissionArrives: 'run-at-once' | 'wait-for-organizer'
  readonly whenScoringEnds: 'publish-at-once' | 'hold-for-review'
}

/** The queue of a competition; `isReviewPromised`: its workers keep what data-side review asks for. */
export type CompetitionQueue = {
  readonly id: number
  readonly name: string
  readonly kind: QueueKind
  readonly isReviewPromised: boolean
}

/** Where somebody stands in a competition. */
export type ParticipantStatus = 'pending' | 'approved' | 'denied'

/** The account of somebody as others may see it. */
export type PersonName = { readonly id: number; readonly username: string }

/** A file that can be downloaded; `href` is a path that works for a while by itself. */
export type FileView = { readonly fileName: string; readonly sizeBytes: number; readonly href: string }

/** A task as everybody may see it; its programs and data are not part of it. */
export type TaskView = {
  readonly id: number
  readonly key: string
  readonly name: string
  readonly description: string
  readonly hasIngestionProgram: boolean
}

/** A phase; limits of 0 mean "no limit". */
export type PhaseView = {
  readonly id: number
  readonly competitionId: number
  readonly index: number
  readonly name: string
  readonly description: string
  readonly startsAt: Date
  readonly endsAt: Date | undefined
  readonly state: 'upcoming' | 'running' | 'over'
  readonly timeLimitSeconds: number
  readonly maxSubmissions: number
  readonly maxSubmissionsPerDay: number
  readonly acceptsOnlyResultSubmissions: boolean
  readonly tasks: readonly TaskView[]
  readonly startingKit: FileView | undefined
  readonly publicData: FileView | undefined
}

export type SubmissionRule =
  | 'Add'
  | 'Add_And_Delete'
  | 'Add_And_Delete_Multiple'
  | 'Force_Last'
  | 'Force_Latest_Multiple'
  | 'Force_Best'

/** A column as the competition declares it. */
export type ColumnView = {
  readonly index: number
  readonly key: string
  readonly title: string
  readonly sorting: 'asc' | 'desc'
  readonly decimals: number
  readonly range: readonly [number, number] | undefined
  readonly computation: 'avg' | 'sum' | 'min' | 'max' | undefined
  readonly computationIndexes: readonly number[]
  readonly hidden: boolean
}

export type LeaderboardSettings = {
  readonly id: number
  readonly title: string
  readonly key: string
  readonly primaryIndex: number
  readonly submissionRule: SubmissionRule
  readonly hidden: boolean
  readonly columns: readonly ColumnView[]
}

/** A competition as one viewer sees it. */
export type CompetitionView = {
  readonly id: number
  readonly title: string
  readonly description: string
  readonly published: boolean
  readonly createdAt: Date
  readonly organizer: PersonName
  readonly dockerImage: string
  readonly competitionType: 'competition' | 'benchmark'
  readonly reward: string | undefined
  readonly contactEmail: string | undefined
  readonly logoDigest: Digest | undefined
  /** Path of the picture, if there is one. */
  readonly logoHref: string | undefined
  /** Markdown or HTML as the organizer wrote it: to be sanitised before it is shown. */
  readonly terms: string
  readonly pages: readonly { readonly title: string; readonly content: string }[]
  readonly phases: readonly PhaseView[]
  readonly tasks: readonly TaskView[]
  readonly leaderboard: LeaderboardSettings
  readonly submissionFlow: SubmissionFlow
  /** Who runs its submissions; for its organizer. */
  readonly queue: CompetitionQueue | undefined
  readonly enableDetailedResults: boolean
  readonly registrationAutoApprove: boolean
  readonly participation: 'none' | ParticipantStatus
  readonly isOrganizer: boolean
  readonly participantsCount: number
  readonly submissionsCount: number
}

/** A line of the list of competitions. */
export type CompetitionSummary = Pick<
  CompetitionView,
  | 'id'
  | 'title'
  | 'description'
  | 'published'
  | 'createdAt'
  | 'organizer'
  | 'competitionType'
  | 'reward'
  | 'contactEmail'
  | 'logoHref'
  | 'participation'
  | 'isOrganizer'
  | 'participantsCount'
  | 'submissionsCount'
> & { readonly phaseNow: { readonly name: string; readonly endsAt: Date | undefined } | undefined }

export type ParticipantView = {
  readonly person: PersonName
  readonly status: ParticipantStatus
  readonly joinedAt: Date
}
