import { JobRef, type UpwardWord, upwardMessage, type Version, WorkerName } from '@scoregate/gate/upward-word'
import type { Job } from '@scoregate/protocol/job'
import { Lease, LeaseExtended, type RunningStatus } from '@scoregate/protocol/lease'
import type { ReasonCode } from '@scoregate/protocol/reason-code'
import { type Answer, call } from './http-call.ts'

/** What the hub has for a worker that asks for a job. */
export type LeaseAnswer =
  | { readonly kind: 'leased'; readonly lease: Lease }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unavailable'; readonly why: string }

/** Whose a job is, as the hub just said. */
export type LeaseStanding =
  | { readonly kind: 'held'; readonly leaseSeconds: number }
  | { readonly kind: 'cancelled' }
  /** Somebody else has it now, or nobody wants it any more. */
  | { readonly kind: 'lost' }
  /** The hub answered, and will answer the same again: the message is wrong, the lease stands. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'unavailable'; readonly why: string }

/** A job by what every message about it carries. */
export type LeasedJob = Pick<Job, 'jobId' | 'attempt'>

/**
 * The hub as a worker sees it. Every function tries once; throws only when `signal` is aborted. All that it can say is an
 * `UpwardWord`: closed words, numbers and the job's own name.
 */
export type HubQueue = {
  /** Asks for a job; the hub may keep the question open for `waitSeconds`. */
  lease(waitSeconds: number, signal: AbortSignal): Promise<LeaseAnswer>
  heartbeat(job: LeasedJob, signal: AbortSignal): Promise<LeaseStanding>
  sendStatus(job: LeasedJob, status: RunningStatus, signal: AbortSignal): Promise<LeaseStanding>
  /** Reports that nothing could be run. Takes a code of the closed list and no text (rule 8 of the design). */
  sendFailure(job: LeasedJob, reason: ReasonCode, signal: AbortSignal): Promise<LeaseStanding>
  giveBack(job: LeasedJob, signal: AbortSignal): Promise<LeaseStanding>
}

const MESSAGE_TIMEOUT_MS = 15_000

/** Speaks the lease wire of `@scoregate/protocol/lease` with the hub at `hubUrl`. */
export function connectHubQueue(hub: {
  readonly hubUrl: string
  readonly queueToken: string
  readonly workerName: string
  readonly version: Version
}): HubQueue {
  const address = hub.hubUrl.replace(/\/+$/, '')
  const worker = WorkerName.parse(hub.workerName)

  const say = (word: UpwardWord, timeoutMs: number, signal: AbortSignal): Promise<Answer> => {
    const { path, body } = upwardMessage(word)
    return call({ method: 'POST', url: address + path, token: hub.queueToken, body, timeoutMs, signal })
  }
  const tell = (word: UpwardWord, signal: AbortSignal) => say(word, MESSAGE_TIMEOUT_MS, signal)

  return {
    async lease(waitSeconds, signal) {
      const word = { kind: 'lease', worker, version: hub.version, waitSeconds } as const
      const answer = await say(word, waitSeconds * 1000 + MESSAGE_TIMEOUT_MS, signal)
      if (answer.kind === 'unreachable') return { kind: 'unavailable', why: answer.why }
      if (answer.status === 204) return { kind: 'nothing' }
      if (answer.status !== 200) return { kind: 'unavailable', why: `status ${answer.status}` }
      const lease = Lease.safeParse(answer.body)
      if (lease.success) return { kind: 'leased', lease: lease.data }
      const where = lease.error.issues.map((issue) => issue.path.join('.') || 'the answer').join(', ')
      return { kind: 'unavailable', why: `a job that this worker cannot read (${where})` }
    },

    async heartbeat(job, signal) {
      return extended(await tell({ kind: 'heartbeat', job: named(job) }, signal))
    },

    async sendStatus(job, status, signal) {
      return extended(await tell({ kind: 'status', job: named(job), status }, signal))
    },

    async sendFailure(job, reason, signal) {
      return ended(await tell({ kind: 'failure', job: named(job), reason }, signal))
    },

    async giveBack(job, signal) {
      return ended(await tell({ kind: 'return', job: named(job) }, signal))
    },
  }
}

/** A job by its name and attempt alone, whatever else the caller's object has. */
function named({ jobId, attempt }: LeasedJob): JobRef {
  return JobRef.parse({ jobId, attempt })
}

function extended(answer: Answer): LeaseStanding {
  if (answer.kind === 'unreachable') return { kind: 'unavailable', why: answer.why }
  if (isGone(answer.status)) return { kind: 'lost' }
  if (answer.status !== 200) return troubleOf(answer.status)
  const body = LeaseExtended.safeParse(answer.body)
  if (!body.success) return { kind: 'unavailable', why: 'an answer that this worker cannot read' }
  return body.data.cancelled ? { kind: 'cancelled' } : { kind: 'held', leaseSeconds: body.data.leaseSeconds }
}

/** After a failure or a return the lease is over, whether the hub still knew of it or not. */
function ended(answer: Answer): LeaseStanding {
  if (answer.kind === 'unreachable') return { kind: 'unavailable', why: answer.why }
  if (answer.status === 200 || isGone(answer.status)) return { kind: 'lost' }
  return troubleOf(answer.status)
}

function troubleOf(status: number): LeaseStanding {
  const isRefused = status === 400 || status === 409 || status === 413 || status === 422
  return { kind: isRefused ? 'refused' : 'unavailable', why: `status ${status}` }
}

/** 404 as well: a hub that does not know the job will not want its result either. */
function isGone(status: number): boolean {
  return status === 410 || status === 404
}
