import { ArtefactName } from '@scoregate/protocol/artefact'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { notFound } from '../../refusals.ts'
import type { SubmissionView } from '../../submissions/submission-view.ts'
import { type FlashCode, setFlash } from '../flash.ts'
import { liveState } from '../live.tsx'
import type { PageParts } from '../page-parts.ts'
import { ownPath, paths } from '../paths.ts'
import { idParam, personOf, viewerOf } from '../request-values.ts'
import { csrfOf, sitePage } from '../site-page.tsx'
import { SubmissionPage } from './submission-page.tsx'

const Back = z.object({ back: z.string().optional() })
const OnLeaderboard = z.object({ shown: z.enum(['yes', 'no']) })

/** One submission, its released files, and what can be done with it. */
export function submissionRoutes({ hub, clock }: PageParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  routes.get('/submissions/:id', async (c) => {
    const submission = await submissionOf(c)
    const competition = await hub.competitions.get(submission.competitionId, viewerOf(c))
    const content = (
      <SubmissionPage
        submission={submission}
        competition={competition}
        state={liveState([submission])}
        csrf={csrfOf(c)}
        now={clock()}
        hubUrl={new URL(c.req.url).origin}
      />
    )
    return c.html(
      sitePage(c, {
        title: `${submission.status}: submission ${submission.id} · ${competition.title}`,
        current: 'competitions',
        islands: ['live-page'],
        content,
      }),
    )
  })

  routes.get('/submissions/:id/state', async (c) => c.json(liveState([await submissionOf(c)])))

  routes.get('/submissions/:id/file', async (c) =>
    c.redirect(await hub.submissions.fileHref(submissionId(c), personOf(c)), 303),
  )

  // The links of a page that stays open would expire; this address makes a new one when it is used.
  routes.get('/submissions/:id/artefacts/:name', async (c) => {
    const name = ArtefactName.safeParse(c.req.param('name')).data
    const artefact = (await submissionOf(c)).artefacts.find((released) => released.name === name)
    if (artefact === undefined) throw notFound('released file of this submission')
    return c.redirect(artefact.href, 303)
  })

  routes.get('/submissions/:id/worker-logs/:name', async (c) => {
    const log = (await submissionOf(c)).worker?.logs.find(({ name }) => name === c.req.param('name'))
    if (log === undefined) throw notFound('log of this submission')
    return c.redirect(log.href, 303)
  })

  routes.post('/submissions/:id/run', async (c) => {
    await hub.submissions.run(submissionId(c), personOf(c))
    return goBack(c, 'submission-run')
  })

  routes.post('/submissions/:id/rerun', async (c) => {
    const { back } = await parseBody(c, Back)
    const rerun = await hub.submissions.rerun(submissionId(c), personOf(c))
    setFlash(c, 'submission-rerun')
    return c.redirect(back === undefined ? paths.submission(rerun.id) : ownPath(back), 303)
  })

  routes.post('/submissions/:id/cancel', async (c) => {
    const { cancelled } = await hub.submissions.cancel(submissionId(c), personOf(c))
    return goBack(c, cancelled ? 'submission-cancelled' : 'submission-not-cancelled')
  })

  routes.post('/submissions/:id/leaderboard', async (c) => {
    const { shown } = await parseBody(c, OnLeaderboard)
    if (shown === 'yes') await hub.leaderboards.add(submissionId(c), personOf(c))
    else await hub.leaderboards.remove(submissionId(c), personOf(c))
    return goBack(c, shown === 'yes' ? 'leaderboard-added' : 'leaderboard-removed')
  })

  function submissionOf(c: Context<WebEnv>): Promise<SubmissionView> {
    return hub.submissions.get(submissionId(c), viewerOf(c))
  }

  return routes
}

function submissionId(c: Context<WebEnv>): number {
  return idParam(c, 'id', 'submission')
}

/** To where the form was, or else to the submission. */
async function goBack(c: Context<WebEnv>, code: FlashCode): Promise<Response> {
  const { back } = await parseBody(c, Back)
  setFlash(c, code)
  return c.redirect(back === undefined ? paths.submission(submissionId(c)) : ownPath(back), 303)
}
