import { createHash } from 'node:crypto'
import type { Refusal } from '@scoregate/gate/hold'
import { type ErrorKind, ScoregateError } from '@scoregate/protocol/errors'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { sendStream } from '@scoregate/web/request-body'
import { Hono } from 'hono'
import { findFirstApprovals, withdrawApproval } from '../approvals/approval-records.ts'
import { auditHold } from '../audit/record-act.ts'
import { findChecks, findChecksOf, listFindings } from '../checks/hold-checks.ts'
import { diffFile } from '../history/diff-file.ts'
import { findLastHold } from '../history/last-hold.ts'
import { getHold } from '../holds/hold-queries.ts'
import { claimHold, endClaim, findClaims } from '../inbox/claims.ts'
import { parseInboxQuery } from '../inbox/inbox-query.ts'
import { countFound, listHolds } from '../inbox/list-holds.ts'
import { readLedger } from '../ledger/ledger.ts'
import { parseOffset } from '../paths.ts'
import { HOLD_READERS, requireAnyRole, requireRole } from '../people/roles.ts'
import { getReceipt } from '../release/get-receipt.ts'
import { listOutbox } from '../release/outbox-queries.ts'
import { decideHold, type ReviewerDecision } from '../review/decide-hold.ts'
import { findDecision } from '../review/decision-record.ts'
import { looksAt } from '../review/looked-at.ts'
import { reasonAndNote } from '../review/reject-reasons.ts'
import type { ReviewDesk } from '../review/review-routes.tsx'
import { getSealedFile, sayVaultErrors } from '../review/sealed-file.ts'
import { countRead } from '../viewers/count-read.ts'
import { readCoverage } from '../viewers/file-view.ts'
import { recordViews } from '../viewers/record-view.ts'
import { toHoldDetails, toHoldDiff, toHoldLine, toShownClaim } from './hold-answers.ts'
import {
  type ClaimAnswer,
  type DecisionAnswer,
  DecisionRequest,
  type FileDiff,
  HOLDS_PATH,
  type HoldDiff,
  HoldListName,
  type HoldPage,
  type HoldQuery,
  type WithdrawalAnswer,
} from './hold-api.ts'
import { tail } from './stream-tail.ts'

