import { ScoregateError } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import type { Logger } from 'pino'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { requireAnyRole } from '../people/roles.ts'
import { streamLines } from '../stream-lines.ts'
import type { Audit } from './audit.ts'
import { type AuditFilter, filteredBy, filterQuery, readFilter } from './audit-filter.ts'
import { AuditPage } from './audit-page.tsx'
import { CHAIN_CSV_HEAD, chainCsvLine } from './chain-csv.ts'
import { type FoundEntry, findEntries, listChainReviewers, walkEntries } from './find-entries.ts'
import { findChainHead } from './record-act.ts'

const ENTRIES_PER_PAGE = 50
const REVIEWERS_OFFERED = 200

type AuditDesk = { db: DeskDb; audit: Audit; clock: () => Date; frame: Frame; log: Logger }

/** The page of the audit chain, and its export. */
export function auditRoutes(desk: AuditDesk): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get(paths.audit, requireAnyRole(), async (c) => {
    await desk.audit.record({ kind: 'chain-viewed', reviewer: requirePerson(c).person.username })
    const asked = readFilter((name) => c.req.query(name))
    const content = (
      <AuditPage
        {...asked}
        {...(await readPage(desk.db, asked.filter, c))}
        head={await findChainHead(desk.db)}
        verified={desk.audit.verified}
        reviewers={await listChainReviewers(desk.db, REVIEWERS_OFFERED)}
        now={desk.clock()}
      />
    )
    return c.html(desk.frame(c, { title: 'Audit', place: 'audit', content }))
  })

  for (const format of ['jsonl', 'csv'] as const) {
    app.get(paths.auditExport(format), requireAnyRole(), async (c) => {
      const { filter, errors } = readFilter((name) => c.req.query(name))
      if (errors.length > 0) throw badFilter(errors.map(({ field, text }) => ({ where: field ?? '', text })))
      const reviewer = requirePerson(c).person.username
      await desk.audit.record({ kind: 'chain-exported', reviewer, format, filteredBy: filteredBy(filter) })
      const head = await findChainHead(desk.db)
      const entries = walkEntries(desk.db, filter, { through: head?.sequence ?? 0 })
      c.header('content-type', format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl')
      c.header('content-disposition', `attachment; filename="audit.${format}"`)
      c.header('cache-control', 'no-store')
      return c.body(streamLines(linesOf(entries, format), desk.log))
    })
  }

  return app
}

/** A page in either direction, always shown with the newest first. */
async function readPage(
  db: DeskDb,
  filter: AuditFilter,
  c: Context<WebEnv>,
): Promise<{
  entries: readonly FoundEntry[]
  newerHref: string | undefined
  olderHref: string | undefined
}> {
  const after = numberOf(c.req.query('after'))
  const before = numberOf(c.req.query('before'))
  const limit = ENTRIES_PER_PAGE + 1
  const isUpwards = after !== undefined
  const found = isUpwards
    ? await findEntries(db, filter, { direction: 'newer', from: after, limit })
    : await findEntries(db, filter, {
        direction: 'older',
        ...(before === undefined ? {} : { from: before }),
        limit,
      })
  const hasMore = found.length === limit
  const page = found.slice(0, ENTRIES_PER_PAGE)
  const entries = isUpwards ? page.toReversed() : page
  const hasNewer = isUpwards ? hasMore : before !== undefined
  const hasOlder = isUpwards || hasMore
  const first = entries[0]?.sequence
  const last = entries.at(-1)?.sequence
  const link = (more: Record<string, string>) => `${paths.audit}${filterQuery(filter, more)}`
  return {
    entries,
    newerHref: hasNewer ? link(first === undefined ? {} : { after: `${first}` }) : undefined,
    olderHref: hasOlder && last !== undefined ? link({ before: `${last}` }) : undefined,
  }
}

async function* linesOf(entries: AsyncIterable<FoundEntry>, format: 'jsonl' | 'csv'): AsyncGenerator<string> {
  if (format === 'csv') yield CHAIN_CSV_HEAD
  for await (const found of entries) yield format === 'csv' ? csvOf(found) : `${found.line}\n`
}

/** A line that is not as it was written still has its number. */
function csvOf({ sequence, entry }: FoundEntry): string {
  return entry === undefined
    ? `${sequence},,,,,This entry is not as it was written.,\r\n`
    : chainCsvLine(entry)
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined
}

function badFilter(problems: readonly { where: string; text: string }[]): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'bad-filter',
    message: 'The filter is wrong, so nothing was exported.',
    remedy: 'Correct it on the page of the audit chain, and export from there.',
    problems: problems.map(({ where, text }) => ({ where, what: text, remedy: '' })),
  })
}
