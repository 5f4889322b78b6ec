import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { formNumber } from '../../api/request-values.ts'
import type { CompetitionView } from '../../competitions/competition-view.ts'
import { notAllowed } from '../../refusals.ts'
import { setFlash } from '../flash.ts'
import { liveState } from '../live.tsx'
import { pageOf } from '../page-of.ts'
import type { PageParts } from '../page-parts.ts'
import { paths } from '../paths.ts'
import { idParam, pageNumber, personOf } from '../request-values.ts'
import { csrfOf } from '../site-page.tsx'
import { framed } from './competition-routes.tsx'
import { AllSubmissionsPart, FlowPart, ManageTab, ParticipantsPart } from './manage-tab.tsx'

const ROWS_PER_PAGE = 50

const Flow = z.object({
  whenSubmissionArrives: z.enum(['run-at-once', 'wait-for-organizer']),
  whenScoringEnds: z.enum(['publish-at-once', 'hold-for-review']),
  queue: formNumber.optional(),
})
const Publication = z.object({ published: z.enum(['yes', 'no']) })
const Decision = z.object({ status: z.enum(['approved', 'denied']) })

/** What only the organizer of a competition sees and does. */
export function manageRoutes({ hub, clock }: PageParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  routes.get('/competitions/:id/manage', async (c) => {
    const competition = await ownCompetition(c)
    const content = (
      <ManageTab {...(await frame(c, competition))} part="flow">
        <FlowPart competition={competition} queues={await hub.queues.status(personOf(c))} csrf={csrfOf(c)} />
      </ManageTab>
    )
    return c.html(framed(c, { competition, tab: 'manage', part: 'Settings', content }))
  })

  routes.get('/competitions/:id/manage/submissions', async (c) => {
    const competition = await ownCompetition(c)
    const all = await hub.submissions.list({ competitionId: competition.id }, personOf(c))
    const submissions = pageOf(all, pageNumber(c), ROWS_PER_PAGE)
    const content = (
      <ManageTab {...(await frame(c, competition))} part="submissions">
        <AllSubmissionsPart
          competition={competition}
          submissions={submissions}
          waiting={all.filter((submission) => submission.can.run).length}
          state={liveState(submissions.rows)}
          csrf={csrfOf(c)}
          now={clock()}
        />
      </ManageTab>
    )
    return c.html(
      framed(c, { competition, tab: 'manage', part: 'All submissions', islands: ['live-page'], content }),
    )
  })

  routes.get('/competitions/:id/manage/submissions/state', async (c) => {
    const competition = await ownCompetition(c)
    const all = await hub.submissions.list({ competitionId: competition.id }, personOf(c))
    return c.json(liveState(pageOf(all, pageNumber(c), ROWS_PER_PAGE).rows))
  })

  routes.get('/competitions/:id/manage/participants', async (c) => {
    const competition = await ownCompetition(c)
    const all = await hub.competitions.participants(competition.id, personOf(c))
    const content = (
      <ManageTab {...(await frame(c, competition))} part="participants">
        <ParticipantsPart
          competition={competition}
          participants={pageOf(all, pageNumber(c), ROWS_PER_PAGE)}
          csrf={csrfOf(c)}
          now={clock()}
        />
      </ManageTab>
    )
    return c.html(framed(c, { competition, tab: 'manage', part: 'Participants', content }))
  })

  routes.post('/competitions/:id/flow', async (c) => {
    const id = idParam(c, 'id', 'competition')
    const { queue: queueId, ...flow } = await parseBody(c, Flow)
    await hub.competitions.setSubmissionFlow(id, { ...flow, queueId }, personOf(c))
    setFlash(c, 'flow-set')
    return c.redirect(paths.manage(id, 'flow'), 303)
  })

  routes.post('/competitions/:id/publish', async (c) => {
    const id = idParam(c, 'id', 'competition')
    const published = (await parseBody(c, Publication)).published === 'yes'
    await hub.competitions.setPublished(id, published, personOf(c))
    setFlash(c, published ? 'published' : 'unpublished')
    return c.redirect(paths.manage(id, 'flow'), 303)
  })

  routes.post('/competitions/:id/participants/:person', async (c) => {
    const competitionId = idParam(c, 'id', 'competition')
    const { status } = await parseBody(c, Decision)
    const personId = idParam(c, 'person', 'participant')
    await hub.competitions.decideParticipant({ competitionId, personId, status }, personOf(c))
    setFlash(c, status === 'approved' ? 'participant-approved' : 'participant-denied')
    return c.redirect(paths.manage(competitionId, 'participants'), 303)
  })

  async function frame(c: Context<WebEnv>, competition: CompetitionView) {
    return { competition, forks: await hub.competitions.siteForks(competition.id, personOf(c)) }
  }

  async function ownCompetition(c: Context<WebEnv>): Promise<CompetitionView> {
    const person = personOf(c)
    const competition = await hub.competitions.get(idParam(c, 'id', 'competition'), person)
    if (competition.isOrganizer) return competition
    throw notAllowed('Only the organizer manages this competition.', 'Ask the organizer.')
  }

  return routes
}
