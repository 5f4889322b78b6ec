import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { bodyStream, contentLength, sendStream } from '@scoregate/web/request-body'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { type RunLink, uploadTypeOf } from '../codabench/run-links.ts'
import { PostedScores } from '../codabench/run-scores.ts'
import { RunWord } from '../codabench/run-words.ts'
import type { RunView } from '../codabench/runs.ts'
import { refusal } from '../refusals.ts'
import type { ApiParts } from './api-parts.ts'
import { idParam } from './request-values.ts'

const WorkersSubmission = z.object({
  id: z.int(),
  data: z.null(),
  phase: z.int(),
  status: z.string(),
  status_details: z.null(),
  filename: z.string(),
  description: z.string(),
  md5: z.string().nullable(),
  fact_sheet_answers: z.null(),
  organization: z.null(),
  queue: z.null(),
  created_when: z.iso.datetime(),
  scores: z.array(z.object({ column_key: z.string(), score: z.string() })),
})
const SECRET_ANSWERS = {
  403: { text: 'Not the secret of this submission, or the submission is over' },
  404: { text: 'No such submission' },
}

/**
 * What Codabench's workers say and send (protocol reference, 3). The secret in each body, or the signature of each link, is the
 * right to it: no session and no token, so it is mounted before anybody is identified.
 */
export function runRoutes({ runs, runLinks, blobs, docs, maxArtefactBytes }: ApiParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  docs.describe({
    method: 'patch',
    path: '/api/submissions/{id}/',
    tag: "Codabench's",
    summary: 'A worker says how far a submission is; a form or JSON, with the secret of its job',
    description:
      'Accepts `status`, `status_details`, `md5`, `type`, `error_message` and `is_scoring`, and ignores everything else. A status that may not follow the present one changes nothing and is answered 200.',
    body: RunWord,
    answers: {
      200: { text: 'The submission, without its secret', schema: WorkersSubmission },
      ...SECRET_ANSWERS,
    },
  })
  routes.patch('/api/submissions/:id', async (c) => {
    const id = idParam(c, 'id', 'submission')
    return c.json(workersSubmission(await runs.hear(id, await parseBody(c, RunWord))))
  })

  docs.describe({
    method: 'post',
    path: '/api/upload_submission_scores/{id}/',
    tag: "Codabench's",
    summary: 'A worker posts the scores of a submission; they are stored once, however often they are posted',
    body: PostedScores,
    answers: {
      200: { text: 'Heard; the body is empty' },
      400: { text: 'A declared column has no usable number, and the submission has failed' },
      ...SECRET_ANSWERS,
    },
  })
  routes.post('/api/upload_submission_scores/:id', async (c) => {
    const id = idParam(c, 'id', 'submission')
    await runs.takeScores(id, await parseBody(c, PostedScores))
    return c.body(null, 200)
  })

  docs.describe({
    method: 'put',
    path: '/api/runs/{id}/{name}',
    tag: "Codabench's",
    summary:
      'A worker puts a log, the predictions, the output or the detailed results of a run, by a signed link',
    description: 'With `Content-Type: application/zip`, for logs too, and `text/html` for detailed results.',
    body: 'raw bytes',
    answers: {
      200: { text: 'Stored' },
      403: { text: 'The link is not valid, or no longer, or for another content type' },
      411: { text: 'Without a length' },
      413: { text: 'Larger than is allowed' },
    },
  })
  routes.put('/api/runs/:id/:name', async (c) => {
    const link = readLink(c, 'PUT')
    if (c.req.header('content-type')?.split(';')[0]?.trim() !== uploadTypeOf(link.name)) {
      throw refusal(
        'not-allowed',
        'wrong-content-type',
        `This link takes ${uploadTypeOf(link.name)} only.`,
        'Send the content type of the link.',
      )
    }
    const length = contentLength(c)
    if (length === undefined) return c.body(null, 411)
    if (length > maxArtefactBytes) {
      throw refusal(
        'too-large',
        'too-large',
        `The file is larger than the ${maxArtefactBytes} bytes that are allowed.`,
        'Let the run write less.',
      )
    }
    await runs.putFile(link, bodyStream(c), maxArtefactBytes)
    return c.body(null, 200)
  })

  docs.describe({
    method: 'get',
    path: '/api/runs/{id}/{name}',
    tag: "Codabench's",
    summary: 'A worker fetches the predictions that it scores, by a signed link; empty until they were put',
    answers: {
      200: { text: 'The bytes; none where the file was not put yet' },
      403: { text: 'The link is not valid, or no longer' },
    },
  })
  routes.get('/api/runs/:id/:name', async (c) => {
    const found = await runs.findFile(readLink(c, 'GET'))
    if (found === 'empty') return c.body('', 200, { 'content-type': 'application/zip' })
    const { stream, sizeBytes } = await blobs.open(found)
    return sendStream(c, { stream, sizeBytes, mediaType: 'application/zip', disposition: 'attachment' })
  })

  function readLink(c: Context<WebEnv>, method: 'GET' | 'PUT'): RunLink {
    const link = runLinks.read(method, new URL(c.req.url))
    if (link !== undefined) return link
    throw refusal(
      'not-allowed',
      'bad-run-link',
      'This link is not valid, or no longer.',
      'Use the links of the job as they came.',
    )
  }
  return routes
}

function workersSubmission(view: RunView): z.infer<typeof WorkersSubmission> {
  return {
    id: view.id,
    data: null,
    phase: view.phaseId,
    status: view.status,
    // What workers said in their own words is for organizers, and not for whoever has the secret.
    status_details: null,
    filename: view.fileName,
    description: '',
    md5: view.md5 ?? null,
    fact_sheet_answers: null,
    organization: null,
    queue: null,
    created_when: view.createdAt.toISOString(),
    scores: view.scores.map(({ column, value }) => ({ column_key: column, score: value })),
  }
}
