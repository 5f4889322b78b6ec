import { ScoregateError } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import { Hono } from 'hono'
import { z } from 'zod'
import { findDeciders } from '../approvals/approval-records.ts'
import { findDecidingOf } from '../approvals/deciding.ts'
import type { Audit } from '../audit/audit.ts'
import { findChecksOf } from '../checks/hold-checks.ts'
import { getHold, listAlarms } from '../holds/hold-queries.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { csrfFor, requireAnyRole, requireRole } from '../people/roles.ts'
import { claimHold, endClaim, findClaims } from './claims.ts'
import { InboxPage } from './inbox-page.tsx'
import { HoldList, readInboxQuery } from './inbox-query.ts'
import { LIST_WORDS, newsWords } from './inbox-words.ts'
import { countFound, countHolds, countNew, listHolds } from './list-holds.ts'

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
    app.get(paths.inbox(list), requireAnyRole(), async (c) => {
      const query = readInboxQuery(list, c.req.query())
      const { person } = requirePerson(c)
      const now = desk.clock()
      const page = await listHolds(desk.db, query, { now })
      const ids = page.holds.map(({ id }) => id)
      const [counts, found, claims, checks, deciding, deciders, alarms] = await Promise.all([
        countHolds(desk.db),
        countFound(desk.db, query, now),
        findClaims(desk.db, ids, now),
        findChecksOf(desk.db, ids),
        findDecidingOf(desk.db, { holds: page.holds, reviewer: person.username, now }),
        findDeciders(desk.db, ids),
        listAlarms(desk.db, ALARMS_SHOWN),
      ])
      const me = person.username
      await desk.audit.record({ kind: 'list-viewed', reviewer: me, list, holds: ids, holdCount: ids.length })
      const csrf = csrfFor(c, 'reviewer')
      const isTicked = c.req.query('tick') === 'all'
      const content = (
        <InboxPage
          {...{
            query,
            page,
            counts,
            found,
            claims,
            checks,
            deciding,
            deciders,
            alarms,
            csrf,
            me,
            isTicked,
            now,
          }}
        />
      )
      const title = LIST_WORDS[list].title
      return c.html(desk.frame(c, { title, place: 'inbox', islands: ['inbox-news'], content }))
    })
  }

  // A number and its words, of nothing in particular: it shows no hold, so there is nothing for the chain to tell.
  app.get('/news/:list', requireAnyRole(), async (c) => {
    const list = HoldList.catch('waiting').parse(c.req.param('list'))
    const since = z.iso.datetime().safeParse(c.req.query('since'))
    if (!since.success) throw sinceMissing()
    const query = readInboxQuery(list, c.req.query())
    const count = await countNew(desk.db, query, { since: new Date(since.data), now: desk.clock() })
    const etag = `"${count}"`
    c.header('etag', etag)
    c.header('cache-control', 'private, no-cache')
    if (c.req.header('if-none-match') === etag) return c.body(null, 304)
    return c.json({ count, words: newsWords(list, count) })
  })

  app.post('/holds/:id/claim', requireRole('reviewer'), async (c) => {
    const hold = await getHold(desk.db, c.req.param('id'))
    await claimHold(desk, { hold, reviewer: requirePerson(c).person.username })
    await desk.audit.written()
    return c.redirect(paths.hold(hold.id), 303)
  })

  app.post('/holds/:id/claim/end', requireRole('reviewer'), async (c) => {
    const hold = await getHold(desk.db, c.req.param('id'))
    await endClaim(desk, { hold, reviewer: requirePerson(c).person.username })
    await desk.audit.written()
    return c.redirect(paths.hold(hold.id), 303)
  })
  return app
}

function sinceMissing(): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'bad-query',
    message: 'It is not said since when.',
    remedy: 'Give a moment in UTC as since=2026-01-31T12:00:00Z.',
  })
}