/** The API that `hold-api.ts` describes. */
export function apiRoutes(desk: Omit<ReviewDesk, 'frame'> & { claimSeconds: number }): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.get(HOLDS_PATH, requireAnyRole(), async (c) => {
    const reviewer = requirePerson(c).person.username
    const query = askedFor(c.req.query())
    const now = desk.clock()
    const { holds, hasNext } = await listHolds(desk.db, query, { now })
    const ids = holds.map(({ id }) => id)
    const claims = await findClaims(desk.db, ids, now)
    const checks = await findChecksOf(desk.db, ids)
    const firsts = await findFirstApprovals(desk.db, ids)
    const found = await countFound(desk.db, query, now)
    const last = ids.at(-1)
    const page: HoldPage = {
      holds: holds.map((hold) =>
        toHoldLine(hold, {
          claims: claims.get(hold.id) ?? [],
          checks: checks.get(hold.id),
          first: firsts.get(hold.id),
        }),
      ),
      total: found.count,
      isMore: found.isMore,
      ...(hasNext && last !== undefined ? { nextAfter: last } : {}),
    }
    // Whoever has this answer already is shown nothing, so that a list can be watched without an entry for every look.
    const tag = `"${createHash('sha256').update(JSON.stringify(page)).digest('base64url')}"`
    c.header('etag', tag)
    if (c.req.header('if-none-match') === tag) return c.body(null, 304)
    const view = { reviewer, list: query.list, holds: ids, holdCount: ids.length }
    await desk.audit.record({ kind: 'list-viewed', ...view })
    return c.json(page)
  })

  app.get(`${HOLDS_PATH}/:id`, requireRole(...HOLD_READERS), async (c) => {
    const reviewer = requirePerson(c).person.username
    const hold = await getHold(desk.db, c.req.param('id'))
    await desk.audit.record({ kind: 'hold-viewed', reviewer, hold: auditHold(hold) })
    const decision = await findDecision(desk.db, hold.id)
    const publishing = await listOutbox(desk.db, hold.id)
    const claims = (await findClaims(desk.db, [hold.id], desk.clock())).get(hold.id) ?? []
    const checks = await findChecks(desk.db, hold.id)
    const findings = await listFindings(desk.db, hold.id)
    const ledger = await readLedger(desk.db, hold)
    const seen = await readCoverage(desk.db, { hold: hold.id, reviewer })
    const looks = looksAt(hold, seen)
    const first = (await findFirstApprovals(desk.db, [hold.id])).get(hold.id)
    const about = { claims, checks, findings, looks, seen, first }
    return c.json(toHoldDetails(hold, decision, publishing, ledger, about))
  })

  app.on(['POST', 'DELETE'], `${HOLDS_PATH}/:id/claim`, requireRole('reviewer'), async (c) => {
    const reviewer = requirePerson(c).person.username
    const hold = await getHold(desk.db, c.req.param('id') ?? '')
    await (c.req.method === 'POST' ? claimHold : endClaim)(desk, { hold, reviewer })
    await desk.audit.written()
    const claims = (await findClaims(desk.db, [hold.id], desk.clock())).get(hold.id) ?? []
    return c.json({ id: hold.id, claims: claims.map(toShownClaim) } satisfies ClaimAnswer)
  })

  app.get(`${HOLDS_PATH}/:id/files/:n`, requireRole(...HOLD_READERS), async (c) => {
    const reviewer = requirePerson(c).person.username
    const { hold, number, entry } = await getSealedFile(desk.db, c.req.param('id'), c.req.param('n'))
    const view = { reviewer, hold: auditHold(hold), fileNumber: number }
    await desk.audit.record({ kind: 'file-downloaded', ...view })
    const offset = Math.min(parseOffset(c.req.query('offset')), entry.sizeBytes)
    const { stream } = await desk.blobs.open(entry.sha256)
    return sendStream(c, {
      stream: countRead(desk.db, offset === 0 ? stream : tail(stream, offset), {
        ...{ hold: hold.id, fileNumber: number, reviewer, from: offset },
      }),
      sizeBytes: entry.sizeBytes - offset,
      mediaType: 'application/octet-stream',
      fileName: entry.path.split('/').at(-1) ?? 'file',
      disposition: 'attachment',
    })
  })

  app.get(`${HOLDS_PATH}/:id/diff`, requireRole(...HOLD_READERS), async (c) => {
    const reviewer = requirePerson(c).person.username
    const hold = await getHold(desk.db, c.req.param('id'))
    const previous = await findLastHold(desk.db, hold)
    for (const shown of [hold, ...(previous === undefined ? [] : [previous])])
      await desk.audit.record({ kind: 'hold-viewed', reviewer, hold: auditHold(shown) })
    return c.json(toHoldDiff(hold, previous) satisfies HoldDiff)
  })

  app.get(`${HOLDS_PATH}/:id/diff/:n`, requireRole(...HOLD_READERS), async (c) => {
    const reviewer = requirePerson(c).person.username
    const { hold, number } = await getSealedFile(desk.db, c.req.param('id'), c.req.param('n'))
    const last = await findLastHold(desk.db, hold)
    const diff = await sayVaultErrors(() => diffFile(desk.vault.bytes, { hold, last, number }))
    // It leaves out what is the same, so it counts for nothing as seen.
    await recordViews(desk, [{ file: { hold, number }, reviewer, as: 'text', shown: [] }])
    return c.json(diff satisfies FileDiff)
  })

  app.get(`${HOLDS_PATH}/:id/receipt`, requireRole(...HOLD_READERS), async (c) => {
    const hold = await getHold(desk.db, c.req.param('id'))
    return c.json(await getReceipt(desk.db, hold.id, c.req.query('outcome')))
  })

  app.post(`${HOLDS_PATH}/:id/decision`, requireRole('reviewer'), async (c) => {
    const reviewer = requirePerson(c).person.username
    const request = await parseBody(c, DecisionRequest)
    const hold = await getHold(desk.db, c.req.param('id'))
    const ticked = hold.offered.filter((artefact) => artefact.ticked).map((artefact) => artefact.name)
    const words = {
      ...(request.reason === undefined ? {} : { reason: request.reason }),
      ...(request.note === undefined ? {} : { note: request.note }),
    }
    const { digest } = request
    const decision: ReviewerDecision =
      request.decision === 'approve'
        ? { kind: 'approve', digest, artefacts: request.artefacts ?? ticked, ...words }
        : {
            kind: 'reject',
            digest,
            ...reasonAndNote(request.reason ?? '', request.note),
            sentence: request.sentence ?? 'no-more',
          }
    const result = await decideHold(desk, hold.id, { ...decision, reviewer })
    await desk.audit.written()
    if (result.kind === 'refused') throw decisionRefused(result.refusal)
    if (result.kind === 'recorded') {
      const { standing, needed } = result
      return c.json({ id: hold.id, state: 'awaiting', standing, needed } satisfies DecisionAnswer)
    }
    desk.onDecided()
    return c.json({ id: hold.id, state: result.state } satisfies DecisionAnswer)
  })

  app.delete(`${HOLDS_PATH}/:id/approval`, requireRole('reviewer'), async (c) => {
    const reviewer = requirePerson(c).person.username
    const id = c.req.param('id')
    await withdrawApproval(desk, { id, reviewer })
    await desk.audit.written()
    return c.json({ id, state: 'awaiting', standing: 0 } satisfies WithdrawalAnswer)
  })

  return app
}

/** `conflict` where the hold changed since it was looked at, `bad-input` where the request itself asks what cannot be. */
const REFUSAL_KIND = {
  'not-awaiting': 'conflict',
  expired: 'conflict',
  'may-not-decide': 'not-allowed',
  'approved-by-you': 'conflict',
  'nothing-in-common': 'conflict',
  'other-digest': 'conflict',
  hostile: 'conflict',
  superseded: 'conflict',
  'clock-behind': 'conflict',
  'clock-jumped': 'conflict',
  'vault-altered': 'conflict',
  'checks-not-ended': 'conflict',
  'required-check-failed': 'conflict',
  'signature-missing': 'conflict',
  'budget-exhausted': 'conflict',
  'artefact-not-allowed': 'bad-input',
  'not-looked-at': 'conflict',
  'nothing-to-release': 'bad-input',
  'reason-missing': 'bad-input',
  'reason-too-long': 'bad-input',
} as const satisfies Record<Refusal['code'], ErrorKind>

function decisionRefused(refusal: Refusal): ScoregateError {
  return new ScoregateError({
    kind: REFUSAL_KIND[refusal.code],
    code: refusal.code,
    message: refusal.sentence,
    remedy: 'Look at the hold as it is now; nothing was changed.',
  })
}

/** What a program asks of the lists. Throws `ScoregateError` (`bad-query`) with every key that makes no sense. */
function askedFor(given: Readonly<Record<string, string>>): HoldQuery {
  const query = parseInboxQuery(given)
  if (query.success) return query.data
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'bad-query',
    message: 'What is asked of the list makes no sense.',
    remedy: `Correct what is listed. The lists are ${HoldListName.options.join(', ')}.`,
    problems: query.error.issues.map(({ path, message }) => ({
      where: path.join('.'),
      what: message,
      remedy: 'Correct it or leave it out.',
    })),
  })
}
