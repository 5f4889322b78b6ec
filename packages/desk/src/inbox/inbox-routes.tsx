import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import { Hono } from 'hono'
import type { Audit } from '../audit/audit.ts'
import { countHolds, HOLDS_PER_PAGE, type HoldList, listAlarms, listHolds } from '../holds/hold-queries.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { parseOffset, paths } from '../paths.ts'
import { requireReviewer } from '../reviewers/sign-in-routes.tsx'
import { InboxPage } from './inbox-page.tsx'

const TITLES = {
  waiting: 'Inbox',
  failed: 'Failed runs',
  decided: 'Decided',
} as const satisfies Record<HoldList, string>

/** So many alarms are named; there should be none. */
const ALARMS_SHOWN = 10

/** The three lists of the inbox. */
export function inboxRoutes(desk: {
  db: DeskDb
  audit: Audit
  clock: () => Date
  frame: Frame
}): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  for (const list of ['waiting', 'failed', 'decided'] as const) {
    app.get(paths.inbox(list), requireReviewer(), async (c) => {
      const offset = parseOffset(c.req.query('offset'))
      const [holds, counts, alarms] = await Promise.all([
        listHolds(desk.db, list, { offset, limit: HOLDS_PER_PAGE }),
        countHolds(desk.db),
        listAlarms(desk.db, ALARMS_SHOWN),
      ])
      const reviewer = requirePerson(c).person.username
      await desk.audit.record({ kind: 'list-viewed', reviewer, list, offset, holdCount: holds.length })
      const content = (
        <InboxPage {...{ list, holds, counts, alarms, offset }} perPage={HOLDS_PER_PAGE} now={desk.clock()} />
      )
      return c.html(desk.frame(c, { title: TITLES[list], place: 'inbox', content }))
    })
  }
  return app
}
