import { Digest } from '@scoregate/protocol/digest'
import { SitePublicKey } from '@scoregate/protocol/receipt'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import { Hono } from 'hono'
import { z } from 'zod'
import type { SiteKey } from '../queues/site-keys.ts'
import type { ApiParts } from './api-parts.ts'

const SiteKeyShape = z.object({
  key_id: Digest,
  /** SPKI DER in base64. */
  public_key: SitePublicKey,
  valid_from: z.iso.datetime(),
  valid_until: z.iso.datetime().nullable(),
})

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
    requirePerson(c)
    const queues = await hub.queues.status()
    return c.json(
      queues.map((queue) => ({
        name: queue.name,
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

function siteKeyShape({ key, keyId, validFrom, validUntil }: SiteKey): z.infer<typeof SiteKeyShape> {
  return {
    key_id: keyId,
    public_key: key,
    valid_from: validFrom.toISOString(),
    valid_until: validUntil?.toISOString() ?? null,
  }
}
