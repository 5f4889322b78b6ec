import type { WebEnv } from '@scoregate/web/environment'
import { Hono } from 'hono'
import { findChainHead } from '../audit/record-act.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { listFailingChannels } from '../notices/channels.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { requireAnyRole } from '../people/roles.ts'
import { countBacklog, listBacklog } from '../release/outbox-queries.ts'
import { SitePage, type SitePageProps } from './site-page.tsx'

const BACKLOG_SHOWN = 50

/** The page about the site. */
export function siteRoutes(
  desk: { db: DeskDb; clock: () => Date; frame: Frame } & Pick<
    SitePageProps,
    'siteName' | 'platforms' | 'policyText' | 'policyDigest' | 'policyFile' | 'sitePublicKey'
  >,
): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get(paths.site, requireAnyRole(), async (c) => {
    const { siteName, platforms, policyText, policyDigest, policyFile, sitePublicKey } = desk
    const content = (
      <SitePage
        {...{ siteName, platforms, policyText, policyDigest, policyFile, sitePublicKey }}
        chainHead={await findChainHead(desk.db)}
        backlog={await listBacklog(desk.db, BACKLOG_SHOWN)}
        backlogCount={await countBacklog(desk.db)}
        failingChannels={await listFailingChannels(desk.db)}
        now={desk.clock()}
      />
    )
    return c.html(desk.frame(c, { title: 'Site', place: 'site', content }))
  })

  return app
}
