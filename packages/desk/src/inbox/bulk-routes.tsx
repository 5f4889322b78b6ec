import { ScoregateError } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { Hono } from 'hono'
import { z } from 'zod'
import { auditHold, recordAct } from '../audit/record-act.ts'
import { findChecksOf } from '../checks/hold-checks.ts'
import { HoldId } from '../holds/hold-record.ts'
import { paths } from '../paths.ts'
import { requireRole } from '../people/roles.ts'
import { chosenReason, type RejectReason } from '../review/reject-reasons.ts'
import type { ReviewDesk } from '../review/review-routes.tsx'
import { type BulkVerdict, decideInBulk, parseBulkItem, sortForBulk, withinLimit } from './bulk.ts'
import { BulkDonePage, BulkPage } from './bulk-page.tsx'
import { findClaims } from './claims.ts'
import { readHolds } from './list-holds.ts'

const BulkActName = z.enum(['release', 'reject'])

/** A single ticked line arrives as a text, several as a list. */
const BulkForm = z.object({
  act: BulkActName,
  hold: z.union([z.array(z.string()), z.string().transform((item) => [item])]).default([]),
  reason: z.string().max(200).default(''),
})

/** Deciding the ticked lines of the inbox: one page that says what would happen, and the decisions. */
export function bulkRoutes(desk: ReviewDesk): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get(paths.bulk, requireRole('reviewer'), async (c) => {
    const { person, by } = requirePerson(c)
    const me = person.username
    if (by.kind !== 'session') throw forBrowsers()
    const act = BulkActName.catch('release').parse(c.req.query('act'))
    const ids = withinLimit(c.req.queries('hold') ?? []).flatMap((id) => HoldId.safeParse(id).data ?? [])
    const holds = await readHolds(desk.db, ids)
    // The page shows all that a release of each would let out, so it counts as a look at each.
    await desk.db.transaction().execute(async (transaction) => {
      for (const hold of holds) {
        const view = { kind: 'hold-viewed', reviewer: me, hold: auditHold(hold) } as const
        await recordAct(transaction, { act: view, now: desk.clock() })
      }
    })
    await desk.audit.written()
    const checks = await findChecksOf(desk.db, ids)
    const claims = await findClaims(desk.db, ids, desk.clock())
    const content = <BulkPage {...{ act, claims, me, csrf: by.csrf }} {...sortForBulk(holds, checks)} />
    return c.html(desk.frame(c, { title: 'Decide together', place: 'inbox', content }))
  })

  app.post(paths.bulk, requireRole('reviewer'), async (c) => {
    const { act, hold, ...given } = await parseBody(c, BulkForm)
    const reason = chosenReason(given.reason)
    const items = withinLimit(hold).flatMap((text) => parseBulkItem(text) ?? [])
    const verdict = act === 'release' ? ({ kind: 'release' } as const) : rejection(reason)
    const reviewer = requirePerson(c).person.username
    const outcomes = await decideInBulk(desk, { items, verdict, reviewer })
    if (outcomes.some(({ kind }) => kind === 'decided')) desk.onDecided()
    const content = <BulkDonePage act={act} outcomes={outcomes} />
    return c.html(desk.frame(c, { title: 'Decided together', place: 'inbox', content }))
  })
  return app
}

function rejection(reason: RejectReason | ''): BulkVerdict {
  if (reason === '') throw reasonMissing()
  return { kind: 'reject', reason }
}

function reasonMissing(): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'reason-missing',
    message: 'No reason was chosen, so nothing was rejected.',
    remedy: 'Go back and choose one of the reasons.',
  })
}

function forBrowsers(): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'browsers-only',
    message: 'This page is a form for a browser.',
    remedy: 'Decide each hold by itself, at the address of its decision.',
  })
}
