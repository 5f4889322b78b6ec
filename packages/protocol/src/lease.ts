import { z } from 'zod'
import { Job } from './job.ts'
import { ReasonCode } from './reason-code.ts'

/**
 * A worker asks the hub for a job over HTTPS and keeps it by heartbeats. Paths, below the hub's address, with
 * `Authorization: Bearer <queue token>`:
 *
 *     POST /api/worker/leases                       LeaseRequest  -> 200 Lease | 204 nothing came in the waiting time
 *     POST /api/worker/leases/:jobId/heartbeat      LeaseMessage  -> 200 LeaseExtended | 410 the lease is lost
 *     POST /api/worker/leases/:jobId/status         StatusMessage -> 200 LeaseExtended | 410
 *     POST /api/worker/leases/:jobId/failure        FailureMessage-> 200 {} | 410     (failures before anything ran)
 *     POST /api/worker/leases/:jobId/return         LeaseMessage  -> 200 {} | 410     (a worker that stops gives its job back)
 */
export const LEASE_PATH = '/api/worker/leases'

export const LeaseRequest = z.strictObject({
  worker: z.strictObject({ name: z.string().min(1).max(64), version: z.string().max(32) }),
  /** How long the hub may keep the request open when no job waits. */
  waitSeconds: z.int().min(0).max(30),
})
export type LeaseRequest = z.infer<typeof LeaseRequest>

export const Lease = z.strictObject({
  job: Job,
  /** The lease is lost when no message arrives for so long. */
  leaseSeconds: z.int().min(1),
})
export type Lease = z.infer<typeof Lease>

export const LeaseMessage = z.strictObject({ attempt: z.int().min(1) })
export type LeaseMessage = z.infer<typeof LeaseMessage>

/** The words that a worker may send while it runs a job. */
export const RunningStatus = z.enum(['Preparing', 'Running', 'Scoring'])
export type RunningStatus = z.infer<typeof RunningStatus>

export const StatusMessage = z.strictObject({ attempt: z.int().min(1), status: RunningStatus })
export type StatusMessage = z.infer<typeof StatusMessage>

export const FailureMessage = z.strictObject({ attempt: z.int().min(1), reason: ReasonCode })
export type FailureMessage = z.infer<typeof FailureMessage>

/** `cancelled`: the submission was cancelled; stop the run, nothing more is wanted. */
export const LeaseExtended = z.strictObject({ leaseSeconds: z.int().min(1), cancelled: z.boolean() })
export type LeaseExtended = z.infer<typeof LeaseExtended>
