import { ScoregateError } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { Hono } from 'hono'
import { z } from 'zod'
import { findDecidingOf } from '../approvals/deciding.ts'
import { auditHold, recordAct } from '../audit/record-act.ts'
import { findChecksOf } from '../checks/hold-checks.ts'
import { HoldId } from '../holds/hold-record.ts'
import { answerQuestion, findSigning, readSignatures } from '../passkeys/decision-signing.ts'
import type { ToSign, UnsignedDecision } from '../passkeys/sign-decision.ts'
import { paths } from '../paths.ts'
import { requireRole } from '../people/roles.ts'
import { chosenReason, type RejectReason } from '../review/reject-reasons.ts'
import type { ReviewDesk } from '../review/review-routes.tsx'
import {
  type BulkItem,
  type BulkVerdict,
  decideInBulk,
  parseBulkItem,
  sortForBulk,
  withinLimit,
} from './bulk.ts'
import { BulkDonePage, BulkPage } from './bulk-page.tsx'
import { findClaims } from './claims.ts'
import { readHolds } from './list-holds.ts'

const BulkActName = z.enum(['release', 'reject'])

/** A single ticked line arrives as a text, several as a list. */
const BulkForm = z.object({
  act: BulkActName,
  hold: z.union([z.array(z.string()), z.string().transform((item) => [item])]).default([]),
  reason: z.string().max(200).default(''),
  /** What a passkey answered, if one was asked. */
  passkey: z.string().max(65_536).default(''),
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
    const signing = await findSigning(desk, person.id)
    const deciding = await findDecidingOf(desk.db, { holds, reviewer: me, now: desk.clock() })
    const sorted = sortForBulk(holds, { checks, deciding })
    const content = <BulkPage {...{ act, claims, deciding, me, csrf: by.csrf, signing }} {...sorted} />
    const islands = ['passkey'] as const
    return c.html(desk.frame(c, { title: 'Decide together', place: 'inbox', islands, content }))
  })

  app.post(paths.bulk, requireRole('reviewer'), async (c) => {
    const { act, hold, passkey, ...given } = await parseBody(c, BulkForm)
    const reason = chosenReason(given.reason)
    const items = withinLimit(hold).flatMap((text) => parseBulkItem(text) ?? [])
    const verdict = act === 'release' ? ({ kind: 'release' } as const) : rejection(reason)
    const reviewer = requirePerson(c).person.username
    const toSign = signedTogether(act, items)
    const signed = await readSignatures(desk, c, { toSign, answer: passkey })
    if (signed.kind === 'refused') throw signatureRefused(signed.sentence)
    const signatures = signed.kind === 'signed' ? signed.signatures : undefined
    const outcomes = await decideInBulk(desk, { items, verdict, reviewer, signatures })
    if (outcomes.some(({ kind }) => kind === 'decided')) desk.onDecided()
    const content = <BulkDonePage act={act} outcomes={outcomes} />
    return c.html(desk.frame(c, { title: 'Decided together', place: 'inbox', content }))
  })
  app.post(paths.askBulkSignature, requireRole('reviewer'), async (c) => {
    const { act, hold } = await parseBody(c, BulkForm)
    const items = withinLimit(hold).flatMap((text) => parseBulkItem(text) ?? [])
    if (items.length === 0) throw nothingTicked()
    return answerQuestion(desk, c, signedTogether(act, items))
  })
  return app
}

function rejection(reason: RejectReason | ''): BulkVerdict {
  if (reason === '') throw reasonMissing()
  return { kind: 'reject', reason }
}

/** The decisions of a form, as a passkey signs them at once. */
function signedTogether(act: z.infer<typeof BulkActName>, items: readonly BulkItem[]): ToSign {
  const decisions = items.map(
    ({ digest: hold }): UnsignedDecision =>
      act === 'release'
        ? { hold, kind: 'approve', artefacts: ['scores'] }
        : { hold, kind: 'reject', artefacts: [] },
  )
  return { kind: 'together', decisions }
}

function nothingTicked(): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'nothing-ticked',
    message: 'No result was named, so there is nothing to sign.',
    remedy: 'Go back to the inbox and tick results.',
  })
}

function signatureRefused(sentence: string): ScoregateError {
  return new ScoregateError({
    kind: 'conflict',
    code: 'signature-refused',
    message: `Nothing was decided. ${sentence}`,
    remedy: 'Go back to the inbox, and decide anew.',
  })
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
