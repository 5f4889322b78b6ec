import { ArtefactName } from '@scoregate/protocol/artefact'
import { CHAIN_HEAD_PATH, ChainHead } from '@scoregate/protocol/audit'
import { Digest } from '@scoregate/protocol/digest'
import {
  Outcome,
  OutcomeAccepted,
  SITE_JOBS_PATH,
  STANDING_PATH,
  StandingAnswer,
  StandingQuestion,
} from '@scoregate/protocol/release'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { bearerToken } from '@scoregate/web/identity'
import { bodyStream, contentLength } from '@scoregate/web/request-body'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { refusal } from '../refusals.ts'
import type { ApiParts } from './api-parts.ts'

const GONE = { text: 'Superseded: the job was leased again, cancelled, or has another outcome' }

const ArtefactQuery = z.object({
  attempt: z
    .string()
    .regex(/^[1-9][0-9]{0,9}$/)
    .transform(Number),
  hold: Digest,
  sha256: Digest,
})

/** What a site's desk tells (`protocol/release.ts`); each request carries the site token of a queue. */
export function siteRoutes({ queues, outcomes, docs, maxArtefactBytes }: ApiParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  const queueOf = (c: Context<WebEnv>) => queues.getByToken('site', bearerToken(c))

  docs.describe({
    method: 'post',
    path: `${SITE_JOBS_PATH}/{jobId}/outcome`,
    tag: 'Data side',
    summary: 'Say what became of a run: it waits for a person, failed, or was released',
    description:
      'May be repeated until it is accepted; the same outcome of the same hold is accepted once. The end of a run needs a receipt, signed with the key of the site that the queue has and about exactly this outcome; `problems` names each field that differs.',
    body: Outcome,
    answers: {
      200: { text: 'Accepted', schema: OutcomeAccepted },
      400: { text: 'The receipt is missing, not believed, or about something else' },
      409: { text: 'Decided otherwise before; no key of the site; or its audit chain forked' },
      410: GONE,
    },
  })
  routes.post(`${SITE_JOBS_PATH}/:jobId/outcome`, async (c) => {
    const queue = await queueOf(c)
    const outcome = await parseBody(c, Outcome)
    await outcomes.accept({ queueId: queue.id, jobId: c.req.param('jobId'), outcome })
    return c.json({ accepted: true } satisfies OutcomeAccepted)
  })

  docs.describe({
    method: 'put',
    path: `${SITE_JOBS_PATH}/{jobId}/artefacts/{name}`,
    tag: 'Data side',
    summary: 'Upload an artefact that a release will name; nobody sees it before',
    query: z.object({ attempt: z.string(), hold: z.string(), sha256: z.string() }),
    body: 'raw bytes',
    answers: { 200: { text: 'Already there' }, 201: { text: 'Stored' }, 410: GONE },
  })
  routes.put(`${SITE_JOBS_PATH}/:jobId/artefacts/:name`, async (c) => {
    const queue = await queueOf(c)
    const name = ArtefactName.safeParse(c.req.param('name'))
    const query = ArtefactQuery.safeParse(c.req.query())
    if (!name.success || !query.success) {
      throw refusal(
        'bad-input',
        'bad-artefact',
        'The name of the artefact, or one of attempt, hold and sha256, is missing or wrong.',
        'See the description of this endpoint at /api/docs.',
      )
    }
    if ((contentLength(c) ?? 0) > maxArtefactBytes) {
      throw refusal(
        'too-large',
        'too-large',
        `The artefact is larger than the ${maxArtefactBytes} bytes that are allowed.`,
        'Release the result without it.',
      )
    }
    const stored = await outcomes.putArtefact(
      {
        queueId: queue.id,
        jobId: c.req.param('jobId'),
        name: name.data,
        ...query.data,
        maxBytes: maxArtefactBytes,
      },
      bodyStream(c),
    )
    return c.json({}, stored === 'stored' ? 201 : 200)
  })

  docs.describe({
    method: 'get',
    path: CHAIN_HEAD_PATH,
    tag: 'Data side',
    summary: "The newest head of the site's audit chain that a receipt told of",
    description: 'Kept outside the site, so that a cut-off tail of the chain is noticed there.',
    answers: { 200: { text: 'The head', schema: ChainHead }, 404: { text: 'No receipt was accepted yet' } },
  })
  routes.get(CHAIN_HEAD_PATH, async (c) => {
    const { id } = await queueOf(c)
    return c.json((await outcomes.chainHead(id)) satisfies ChainHead)
  })

  docs.describe({
    method: 'post',
    path: STANDING_PATH,
    tag: 'Data side',
    summary: 'Ask which of the holds that wait are no longer wanted',
    body: StandingQuestion,
    answers: { 200: { text: 'The jobs that are not', schema: StandingAnswer } },
  })
  routes.post(STANDING_PATH, async (c) => {
    const queue = await queueOf(c)
    const question = await parseBody(c, StandingQuestion)
    return c.json((await outcomes.standing(queue.id, question)) satisfies StandingAnswer)
  })
  return routes
}
