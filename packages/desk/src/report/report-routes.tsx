import { ScoregateError } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import { Hono } from 'hono'
import type { Audit } from '../audit/audit.ts'
import { findChainHead } from '../audit/record-act.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { requireAnyRole } from '../people/roles.ts'
import { type Month, monthAt, monthOf, monthsLater } from './month.ts'
import { reportCsv } from './report-csv.ts'
import { readReportNumbers } from './report-numbers.ts'
import { ReportPage } from './report-page.tsx'

const MOST_MONTHS = 120

/** The report of a month, as a page to read or print, and as CSV. */
export function reportRoutes(desk: {
  db: DeskDb
  audit: Audit
  clock: () => Date
  siteName: string
  frame: Frame
}): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get(paths.report(), requireAnyRole(), (c) => {
    const month = monthOf(c.req.query('month') ?? '')?.name ?? monthAt(desk.clock())
    return c.redirect(paths.report(month), 303)
  })

  app.get('/report/:month{[0-9]{4}-[0-9]{2}}', requireAnyRole(), async (c) => {
    const now = desk.clock()
    const month = getMonth(c.req.param('month'), now)
    const reviewer = requirePerson(c).person.username
    await desk.audit.record({ kind: 'report-viewed', reviewer, month: month.name })
    const content = (
      <ReportPage
        month={month}
        months={await listMonths(desk.db, now)}
        numbers={await readReportNumbers(desk.db, month)}
        siteName={desk.siteName}
        head={await findChainHead(desk.db)}
        madeBy={reviewer}
        now={now}
      />
    )
    return c.html(desk.frame(c, { title: `Report of ${month.words}`, place: 'report', content }))
  })

  app.get('/report/:file{[0-9]{4}-[0-9]{2}\\.csv}', requireAnyRole(), async (c) => {
    const month = getMonth(c.req.param('file').slice(0, 7), desk.clock())
    const reviewer = requirePerson(c).person.username
    await desk.audit.record({ kind: 'report-exported', reviewer, month: month.name })
    c.header('content-type', 'text/csv; charset=utf-8')
    c.header('content-disposition', `attachment; filename="report-${month.name}.csv"`)
    c.header('cache-control', 'no-store')
    return c.body(reportCsv(month, await readReportNumbers(desk.db, month)))
  })

  return app
}

/** The months from the first entry of the chain to this one, the newest first. */
async function listMonths(db: DeskDb, now: Date): Promise<string[]> {
  const first = await db.selectFrom('audit_entry').select('at').orderBy('at').limit(1).executeTakeFirst()
  const last = monthAt(now)
  const from = first?.at.slice(0, 7) ?? last
  const months = [last]
  for (let month = last; month > from && months.length < MOST_MONTHS; ) {
    month = monthsLater(month, -1)
    months.push(month)
  }
  return months
}

function getMonth(name: string, now: Date): Month {
  const month = monthOf(name)
  if (month !== undefined && month.name <= monthAt(now)) return month
  throw new ScoregateError({
    kind: 'not-found',
    code: 'no-such-month',
    message: 'There is no report of this month.',
    remedy: 'Name a month that has begun, as 2026-05.',
  })
}
