import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { bodyStream, contentLength, sendStream } from '@scoregate/web/request-body'
import { Hono } from 'hono'
import { z } from 'zod'
import { notFound, refusal } from '../refusals.ts'
import type { ApiParts } from './api-parts.ts'
import { formNumber } from './request-values.ts'

const NewDataset = z.object({
  type: z.enum([
    'competition_bundle',
    'submission',
    'scoring_program',
    'ingestion_program',
    'input_data',
    'reference_data',
    'starting_kit',
    'public_data',
  ]),
  request_sassy_file_name: z.string().max(1024).optional(),
  file_name: z.string().max(1024).nullish(),
  file_size: z
    .union([
      z.number().min(0),
      z
        .string()
        .regex(/^[0-9.]{1,20}$/)
        .transform(Number),
    ])
    .nullish(),
  name: z.string().max(1024).nullish(),
  competition: formNumber.nullish(),
})
const Upload = z.object({ key: z.string(), sassy_url: z.string() })
const Completed = z.object({ key: z.string(), status_id: z.int().optional() })

/** Announcing and completing uploads; needs somebody signed in. */
export function datasetRoutes({ hub, docs, publicUrl }: ApiParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  docs.describe({
    method: 'post',
    path: '/api/datasets/',
    tag: "Codabench's",
    summary: 'Announce an upload',
    description: 'PUT the bytes to `sassy_url`, then PUT `/api/datasets/completed/{key}/`.',
    body: NewDataset,
    answers: {
      201: { text: 'The key of the file, and the link to upload it to', schema: Upload },
      413: { text: 'The file is larger than is allowed' },
    },
  })
  routes.post('/api/datasets', async (c) => {
    const { person } = requirePerson(c)
    const body = await parseBody(c, NewDataset)
    const { key, uploadPath } = await hub.datasets.create(
      {
        type: body.type,
        fileName: body.request_sassy_file_name ?? body.file_name ?? body.name ?? 'file.zip',
        fileSize: body.file_size ?? undefined,
        competition: body.competition ?? undefined,
      },
      person,
    )
    return c.json({ key, sassy_url: publicUrl() + uploadPath } satisfies z.infer<typeof Upload>, 201)
  })

  docs.describe({
    method: 'put',
    path: '/api/datasets/completed/{key}/',
    tag: "Codabench's",
    summary: 'Complete an upload',
    description: 'A bundle becomes a competition: follow `/api/competitions/{status_id}/creation_status/`.',
    answers: {
      200: { text: 'The file is whole and can be used', schema: Completed },
      400: { text: 'The file cannot be used; every reason is listed' },
    },
  })
  routes.put('/api/datasets/completed/:key', async (c) => {
    const { person } = requirePerson(c)
    const { key, creationStatusId } = await hub.datasets.complete(c.req.param('key'), person)
    return c.json({
      key,
      ...(creationStatusId === undefined ? {} : { status_id: creationStatusId }),
    } satisfies z.infer<typeof Completed>)
  })
  return routes
}

/** Uploads and downloads by signed links: rights by themselves, so they are mounted before anybody is identified. */
export function fileRoutes({ datasets, links, leases, runs, blobs, docs }: ApiParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  docs.describe({
    method: 'put',
    path: '/api/uploads/{key}',
    tag: "Codabench's",
    summary: 'Send the bytes of a file (the `sassy_url`)',
    body: 'raw bytes',
    answers: { 200: { text: 'The bytes are stored' }, 413: { text: 'The file is larger than is allowed' } },
  })
  routes.put('/api/uploads/:key', async (c) => {
    await datasets.receive(new URL(c.req.url), bodyStream(c), contentLength(c))
    return c.json({})
  })

  docs.describe({
    method: 'get',
    path: '/api/files/{sha256}',
    tag: 'Our own',
    summary: 'Download a file by a link that this API gave',
    answers: { 200: { text: 'The bytes of the file' }, 403: { text: 'The link is not valid, or no longer' } },
  })
  routes.get('/api/files/:sha256', async (c) => {
    const file = links.read(new URL(c.req.url))
    const isOver =
      (file?.attempt !== undefined && !(await leases.isUnderWay(file.attempt))) ||
      (file?.run !== undefined && !(await runs.isOpen(file.run)))
    if (file === undefined || isOver) {
      throw refusal(
        'not-allowed',
        'bad-file-link',
        'This link is not valid, or no longer.',
        'Open the page that it came from again.',
      )
    }
    const found = await blobs.find(file.sha256)
    if (found === undefined) throw notFound('file')
    const { stream, sizeBytes } = await blobs.open(file.sha256)
    return sendStream(c, { ...file, stream, sizeBytes })
  })
  return routes
}
