import type { WorkerSite } from '@scoregate/protocol/deposit'
import type { Job } from '@scoregate/protocol/job'
import type { RunningStatus } from '@scoregate/protocol/lease'
import type { ReasonCode } from '@scoregate/protocol/reason-code'
import type { SpoolRecord } from './spool.ts'

/** A job by what every message about it carries. */
export type JobName = Pick<Job, 'jobId' | 'attempt'>

/** Why a job is no longer ours. */
export type JobEnding = 'lost' | 'cancelled'

/** Whether the platform has heard: `unavailable` is tried again, everything else is an end. */
export type Heard = { readonly kind: 'heard' } | { readonly kind: 'unavailable'; readonly why: string }

/** Keeps one job ours and says to the platform how far it is; the only voice of a running job. */
export type JobKeeper = {
  /** Aborted when the job is no longer ours. */
  readonly signal: AbortSignal
  readonly ending: JobEnding | undefined
  /** Tells the platform as soon as it can be reached, in order; a run does not wait for it. */
  report(status: RunningStatus): void
  /** Stops keeping the job. */
  stop(): Promise<void>
  /** The result is with the desk, or nobody wants it: stops, and there is nothing left to do for the job. */
  handOver(): Promise<void>
}

/** A job that this worker has now, with all that is particular to where it came from. */
export type TakenJob = {
  readonly job: Job
  /** The platform's address, as deposits name it and as the desk knows it. */
  readonly platform: string
  /** The origins that inputs of this job may be fetched from. */
  readonly inputOrigins: ReadonlySet<string>
  /** What the spool keeps so that the job can be taken up again after a restart. */
  readonly kept: Pick<SpoolRecord, 'leaseSeconds'>
  readonly keeper: JobKeeper
  /** Where the desk publishes the result, sealed for it, if the desk cannot know. */
  readonly returnAddress?: string
  /** When the first of the links ends by which the result is published. */
  readonly linksExpireAt?: Date
  /** The submission's archive is the predictions as another worker made them: nothing in it is run. */
  readonly predictionsAreMade?: boolean
  /** A submission without a command is part of the predictions, whatever an ingestion program makes of it. */
  readonly submissionIsCopied?: boolean
}

/** What a source has for a worker that asks for a job. */
export type JobAnswer =
  | { readonly kind: 'taken'; readonly taken: TakenJob }
  /** There was something to do that is no run, and it is done: what comes next may be there already. */
  | { readonly kind: 'done' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unavailable'; readonly why: string }

/** Where jobs come from: a hub's leases, or a Codabench queue. Every function tries once; throws only when `signal` is aborted. */
export type JobSource = {
  /** Asks for a job, and may wait for one. `site` is the policy of the moment, under which it will be run. */
  take(site: WorkerSite, signal: AbortSignal): Promise<JobAnswer>
  /** Keeps the job of a run that was sealed before this worker started. */
  resume(record: SpoolRecord): JobKeeper
  /** Reports that nothing could be run: a code of the closed list and no text (rule 8 of the design). */
  sayFailure(job: JobName, reason: ReasonCode, signal: AbortSignal): Promise<Heard>
  /** Somebody else may have the job, or this worker later. */
  giveBack(job: JobName, signal: AbortSignal): Promise<Heard>
  /** When nothing runs any more. */
  close(): Promise<void>
}
