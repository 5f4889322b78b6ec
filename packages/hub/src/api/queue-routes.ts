import { Digest } from '@scoregate/protocol/digest'
import { SitePublicKey } from '@scoregate/protocol/receipt'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { Hono } from 'hono'
import { z } from 'zod'
import type { BrokerUrl } from '../codabench/broker-settings.ts'
import type { SiteKey } from '../queues/site-keys.ts'
import type { ApiParts } from './api-parts.ts'
import { idParam } from './request-values.ts'

const SiteKeyShape = z.object({
  key_id: Digest,
  /** SPKI DER in base64. */
  public_key: SitePublicKey,
  valid_from: z.iso.datetime(),
  valid_until: z.iso.datetime().nullable(),
})

/** A name that stands in lists and messages. */
export const NewQueue = z.object({
  name: z
    .string()
    .trim()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u, 'up to 64 letters, digits, spaces, and . _ -'),
})
const MadeBrokerUrl = z.object({ broker_url: z.string(), broker_use_ssl: z.boolean() })
const MadeQueue = MadeBrokerUrl.extend({ id: z.int(), name: z.string() })

/** How the queues stand, and the keys by which anybody can verify what their sites signed. */
export function queueRoutes({ hub, docs }: ApiParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  docs.describe({
    method: 'get',
    path: '/api/queues/',
    tag: 'Our own',
    summary: 'How the queues stand: jobs that wait and run, workers and when they were last heard',
    answers: { 200: { text: 'A list' } },
  })
  routes.get('/api/queues', async (c) => {
    const queues = await hub.queues.status(requirePerson(c).person)
    return c.json(
      queues.map((queue) => ({
        id: queue.id,
        name: queue.name,
        kind: queue.kind,
        is_owner: queue.isOwn,
        waiting: queue.waiting,
        running: queue.running,
        awaiting_validation: queue.awaitingValidation,
        workers: queue.workers.map((worker) => ({
          name: worker.name,
          version: worker.version,
          seen_when: worker.seenAt.toISOString(),
        })),
      })),
    )
  })

  docs.describe({
    method: 'post',
    path: '/api/queues/',
    tag: "Codabench's",
    summary: 'Make a queue for Codabench workers',
    description: 'The broker URL is told in this answer and never again; rotating gives another.',
    body: NewQueue,
    answers: {
      201: { text: 'The queue', schema: MadeQueue },
      409: { text: 'The name is taken' },
      503: { text: 'The hub has no broker, or it does not answer' },
    },
  })
  routes.post('/api/queues', async (c) => {
    const { person } = requirePerson(c)
    const { name } = await parseBody(c, NewQueue)
    const { id, ...url } = await hub.queues.create(name, person)
    return c.json({ id, name, ...brokerUrlShape(url) } satisfies z.infer<typeof MadeQueue>, 201)
  })

  docs.describe({
    method: 'post',
    path: '/api/queues/{id}/rotate',
    tag: 'Our own',
    summary: 'Give the workers of your queue a new account; the old one ends at once',
    answers: { 200: { text: 'The new broker URL', schema: MadeBrokerUrl } },
  })
  routes.post('/api/queues/:id/rotate', async (c) => {
    const { person } = requirePerson(c)
    return c.json(brokerUrlShape(await hub.queues.rotate(idParam(c, 'id', 'queue'), person)))
  })

  docs.describe({
    method: 'post',
    path: '/api/queues/{id}/revoke',
    tag: 'Our own',
    summary: 'End the account of the workers of your queue',
    answers: { 200: { text: 'Nobody can take its jobs until it has a new one' } },
  })
  routes.post('/api/queues/:id/revoke', async (c) => {
    const { person } = requirePerson(c)
    await hub.queues.revoke(idParam(c, 'id', 'queue'), person)
    return c.json({})
  })

  docs.describe({
    method: 'delete',
    path: '/api/queues/{id}/',
    tag: "Codabench's",
    summary: 'Delete a queue of yours that no competition uses',
    answers: { 204: { text: 'Deleted, at the broker too' }, 409: { text: 'Something uses it' } },
  })
  routes.delete('/api/queues/:id', async (c) => {
    const { person } = requirePerson(c)
    await hub.queues.remove(idParam(c, 'id', 'queue'), person)
    return c.body(null, 204)
  })

  docs.describe({
    method: 'get',
    path: '/api/queues/{name}/key',
    tag: 'Our own',
    summary: "The public keys that a queue's site signs its receipts with; no sign-in needed",
    description:
      'The key of now has no `valid_until`. A key that was replaced stays listed, so that receipts accepted before then can still be verified; new receipts of it are refused.',
    answers: {
      200: { text: 'The key of now first', schema: z.array(SiteKeyShape) },
      404: { text: 'No such queue' },
    },
  })
  routes.get('/api/queues/:name/key', async (c) =>
    c.json((await hub.queues.siteKeys(c.req.param('name'))).map(siteKeyShape)),
  )

  docs.describe({
    method: 'get',
    path: '/api/site-keys/{keyId}',
    tag: 'Our own',
    summary: 'The public key that a receipt names (`keyid`); no sign-in needed',
    answers: { 200: { text: 'The key', schema: SiteKeyShape }, 404: { text: 'No site here has this key' } },
  })
  routes.get('/api/site-keys/:keyId', async (c) =>
    c.json(siteKeyShape(await hub.queues.siteKey(c.req.param('keyId')))),
  )
  return routes
}

function brokerUrlShape({ brokerUrl, isTls }: BrokerUrl): z.infer<typeof MadeBrokerUrl> {
  return { broker_url: brokerUrl, broker_use_ssl: isTls }
}

function siteKeyShape({ key, keyId, validFrom, validUntil }: SiteKey): z.infer<typeof SiteKeyShape> {
  return {
    key_id: keyId,
    public_key: key,
    valid_from: validFrom.toISOString(),
    valid_until: validUntil?.toISOString() ?? null,
  }
}
