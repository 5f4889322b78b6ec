import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { refusal } from '../refusals.ts'
import type { ApiParts } from './api-parts.ts'
import { phaseShape } from './competition-shapes.ts'
import { leaderboardShape } from './leaderboard-shapes.ts'
import { idParam, idQuery } from './request-values.ts'

const CanSubmit = z.object({ can: z.boolean(), reason: z.string().nullable() })

export function phaseRoutes({ hub, docs }: ApiParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()
  const viewerOf = (c: Context<WebEnv>) => c.get('person')?.person

  docs.describe({
    method: 'get',
    path: '/api/can_make_submission/{phase}/',
    tag: "Codabench's",
    summary: 'Whether you may submit to a phase now, and why not',
    answers: { 200: { text: 'The answer', schema: CanSubmit } },
  })
  routes.get('/api/can_make_submission/:phase', async (c) => {
    const { person } = requirePerson(c)
    const { allowed, reason } = await hub.submissions.remainingToday(idParam(c, 'phase', 'phase'), person)
    return c.json({ can: allowed, reason: reason ?? null } satisfies z.infer<typeof CanSubmit>)
  })

  docs.describe({
    method: 'get',
    path: '/api/phases/',
    tag: "Codabench's",
    summary: 'The phases of a competition',
    query: z.object({ competition: z.string() }),
    answers: { 200: { text: 'A list, in their order' } },
  })
  routes.get('/api/phases', async (c) => {
    const competitionId = idQuery(c, 'competition')
    if (competitionId === undefined) {
      throw refusal(
        'bad-input',
        'competition-missing',
        'Which competition is missing.',
        'Add ?competition=ID to the address.',
      )
    }
    const { phases } = await hub.competitions.get(competitionId, viewerOf(c))
    return c.json(phases.map((phase) => phaseShape(phase, undefined)))
  })

  docs.describe({
    method: 'get',
    path: '/api/phases/{id}/',
    tag: "Codabench's",
    summary: 'One phase, with what you have used of your quota',
    answers: { 200: { text: 'The phase' } },
  })
  routes.get('/api/phases/:id', async (c) => {
    const viewer = viewerOf(c)
    const phase = await hub.phases.get(idParam(c, 'id', 'phase'), viewer)
    const allowance =
      viewer === undefined ? undefined : await hub.submissions.remainingToday(phase.id, viewer)
    return c.json(phaseShape(phase, allowance))
  })

  docs.describe({
    method: 'get',
    path: '/api/phases/{id}/get_leaderboard/',
    tag: "Codabench's",
    summary: 'The leaderboard of a phase, best first, with the scores as they were released',
    answers: { 200: { text: '`{title, id, submissions, tasks}`' } },
  })
  routes.get('/api/phases/:id/get_leaderboard', async (c) => {
    const viewer = viewerOf(c)
    const board = await hub.leaderboards.get(idParam(c, 'id', 'phase'), viewer)
    const phase = await hub.phases.get(board.phase.id, viewer)
    const competition = await hub.competitions.get(phase.competitionId, viewer)
    return c.json(leaderboardShape(board, competition))
  })
  return routes
}
