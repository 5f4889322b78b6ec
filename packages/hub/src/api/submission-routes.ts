import { Receipt, ReceiptPredicate } from '@scoregate/protocol/receipt'
import type { Person } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { notFound } from '../refusals.ts'
import type { SubmissionView } from '../submissions/submission-view.ts'
import type { ApiParts } from './api-parts.ts'
import { formNumber, idParam, idQuery } from './request-values.ts'
import { submissionDetailsShape, submissionShape } from './submission-shapes.ts'

const NewSubmission = z.object({
  phase: formNumber,
  data: z.string().max(64),
  tasks: z.union([z.array(formNumber), formNumber.transform((task) => [task])]).nullish(),
  fact_sheet_answers: z.unknown().optional(),
})
const PAGE_SIZES = [50, 100, 500, 'all'] as const

export function submissionRoutes({ hub, docs, publicUrl }: ApiParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  async function shapes(submissions: readonly SubmissionView[], person: Person): Promise<object[]> {
    const columns = new Map<number, ReadonlyMap<string, number>>()
    for (const id of new Set(submissions.map((one) => one.competitionId))) {
      const { leaderboard } = await hub.competitions.get(id, person)
      columns.set(id, new Map(leaderboard.columns.map((column) => [column.key, column.index])))
    }
    return submissions.map((one) => submissionShape(one, columns.get(one.competitionId) ?? new Map()))
  }
  const shape = async (submission: SubmissionView, person: Person) => {
    const [only] = await shapes([submission], person)
    return only ?? {}
  }

  docs.describe({
    method: 'post',
    path: '/api/submissions/',
    tag: "Codabench's",
    summary: 'Submit an uploaded file to a phase',
    body: NewSubmission,
    answers: {
      201: { text: 'The submission' },
      403: { text: 'The phase is not running, or you do not take part' },
      429: { text: 'Your quota is used up' },
    },
  })
  routes.post('/api/submissions', async (c) => {
    const { person } = requirePerson(c)
    const body = await parseBody(c, NewSubmission)
    const submission = await hub.submissions.create(
      {
        phaseId: body.phase,
        dataKey: body.data,
        taskIds: body.tasks ?? undefined,
        factSheetAnswers: body.fact_sheet_answers,
      },
      person,
    )
    return c.json({ ...(await shape(submission, person)), data: body.data }, 201)
  })

  docs.describe({
    method: 'get',
    path: '/api/submissions/',
    tag: "Codabench's",
    summary: 'Your submissions; for an organizer those of the competition',
    query: z.object({
      phase: z.string().optional(),
      phase__competition: z.string().optional(),
      status: z.string().optional(),
      page: z.string().optional(),
      page_size: z.string().optional(),
    }),
    answers: { 200: { text: '`{count, next, previous, page_size, results}`, newest first' } },
  })
  routes.get('/api/submissions', async (c) => {
    const { person } = requirePerson(c)
    const all = await hub.submissions.list(
      {
        phaseId: idQuery(c, 'phase'),
        competitionId: idQuery(c, 'phase__competition'),
        status: c.req.query('status'),
      },
      person,
    )
    const wantedSize = c.req.query('page_size')
    const pageSize = PAGE_SIZES.find((size) => String(size) === wantedSize) ?? 50
    const size = pageSize === 'all' ? Math.max(1, all.length) : pageSize
    const page = idQuery(c, 'page') ?? 1
    const rows = all.slice((page - 1) * size, page * size)
    if (rows.length === 0 && page > 1) throw notFound('page')
    const link = (number: number): string => {
      const url = new URL(publicUrl() + c.req.path)
      for (const [name, value] of Object.entries(c.req.query())) url.searchParams.set(name, value)
      url.searchParams.set('page', String(number))
      return url.href
    }
    return c.json({
      count: all.length,
      next: page * size < all.length ? link(page + 1) : null,
      previous: page > 1 ? link(page - 1) : null,
      page_size: pageSize,
      allowed_page_sizes: PAGE_SIZES,
      results: await shapes(rows, person),
    })
  })

  docs.describe({
    method: 'get',
    path: '/api/submissions/{id}/',
    tag: "Codabench's",
    summary: 'One submission: its status, the reason of a failure, its released scores',
    answers: { 200: { text: 'The submission' } },
  })
  routes.get('/api/submissions/:id', async (c) => {
    const { person } = requirePerson(c)
    return c.json(await shape(await hub.submissions.get(idParam(c, 'id', 'submission'), person), person))
  })

  docs.describe({
    method: 'get',
    path: '/api/submissions/{id}/get_details/',
    tag: "Codabench's",
    summary: 'Links to what the data owner released of a run',
    answers: {
      200: { text: '`{logs, data_file, prediction_result, scoring_result, detailed_result, leaderboards}`' },
    },
  })
  routes.get('/api/submissions/:id/get_details', async (c) => {
    const { person } = requirePerson(c)
    const submission = await hub.submissions.get(idParam(c, 'id', 'submission'), person)
    const competition = await hub.competitions.get(submission.competitionId, person)
    const fileUrl = publicUrl() + (await hub.submissions.fileHref(submission.id, person))
    return c.json(submissionDetailsShape(submission, { fileUrl, publicUrl: publicUrl(), competition }))
  })

  docs.describe({
    method: 'get',
    path: '/api/submissions/{id}/get_detail_result/',
    tag: "Codabench's",
    summary: 'The link to the detailed results, if they were released',
    answers: { 200: { text: 'The link' }, 404: { text: 'They were not released' } },
  })
  routes.get('/api/submissions/:id/get_detail_result', async (c) => {
    const { person } = requirePerson(c)
    const submission = await hub.submissions.get(idParam(c, 'id', 'submission'), person)
    const artefact = submission.artefacts.find((one) => one.name === 'detailed_results')
    if (artefact === undefined) throw notFound('detailed result')
    return c.json(publicUrl() + artefact.href)
  })

  docs.describe({
    method: 'get',
    path: '/api/submissions/{id}/receipt',
    tag: 'Our own',
    summary: "The data owner's signed receipt: who released what, when",
    description:
      'A DSSE envelope with an in-toto statement, to be checked offline by `scoregate verify`. Of a failed run whose files were released later there are two: `outcome` chooses, else it is the newest. Each task of a submission to several has its own.',
    query: z.object({ outcome: ReceiptPredicate.shape.outcome.optional() }),
    answers: { 200: { text: 'The receipt', schema: Receipt }, 404: { text: 'There is none' } },
  })
  routes.get('/api/submissions/:id/receipt', async (c) => {
    const { person } = requirePerson(c)
    const id = idParam(c, 'id', 'submission')
    const wanted = c.req.query('outcome')
    const outcome = ReceiptPredicate.shape.outcome.optional().safeParse(wanted)
    if (!outcome.success) throw notFound('outcome')
    const receipt = await hub.submissions.receipt(id, person, outcome.data)
    return sendJsonFile(c, `submission-${id}-receipt.json`, `${JSON.stringify(receipt, null, 2)}\n`)
  })

  docs.describe({
    method: 'get',
    path: '/api/submissions/{id}/scores',
    tag: 'Our own',
    summary: 'The released scores, exactly the bytes whose SHA-256 is on the receipt',
    answers: {
      200: { text: 'A list of `{column, value}`' },
      403: { text: 'The organizer hides a column of them' },
      404: { text: 'None were released' },
    },
  })
  routes.get('/api/submissions/:id/scores', async (c) => {
    const { person } = requirePerson(c)
    const id = idParam(c, 'id', 'submission')
    return sendJsonFile(c, `submission-${id}-scores.json`, await hub.submissions.releasedScores(id, person))
  })

  // Codabench cancels by GET. That is kept for its scripts, for tokens only: a session must not change anything by a link.
  docs.describe({
    method: 'get',
    path: '/api/submissions/{id}/cancel_submission/',
    tag: "Codabench's",
    summary: 'Cancel (owner or organizer); by GET with a token only, else by POST',
    answers: { 200: { text: '`{canceled}`' } },
  })
  routes.on(['GET', 'POST'], '/api/submissions/:id/cancel_submission', async (c) => {
    const { person, by } = requirePerson(c)
    if (c.req.method === 'GET' && by.kind === 'session') throw notFound('page')
    const { cancelled } = await hub.submissions.cancel(idParam(c, 'id', 'submission'), person)
    return c.json({ canceled: cancelled })
  })

  for (const [name, act, summary] of [
    ['run_submission', hub.submissions.run, 'Run one that waits for an organizer'],
    ['re_run_submission', hub.submissions.rerun, 'Run it once more as a new submission (organizers)'],
  ] as const) {
    docs.describe({
      method: 'post',
      path: `/api/submissions/{id}/${name}/`,
      tag: "Codabench's",
      summary,
      answers: { 200: { text: '`{id}` of the submission that runs' } },
    })
    routes.post(`/api/submissions/:id/${name}`, async (c) => {
      const { person } = requirePerson(c)
      const { id } = await act(idParam(c, 'id', 'submission'), person)
      return c.json({ id })
    })
  }

  for (const [method, act, summary] of [
    ['post', hub.leaderboards.add, 'Put it on the leaderboard, where the rule lets participants choose'],
    ['delete', hub.leaderboards.remove, 'Take it off the leaderboard'],
  ] as const) {
    docs.describe({
      method,
      path: '/api/submissions/{id}/submission_leaderboard_connection/',
      tag: "Codabench's",
      summary,
      answers: { 200: { text: 'Done' }, 403: { text: 'The rule of the leaderboard does not allow it' } },
    })
    routes[method]('/api/submissions/:id/submission_leaderboard_connection', async (c) => {
      await act(idParam(c, 'id', 'submission'), requirePerson(c).person)
      return c.json({})
    })
  }
  return routes
}

/** Saved, never shown: what is in it was written elsewhere. */
function sendJsonFile(c: Context<WebEnv>, fileName: string, text: string): Response {
  c.header('content-disposition', `attachment; filename="${fileName}"`)
  return c.body(text, 200, { 'content-type': 'application/json' })
}
