import {
  FailureMessage,
  LEASE_PATH,
  Lease,
  LeaseExtended,
  LeaseMessage,
  LeaseRequest,
  StatusMessage,
} from '@scoregate/protocol/lease'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { bearerToken } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import type { ApiParts } from './api-parts.ts'

const GONE = { text: 'The lease is lost: the job was leased again, cancelled or is over' }

/** What workers ask (`protocol/lease.ts`); each request carries the worker token of a queue. */
export function workerRoutes({ queues, leases, docs }: ApiParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  const queueOf = (c: Context<WebEnv>) => queues.getByToken('worker', bearerToken(c))

  docs.describe({
    method: 'post',
    path: LEASE_PATH,
    tag: 'Workers',
    summary: 'Take a job',
    description:
      'Waits for one up to `waitSeconds`. The links in a job fetch its inputs; nothing can be published with it.',
    body: LeaseRequest,
    answers: { 200: { text: 'A job', schema: Lease }, 204: { text: 'None came in the waiting time' } },
  })
  routes.post(LEASE_PATH, async (c) => {
    const queue = await queueOf(c)
    const { worker, waitSeconds } = await parseBody(c, LeaseRequest)
    const lease = await leases.lease({ queueId: queue.id, worker, waitSeconds, signal: connectionEnd(c) })
    return lease === undefined ? c.body(null, 204) : c.json(lease)
  })

  docs.describe({
    method: 'post',
    path: `${LEASE_PATH}/{jobId}/heartbeat`,
    tag: 'Workers',
    summary: 'Keep a lease',
    body: LeaseMessage,
    answers: { 200: { text: 'Kept; `cancelled` says to stop the run', schema: LeaseExtended }, 410: GONE },
  })
  routes.post(`${LEASE_PATH}/:jobId/heartbeat`, async (c) => {
    const queue = await queueOf(c)
    const { attempt } = await parseBody(c, LeaseMessage)
    return c.json(await leases.heartbeat({ queueId: queue.id, jobId: c.req.param('jobId'), attempt }))
  })

  docs.describe({
    method: 'post',
    path: `${LEASE_PATH}/{jobId}/status`,
    tag: 'Workers',
    summary: 'Say how far a run is, in a word from the list',
    body: StatusMessage,
    answers: { 200: { text: 'Heard, and the lease is kept', schema: LeaseExtended }, 410: GONE },
  })
  routes.post(`${LEASE_PATH}/:jobId/status`, async (c) => {
    const queue = await queueOf(c)
    const { attempt, status } = await parseBody(c, StatusMessage)
    const message = { queueId: queue.id, jobId: c.req.param('jobId'), attempt }
    return c.json(await leases.status(message, status))
  })

  docs.describe({
    method: 'post',
    path: `${LEASE_PATH}/{jobId}/failure`,
    tag: 'Workers',
    summary: 'Say that a job failed before anything ran, with a reason from the list',
    body: FailureMessage,
    answers: { 200: { text: 'The submission has failed' }, 410: GONE },
  })
  routes.post(`${LEASE_PATH}/:jobId/failure`, async (c) => {
    const queue = await queueOf(c)
    const { attempt, reason } = await parseBody(c, FailureMessage)
    await leases.failure({ queueId: queue.id, jobId: c.req.param('jobId'), attempt }, reason)
    return c.json({})
  })

  docs.describe({
    method: 'post',
    path: `${LEASE_PATH}/{jobId}/return`,
    tag: 'Workers',
    summary: 'Give a job back',
    body: LeaseMessage,
    answers: { 200: { text: 'The job waits for another worker' }, 410: GONE },
  })
  routes.post(`${LEASE_PATH}/:jobId/return`, async (c) => {
    const queue = await queueOf(c)
    const { attempt } = await parseBody(c, LeaseMessage)
    await leases.giveBack({ queueId: queue.id, jobId: c.req.param('jobId'), attempt })
    return c.json({})
  })
  return routes
}

/** Aborted when whoever asked has gone, so that no job is leased to nobody. */
function connectionEnd(c: Context<WebEnv>): AbortSignal {
  const ended = new AbortController()
  c.env.outgoing.once('close', () => ended.abort())
  return ended.signal
}
