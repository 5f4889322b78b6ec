import { Problem } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { sendStream } from '@scoregate/web/request-body'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { notAllowed } from '../refusals.ts'
import type { ApiParts } from './api-parts.ts'
import { competitionShape, competitionSummaryShape } from './competition-shapes.ts'
import { resultsShape } from './leaderboard-shapes.ts'
import { formFlag, formNumber, idParam, idQuery } from './request-values.ts'

const Change = z.object({
  auto_run_submissions: formFlag.optional(),
  human_in_the_loop: formFlag.optional(),
  published: formFlag.optional(),
  queue: formNumber.optional(),
})
const Decision = z.object({ person: formNumber, status: z.enum(['approved', 'denied']) })
const Participants = z.array(
  z.object({ id: z.int(), username: z.string(), status: z.string(), joined_when: z.string() }),
)
const CreationAnswer = z.object({
  id: z.int(),
  status: z.enum(['Starting', 'Finished', 'Failed']),
  details: z.string(),
  resulting_competition: z.int().nullable(),
  problems: z.array(Problem).optional(),
})

export function competitionRoutes({ hub, docs }: ApiParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  const viewerOf = (c: Context<WebEnv>) => c.get('person')?.person

  docs.describe({
    method: 'get',
    path: '/api/competitions/',
    tag: "Codabench's",
    summary: 'The competitions that you may see',
    query: z.object({ mine: z.string().optional(), participating_in: z.string().optional() }),
    answers: { 200: { text: 'A list, newest first' } },
  })
  routes.get('/api/competitions', async (c) => {
    const viewer = viewerOf(c)
    const competitions = await hub.competitions.list({
      for: viewer,
      organizedBy: isSet(c.req.query('mine')) ? requirePerson(c).person : undefined,
    })
    const shown = isSet(c.req.query('participating_in'))
      ? competitions.filter((one) => one.participation === 'approved')
      : competitions
    return c.json(shown.map(competitionSummaryShape))
  })

  docs.describe({
    method: 'get',
    path: '/api/competitions/public/',
    tag: "Codabench's",
    summary: 'The published competitions',
    answers: { 200: { text: '`{count, next, previous, results}`' } },
  })
  routes.get('/api/competitions/public', async (c) => {
    const results = (await hub.competitions.list({ for: viewerOf(c) })).filter((one) => one.published)
    const shapes = results.map(competitionSummaryShape)
    return c.json({ count: shapes.length, next: null, previous: null, results: shapes })
  })

  docs.describe({
    method: 'get',
    path: '/api/competitions/{id}/',
    tag: "Codabench's",
    summary: 'One competition with its phases, tasks, pages and leaderboard columns',
    answers: { 200: { text: 'The competition' }, 404: { text: 'There is none that you may see' } },
  })
  routes.get('/api/competitions/:id', async (c) =>
    c.json(competitionShape(await hub.competitions.get(idParam(c, 'id', 'competition'), viewerOf(c)))),
  )

  docs.describe({
    method: 'patch',
    path: '/api/competitions/{id}/',
    tag: "Codabench's",
    summary: 'Change the submission flow, publish or hide (organizers)',
    description:
      '`auto_run_submissions`: run at once, or wait for an organizer. `human_in_the_loop`: hold for data-side review, or publish at once (the data owner may still review). `queue`: the id of the queue whose workers run it; data-side review on a queue of Codabench workers is refused, since they cannot promise it.',
    body: Change,
    answers: {
      200: { text: 'The competition' },
      403: { text: 'You do not organize it' },
      409: { text: 'The queue cannot promise the review' },
    },
  })
  routes.patch('/api/competitions/:id', async (c) => {
    const { person } = requirePerson(c)
    const id = idParam(c, 'id', 'competition')
    const change = await parseBody(c, Change)
    const { auto_run_submissions: autoRun, human_in_the_loop: review, queue: queueId } = change
    await hub.competitions.setSubmissionFlow(
      id,
      {
        ...(autoRun === undefined
          ? {}
          : { whenSubmissionArrives: autoRun ? 'run-at-once' : 'wait-for-organizer' }),
        ...(review === undefined ? {} : { whenScoringEnds: review ? 'hold-for-review' : 'publish-at-once' }),
        queueId,
      },
      person,
    )
    if (change.published !== undefined) await hub.competitions.setPublished(id, change.published, person)
    return c.json(competitionShape(await hub.competitions.get(id, person)))
  })

  docs.describe({
    method: 'post',
    path: '/api/competitions/{id}/register/',
    tag: "Codabench's",
    summary: 'Join a competition',
    answers: { 201: { text: '`{participant_status}`: approved, pending or denied' } },
  })
  routes.post('/api/competitions/:id/register', async (c) => {
    const status = await hub.competitions.join(idParam(c, 'id', 'competition'), requirePerson(c).person)
    return c.json({ participant_status: status }, 201)
  })

  docs.describe({
    method: 'get',
    path: '/api/competitions/{id}/participants/',
    tag: 'Our own',
    summary: 'Who takes part (organizers)',
    answers: { 200: { text: 'The participants', schema: Participants } },
  })
  routes.get('/api/competitions/:id/participants', async (c) => {
    const found = await hub.competitions.participants(
      idParam(c, 'id', 'competition'),
      requirePerson(c).person,
    )
    const shapes: z.infer<typeof Participants> = found.map(({ person, status, joinedAt }) => ({
      ...person,
      status,
      joined_when: joinedAt.toISOString(),
    }))
    return c.json(shapes)
  })

  docs.describe({
    method: 'post',
    path: '/api/competitions/{id}/participants/',
    tag: 'Our own',
    summary: 'Approve or deny somebody (organizers)',
    body: Decision,
    answers: { 200: { text: 'Done' } },
  })
  routes.post('/api/competitions/:id/participants', async (c) => {
    const { person } = requirePerson(c)
    const { person: personId, status } = await parseBody(c, Decision)
    const competitionId = idParam(c, 'id', 'competition')
    await hub.competitions.decideParticipant({ competitionId, personId, status }, person)
    return c.json({})
  })

  docs.describe({
    method: 'get',
    path: '/api/competitions/{status_id}/creation_status/',
    tag: "Codabench's",
    summary: 'How the making of a competition from a bundle stands',
    description: 'For a bundle with errors, `problems` lists all of them; `details` has the same as text.',
    answers: { 200: { text: 'The state', schema: CreationAnswer } },
  })
  routes.get('/api/competitions/:id/creation_status', async (c) => {
    const creation = await hub.competitions.creationStatus(
      idParam(c, 'id', 'upload'),
      requirePerson(c).person,
    )
    return c.json({
      id: creation.id,
      status: creation.status,
      details: creation.details,
      resulting_competition: creation.competitionId ?? null,
      ...(creation.status === 'Failed' ? { problems: [...creation.problems] } : {}),
    } satisfies z.infer<typeof CreationAnswer>)
  })

  docs.describe({
    method: 'get',
    path: '/api/competitions/{id}/results.json',
    tag: "Codabench's",
    summary: 'The leaderboards by title, owner and column (organizers)',
    query: z.object({ phase: z.string().optional() }),
    answers: { 200: { text: 'A mapping of leaderboard to entries' } },
  })
  routes.get('/api/competitions/:id/results.json', async (c) => {
    const { person } = requirePerson(c)
    const competition = await hub.competitions.get(idParam(c, 'id', 'competition'), person)
    if (!competition.isOrganizer) {
      throw notAllowed('Only an organizer can have all results.', 'See the leaderboard instead.')
    }
    const wanted = idQuery(c, 'phase')
    const phases = competition.phases.filter((phase) => wanted === undefined || phase.id === wanted)
    const boards = await Promise.all(phases.map((phase) => hub.leaderboards.get(phase.id, person)))
    return c.json(resultsShape(boards))
  })

  routes.get('/api/competitions/:id/logo', async (c) => {
    const logo = await hub.competitions.openLogo(idParam(c, 'id', 'competition'), viewerOf(c))
    return sendStream(c, { ...logo, fileName: 'logo', disposition: 'inline' })
  })
  return routes
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false'
}
