import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { type Context, Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { z } from 'zod'
import type { CompetitionView } from '../../competitions/competition-view.ts'
import { notFound } from '../../refusals.ts'
import { setFlash } from '../flash.ts'
import { liveState } from '../live.tsx'
import { pageOf } from '../page-of.ts'
import type { PageParts } from '../page-parts.ts'
import { paths } from '../paths.ts'
import { idParam, pageNumber, personOf, viewerOf } from '../request-values.ts'
import { csrfOf, type Island, sitePage } from '../site-page.tsx'
import { AboutTab } from './about-tab.tsx'
import { CompetitionFrame, type CompetitionTab } from './competition-frame.tsx'
import { LeaderboardTab, phaseToShow } from './leaderboard-tab.tsx'
import { NewCompetitionPage } from './new-competition-page.tsx'
import { PhasesTab } from './phases-tab.tsx'
import { NotTakingPart, SubmissionsTab } from './submissions-tab.tsx'

const ROWS_PER_PAGE = 50

/** The pages of a competition that everybody, or its participants, see. */
export function competitionRoutes({ hub, clock }: PageParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  routes.get(paths.newCompetition, async (c) => {
    if (viewerOf(c) === undefined) return c.redirect(paths.signInThen(paths.newCompetition), 303)
    const content = <NewCompetitionPage csrf={csrfOf(c)} hubUrl={new URL(c.req.url).origin} />
    return c.html(
      sitePage(c, {
        title: 'New competition',
        current: 'new-competition',
        width: 'narrow',
        islands: ['upload-bundle'],
        content,
      }),
    )
  })

  routes.get('/competitions/:id', async (c) => about(c, 0))
  routes.get('/competitions/:id/pages/:number', async (c) => about(c, idParam(c, 'number', 'page') - 1))

  async function about(c: Context<WebEnv>, index: number, joinError?: string): Promise<Response> {
    const competition = await competitionOf(c)
    if (index !== 0 && competition.pages[index] === undefined) throw notFound('page of this competition')
    const content = (
      <AboutTab
        competition={competition}
        viewer={viewerOf(c)}
        index={index}
        csrf={csrfOf(c)}
        joinError={joinError}
      />
    )
    return c.html(
      framed(c, { competition, tab: 'about', part: competition.pages[index]?.title, content }),
      joinError === undefined ? 200 : 400,
    )
  }

  routes.get('/competitions/:id/phases', async (c) => {
    const competition = await competitionOf(c)
    const content = <PhasesTab competition={competition} now={clock()} />
    return c.html(framed(c, { competition, tab: 'phases', part: 'Phases', content }))
  })

  routes.get('/competitions/:id/leaderboard', async (c) => {
    const competition = await competitionOf(c)
    const asked = c.req.query('phase')
    const phase =
      asked === undefined
        ? phaseToShow(competition.phases)
        : competition.phases.find(({ id }) => String(id) === asked)
    if (asked !== undefined && phase === undefined) throw notFound('phase')
    const isHidden = competition.leaderboard.hidden && !competition.isOrganizer
    const leaderboard =
      phase === undefined || isHidden ? undefined : await hub.leaderboards.get(phase.id, viewerOf(c))
    const content = (
      <LeaderboardTab
        competition={competition}
        leaderboard={leaderboard}
        viewer={viewerOf(c)}
        page={pageNumber(c)}
        now={clock()}
      />
    )
    return c.html(framed(c, { competition, tab: 'leaderboard', part: 'Leaderboard', content }))
  })

  routes.get('/competitions/:id/submissions', async (c) => {
    const competition = await competitionOf(c)
    const person = viewerOf(c)
    if (person === undefined || competition.participation !== 'approved') {
      const content = <NotTakingPart competition={competition} viewer={person} />
      return c.html(framed(c, { competition, tab: 'submissions', part: 'My submissions', content }))
    }
    const submissions = await mine(c, competition.id)
    const openPhases = await Promise.all(
      competition.phases
        .filter((phase) => phase.state === 'running')
        .map(async (phase) => ({ phase, allowance: await hub.submissions.remainingToday(phase.id, person) })),
    )
    const content = (
      <SubmissionsTab
        competition={competition}
        submissions={submissions}
        openPhases={openPhases}
        state={liveState(submissions.rows)}
        csrf={csrfOf(c)}
        hubUrl={new URL(c.req.url).origin}
        now={clock()}
      />
    )
    return c.html(
      framed(c, {
        competition,
        tab: 'submissions',
        part: 'My submissions',
        islands: ['upload-submission', 'live-page'],
        content,
      }),
    )
  })

  routes.get('/competitions/:id/submissions/state', async (c) => {
    const submissions = await mine(c, idParam(c, 'id', 'competition'))
    return c.json(liveState(submissions.rows))
  })

  routes.post('/competitions/:id/join', async (c) => {
    const person = personOf(c)
    const { terms } = await parseBody(c, z.object({ terms: z.string().optional() }))
    if (terms !== 'yes') return about(c, 0, 'Tick this box to take part.')
    const id = idParam(c, 'id', 'competition')
    const status = await hub.competitions.join(id, person)
    setFlash(c, JOIN_FLASH[status])
    return c.redirect(status === 'approved' ? paths.mySubmissions(id) : paths.competition(id), 303)
  })

  routes.get('/phases/:id/starting-kit', async (c) => {
    const { startingKit } = await hub.phases.get(idParam(c, 'id', 'phase'), viewerOf(c))
    if (startingKit === undefined) throw notFound('starting kit')
    return c.redirect(startingKit.href, 303)
  })

  routes.get('/phases/:id/public-data', async (c) => {
    const { publicData } = await hub.phases.get(idParam(c, 'id', 'phase'), viewerOf(c))
    if (publicData === undefined) throw notFound('public data')
    return c.redirect(publicData.href, 303)
  })

  function competitionOf(c: Context<WebEnv>): Promise<CompetitionView> {
    return hub.competitions.get(idParam(c, 'id', 'competition'), viewerOf(c))
  }

  async function mine(c: Context<WebEnv>, competitionId: number) {
    const all = await hub.submissions.list({ competitionId, mine: true }, personOf(c))
    return pageOf(all, pageNumber(c), ROWS_PER_PAGE)
  }

  return routes
}

const JOIN_FLASH = { approved: 'joined', pending: 'join-pending', denied: 'join-denied' } as const

/** A page of a competition, within what all of them share. */
export function framed(
  c: Context<WebEnv>,
  page: {
    competition: CompetitionView
    tab: CompetitionTab
    /** Goes into the title of the window. */
    part: string | undefined
    islands?: readonly Island[]
    content: Child
  },
): Promise<string> {
  const { competition, tab, part } = page
  return sitePage(c, {
    title: part === undefined ? competition.title : `${part} · ${competition.title}`,
    current: 'competitions',
    islands: page.islands,
    content: (
      <CompetitionFrame competition={competition} viewer={viewerOf(c)} tab={tab}>
        {page.content}
      </CompetitionFrame>
    ),
  })
}
