import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import { Hono } from 'hono'
import type { Audit } from '../audit/audit.ts'
import { getHold, listAlarms } from '../holds/hold-queries.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { requireReviewer } from '../reviewers/sign-in-routes.tsx'
import { claimHold, endClaim, findClaims } from './claims.ts'
import { InboxPage } from './inbox-page.tsx'
import { HoldList, readInboxQuery } from './inbox-query.ts'
import { LIST_WORDS } from './inbox-words.ts'
import { countFound, countHolds, listHolds } from './list-holds.ts'

/** So many alarms are named; there should be none. */
const ALARMS_SHOWN = 10

/** What the inbox needs of its desk. */
export type InboxDesk = {
  readonly db: DeskDb
  readonly audit: Audit
  readonly clock: () => Date
  readonly claimSeconds: number
  readonly frame: Frame
}

/** The three lists of the inbox, and who is looking at what. */
export function inboxRoutes(desk: InboxDesk): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  for (const list of HoldList.options) {
    app.get(paths.inbox(list), requireReviewer(), async (c) => {
      const query = readInboxQuery(list, c.req.query())
      const { person, by } = requirePerson(c)
      const now = desk.clock()
      const page = await listHolds(desk.db, query, { now })
      const ids = page.holds.map(({ id }) => id)
      const [counts, found, claims, alarms] = await Promise.all([
        countHolds(desk.db),
        countFound(desk.db, query, now),
        findClaims(desk.db, ids, now),
        listAlarms(desk.db, ALARMS_SHOWN),
      ])
      const me = person.username
      await desk.audit.record({ kind: 'list-viewed', reviewer: me, list, holds: ids, holdCount: ids.length })
      const csrf = by.kind === 'session' ? by.csrf : undefined
      const content = <InboxPage {...{ query, page, counts, found, claims, alarms, csrf, me, now }} />
      return c.html(desk.frame(c, { title: LIST_WORDS[list].title, place: 'inbox', content }))
    })
  }

  app.post('/holds/:id/claim', requireReviewer(), async (c) => {
    const hold = await getHold(desk.db, c.req.param('id'))
    await claimHold(desk, { hold, reviewer: requirePerson(c).person.username })
    await desk.audit.written()
    return c.redirect(paths.hold(hold.id), 303)
  })

  app.post('/holds/:id/claim/end', requireReviewer(), async (c) => {
    const hold = await getHold(desk.db, c.req.param('id'))
    await endClaim(desk, { hold, reviewer: requirePerson(c).person.username })
    await desk.audit.written()
    return c.redirect(paths.hold(hold.id), 303)
  })
  return app
}
