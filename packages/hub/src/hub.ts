import type { Readable } from 'node:stream'
import type { Problem } from '@scoregate/protocol/errors'
import type { Receipt } from '@scoregate/protocol/receipt'
import type { Person } from '@scoregate/web/accounts'
import type { BrokerUrl } from './codabench/broker-settings.ts'
import type {
  CompetitionSummary,
  CompetitionView,
  ParticipantStatus,
  ParticipantView,
  PhaseView,
  SubmissionFlow,
} from './competitions/competition-view.ts'
import type { DatasetType } from './datasets/dataset-type.ts'
import type { LeaderboardView } from './leaderboards/leaderboard-view.ts'
import type { QueueKind, ReceiptOutcome } from './migrations/hub-tables.ts'
import type { SiteKey } from './queues/site-keys.ts'
import type { ChainFork } from './releases/site-chain.ts'
import type { SubmissionAllowance, SubmissionView } from './submissions/submission-view.ts'

/** Who looks: somebody signed in, or anybody. */
export type Viewer = Person | undefined

/** How the making of a competition from a bundle stands. */
export type CreationStatus = {
  readonly id: number
  readonly status: 'Starting' | 'Finished' | 'Failed'
  /** Readable text; for a failed one, all problems, one a line. */
  readonly details: string
  readonly problems: readonly Problem[]
  readonly competitionId: number | undefined
}

/** How a queue stands, for somebody who may choose it for a competition. */
export type QueueStatus = {
  readonly id: number
  readonly name: string
  readonly kind: QueueKind
  /** The viewer made it, and may rotate its account and delete it. */
  readonly isOwn: boolean
  /** Of a queue of Codabench workers: whether its workers have an account at the broker. */
  readonly hasAccount: boolean
  /** Competitions that use it now. */
  readonly competitions: number
  readonly waiting: number
  readonly running: number
  readonly awaitingValidation: number
  readonly workers: readonly { readonly name: string; readonly version: string; readonly seenAt: Date }[]
}

/**
 * What the hub can do; pages and API call the same functions. What a viewer may not see is `not-found`, what they may
 * see but not do is `not-allowed` (both `ScoregateError`).
 */
export type Hub = {
  readonly competitions: {
    /** Published ones, and those of `person` (organized or joined); newest first. */
    list(given: { for?: Viewer; organizedBy?: Person | undefined }): Promise<CompetitionSummary[]>
    get(id: number, viewer: Viewer): Promise<CompetitionView>
    openLogo(id: number, viewer: Viewer): Promise<{ stream: Readable; sizeBytes: number; mediaType: string }>
    /** Starts making a competition; returns the id to ask `creationStatus` for. */
    createFromBundle(datasetKey: string, person: Person): Promise<number>
    creationStatus(id: number, person: Person): Promise<CreationStatus>
    /** Refuses data-side review on a queue whose workers cannot promise it. */
    setSubmissionFlow(
      id: number,
      change: Partial<SubmissionFlow> & { queueId?: number | undefined },
      person: Person,
    ): Promise<void>
    /** Where the site that serves this competition signed two different histories; for its organizer. */
    siteForks(id: number, person: Person): Promise<ChainFork[]>
    setPublished(id: number, published: boolean, person: Person): Promise<void>
    /** Joins; returns `approved` where the competition approves by itself. */
    join(id: number, person: Person): Promise<ParticipantStatus>
    participants(id: number, person: Person): Promise<ParticipantView[]>
    decideParticipant(
      given: { competitionId: number; personId: number; status: 'approved' | 'denied' },
      person: Person,
    ): Promise<void>
  }
  readonly phases: {
    get(id: number, viewer: Viewer): Promise<PhaseView>
  }
  readonly datasets: {
    /** Announces a file; PUT its bytes to `uploadPath` (a right by itself, no sign-in or CSRF value needed). */
    create(
      given: {
        type: DatasetType
        fileName: string
        fileSize?: number | undefined
        competition?: number | undefined
      },
      person: Person,
    ): Promise<{ key: string; uploadPath: string }>
    /** Checks what was uploaded; for a bundle, starts making the competition and returns its creation status id. */
    complete(key: string, person: Person): Promise<{ key: string; creationStatusId: number | undefined }>
  }
  readonly submissions: {
    create(
      given: {
        phaseId: number
        dataKey: string
        taskIds?: readonly number[] | undefined
        factSheetAnswers?: unknown
      },
      person: Person,
    ): Promise<SubmissionView>
    get(id: number, viewer: Viewer): Promise<SubmissionView>
    /** Newest first; one's own, and for an organizer all of the competition (unless `mine`). Children are within parents. */
    list(
      given: {
        competitionId?: number | undefined
        phaseId?: number | undefined
        mine?: boolean | undefined
        status?: string | undefined
      },
      viewer: Person,
    ): Promise<SubmissionView[]>
    /** Starts one that waits for the organizer. */
    run(id: number, person: Person): Promise<SubmissionView>
    /** A new submission of the same file, in the same owner's name; organizers only. */
    rerun(id: number, person: Person): Promise<SubmissionView>
    cancel(id: number, person: Person): Promise<{ cancelled: boolean }>
    remainingToday(phaseId: number, person: Person): Promise<SubmissionAllowance>
    /** A path from which the owner or the organizer can download what was submitted, for a while. */
    fileHref(id: number, person: Person): Promise<string>
    /** The data owner's signed receipt: of this outcome, or the newest that there is. */
    receipt(id: number, viewer: Viewer, outcome?: ReceiptOutcome): Promise<Receipt>
    /** The scores as they were released: exactly the text whose SHA-256 is on the receipt. */
    releasedScores(id: number, viewer: Viewer): Promise<string>
  }
  readonly leaderboards: {
    get(phaseId: number, viewer: Viewer): Promise<LeaderboardView>
    add(submissionId: number, person: Person): Promise<void>
    remove(submissionId: number, person: Person): Promise<void>
  }
  readonly queues: {
    /** Those of the hub, and the person's own. */
    status(person: Person): Promise<QueueStatus[]>
    /** A queue for Codabench workers; the broker URL is told now and never again. */
    create(name: string, person: Person): Promise<BrokerUrl & { id: number }>
    /** A new account for its workers and its broker URL; the old account ends. */
    rotate(id: number, person: Person): Promise<BrokerUrl>
    /** Ends the account of its workers. */
    revoke(id: number, person: Person): Promise<void>
    /** Deletes one that nothing uses any more. */
    remove(id: number, person: Person): Promise<void>
    /** The keys that a queue's site signs its receipts with: that of now first, then the replaced ones. */
    siteKeys(queueName: string): Promise<SiteKey[]>
    /** The key that a receipt names. */
    siteKey(keyId: string): Promise<SiteKey>
  }
}
