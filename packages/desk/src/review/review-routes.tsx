import { ARTEFACT_WORDS, ArtefactName } from '@scoregate/protocol/artefact'
import { Digest } from '@scoregate/protocol/digest'
import { RejectionSentence } from '@scoregate/protocol/reason-code'
import { ButtonLink } from '@scoregate/ui/button'
import { Callout } from '@scoregate/ui/feedback'
import { showInertLine } from '@scoregate/ui/inert-text'
import { Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import type { PageProps } from '@scoregate/ui/page'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { sendStream } from '@scoregate/web/request-body'
import { type Context, Hono } from 'hono'
import type { FC } from 'hono/jsx'
import { z } from 'zod'
import { listReadableApprovals, withdrawApproval } from '../approvals/approval-records.ts'
import { findDeciding } from '../approvals/deciding.ts'
import type { Audit } from '../audit/audit.ts'
import { auditHold } from '../audit/record-act.ts'
import { findChecks, listFindings } from '../checks/hold-checks.ts'
import { DiffPage } from '../history/diff-page.tsx'
import { findLastHold } from '../history/last-hold.ts'
import { readReleasedHistory } from '../history/released-history.ts'
import { getHold } from '../holds/hold-queries.ts'
import type { Hold } from '../holds/hold-record.ts'
import { findClaims } from '../inbox/claims.ts'
import { readLedger } from '../ledger/ledger.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { answerQuestion, findSigning, readSignatures } from '../passkeys/decision-signing.ts'
import type { PasskeyPlace } from '../passkeys/passkey-site.ts'
import { parseOffset, paths } from '../paths.ts'
import { csrfFor, HOLD_READERS, requireRole } from '../people/roles.ts'
import { getReceipt } from '../release/get-receipt.ts'
import { listOutbox } from '../release/outbox-queries.ts'
import type { SealedBytes } from '../vault/sealed-bytes.ts'
import type { Vault } from '../vault/vault.ts'
import { countRead } from '../viewers/count-read.ts'
import { readCoverage } from '../viewers/file-view.ts'
import { readTextStart } from '../viewers/read-text-start.ts'
import { recordViews } from '../viewers/record-view.ts'
import { type DecisionSite, decideHold, type ReviewerDecision } from './decide-hold.ts'
import { findDecision } from './decision-record.ts'
import type { ShownLog } from './files-card.tsx'
import { HoldContent } from './hold-page.tsx'
import { nextPlace } from './leaving.tsx'
import { looksAt } from './looked-at.ts'
import { chosenReason } from './reject-reasons.ts'
import { getSealedFile, isVaultError, sayVaultErrors } from './sealed-file.ts'

/** How much of each log the page of a hold shows. */
const LOG_BYTES = 65_536

/** A single ticked box arrives as a text, several as a list, none not at all. */
const TickedArtefacts = z.union([z.array(ArtefactName), ArtefactName.transform((name) => [name])]).default([])

const Note = z.string().trim().max(2000).default('')
/** What a passkey answered, if one was asked. */
const Passkey = z.string().max(65_536).default('')
const ApproveForm = z.object({
  digest: Digest,
  artefacts: TickedArtefacts,
  approvalNote: Note,
  passkey: Passkey,
})
const RejectForm = z.object({
  digest: Digest,
  reason: z.string().max(200).default(''),
  note: Note,
  sentence: RejectionSentence.default('no-more'),
  passkey: Passkey,
})
const SignedForm = z.object({ digest: Digest, artefacts: TickedArtefacts })

/** What the reviewing pages need of their desk. */
export type ReviewDesk = DecisionSite & {
  readonly passkeys: () => PasskeyPlace
  /** What is shown is on the audit chain first. */
  readonly audit: Audit
  readonly vault: Vault
  readonly clock: () => Date
  readonly frame: Frame
  /** After a decision was committed: there is something to publish. */
  readonly onDecided: () => void
}

/** One hold, its files, and its decision by plain forms. */
export function reviewRoutes(desk: ReviewDesk): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  app.use('/holds/*', requireRole(...HOLD_READERS))

  app.get('/holds/:id', async (c) => {
    const hold = await getHold(desk.db, c.req.param('id'))
    const reviewer = requirePerson(c).person.username
    await desk.audit.record({ kind: 'hold-viewed', reviewer, hold: auditHold(hold) })
    return c.html(await holdPage(desk, c, hold))
  })

  app.post('/holds/:id/approve', requireRole('reviewer'), async (c) => {
    const { approvalNote: note, passkey, ...approval } = await parseBody(c, ApproveForm)
    const decision = { kind: 'approve', ...approval, ...(note === '' ? {} : { note }) } as const
    return decideByForm(desk, c, { decision, passkey })
  })

  app.post('/holds/:id/reject', requireRole('reviewer'), async (c) => {
    const { digest, reason: given, note, sentence, passkey } = await parseBody(c, RejectForm)
    const words = { reason: chosenReason(given), sentence, ...(note === '' ? {} : { note }) }
    const decision = { kind: 'reject', digest, ...words } as const
    return decideByForm(desk, c, { decision, passkey })
  })

  app.post('/holds/:id/withdraw', requireRole('reviewer'), async (c) => {
    const id = c.req.param('id')
    await withdrawApproval(desk, { id, reviewer: requirePerson(c).person.username })
    await desk.audit.written()
    return c.redirect(`${paths.hold(id)}?done=withdrawn`, 303)
  })

  for (const kind of ['approve', 'reject'] as const) {
    app.post(`/holds/:id/${kind}/question`, requireRole('reviewer'), async (c) => {
      const { digest: hold, artefacts } = await parseBody(c, SignedForm)
      return answerQuestion(desk, c, { kind: 'one', decision: { kind, hold, artefacts } })
    })
  }
  app.get('/holds/:id/diff', async (c) => {
    const hold = await getHold(desk.db, c.req.param('id'))
    const last = await findLastHold(desk.db, hold)
    const reviewer = requirePerson(c).person.username
    for (const shown of [hold, ...(last === undefined ? [] : [last])])
      await desk.audit.record({ kind: 'hold-viewed', reviewer, hold: auditHold(shown) })
    const content = <DiffPage hold={hold} last={last} now={desk.clock()} />
    return c.html(desk.frame(c, { title: 'What is new', place: 'inbox', content }))
  })

  app.get('/holds/:id/files/:n/download', async (c) => {
    const { hold, number, entry } = await getSealedFile(desk.db, c.req.param('id'), c.req.param('n'))
    const reviewer = requirePerson(c).person.username
    await desk.audit.record({
      kind: 'file-downloaded',
      ...{ reviewer, hold: auditHold(hold), fileNumber: number },
    })
    const { stream, sizeBytes } = await sayVaultErrors(() => desk.blobs.open(entry.sha256))
    return sendStream(c, {
      stream: countRead(desk.db, stream, { hold: hold.id, fileNumber: number, reviewer, from: 0 }),
      sizeBytes,
      mediaType: 'application/octet-stream',
      fileName: entry.path.split('/').at(-1) ?? 'file',
      disposition: 'attachment',
    })
  })

  app.get('/holds/:id/receipts/:outcome', async (c) => {
    const hold = await getHold(desk.db, c.req.param('id'))
    const outcome = c.req.param('outcome')
    const receipt = await getReceipt(desk.db, hold.id, outcome)
    c.header('content-disposition', `attachment; filename="receipt-${hold.id}-${outcome}.json"`)
    return c.json(receipt)
  })

  return app
}

async function holdPage(desk: ReviewDesk, c: Context<WebEnv>, hold: Hold): Promise<string> {
  const { logs, vaultProblem } = await readLogs(desk.vault.bytes, hold)
  const { person } = requirePerson(c)
  const reviewer = person.username
  const now = desk.clock()
  const claims = await findClaims(desk.db, [hold.id], now)
  const shown = logs.flatMap(({ number, shownTo: to }) =>
    to === undefined
      ? []
      : [{ file: { hold, number }, reviewer, as: 'text', shown: [{ from: 0, to }] } as const],
  )
  await recordViews(desk, shown)
  const content = (
    <HoldContent
      hold={hold}
      checks={await findChecks(desk.db, hold.id)}
      findings={await listFindings(desk.db, hold.id)}
      deciding={await findDeciding(desk.db, { hold, reviewer, now })}
      approvals={await listReadableApprovals(desk.db, hold, reviewer)}
      decision={await findDecision(desk.db, hold.id)}
      publishing={await listOutbox(desk.db, hold.id)}
      ledger={await readLedger(desk.db, hold)}
      logs={logs}
      history={await readReleasedHistory(desk.db, hold)}
      last={await findLastHold(desk.db, hold)}
      seen={await readCoverage(desk.db, { hold: hold.id, reviewer })}
      logBytes={LOG_BYTES}
      vaultProblem={vaultProblem}
      filesOffset={Math.min(parseOffset(c.req.query('files')), hold.manifest.entries.length)}
      csrf={csrfFor(c, 'reviewer')}
      signing={await findSigning(desk, person.id)}
      claims={claims.get(hold.id) ?? []}
      me={person.username}
      now={now}
    />
  )
  const title = showInertLine(hold.job.competition.title)
  const flash = flashOf(c.req.query('done'))
  return desk.frame(c, { title, place: 'inbox', flash, islands: ['passkey'], content })
}

function flashOf(done: string | undefined): PageProps['flash'] {
  if (done === 'approved') return { tone: 'good', text: 'Approved. What you ticked is being sent.' }
  if (done === 'recorded')
    return {
      tone: 'info',
      text: 'Your approval is recorded. Nothing leaves before a second reviewer approves.',
    }
  if (done === 'withdrawn') return { tone: 'info', text: 'Your approval is withdrawn. Nothing has left.' }
  if (done === 'rejected') return { tone: 'good', text: 'Rejected. Nothing leaves this site.' }
  return undefined
}

/**
 * The first part of each log of a failed run, since they are what there is to see of it. Those of a result are opened where
 * they are looked at, so that nothing counts as seen that lies far below the scores. A vault that was altered is said on
 * the page, which must still show everything else.
 */
async function readLogs(
  bytes: SealedBytes,
  hold: Hold,
): Promise<{ logs: ShownLog[]; vaultProblem: string | undefined }> {
  const logs: ShownLog[] = []
  if (hold.contentRemovedAt !== undefined || hold.kind === 'result') return { logs, vaultProblem: undefined }
  const numbered = hold.manifest.entries.map((entry, number) => ({ entry, number }))
  try {
    // The worker seals four; a deposit that names more is cut off here, and all are in the list of files.
    for (const { entry, number } of numbered.filter(({ entry }) => entry.section === 'logs').slice(0, 8)) {
      logs.push({ entry, number, ...(await readTextStart(bytes, entry, LOG_BYTES)) })
    }
    return { logs, vaultProblem: undefined }
  } catch (error) {
    if (!isVaultError(error)) throw error
    return { logs, vaultProblem: error.message }
  }
}

async function decideByForm(
  desk: ReviewDesk,
  c: Context<WebEnv>,
  { decision, passkey }: { decision: ReviewerDecision; passkey: string },
): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const reviewer = requirePerson(c).person.username
  const { kind, digest: hold } = decision
  const artefacts = decision.kind === 'approve' ? decision.artefacts : []
  const toSign = { kind: 'one', decision: { kind, hold, artefacts } } as const
  const signed = await readSignatures(desk, c, { toSign, answer: passkey })
  if (signed.kind === 'refused') return notDecided(desk, c, { id, sentence: signed.sentence })
  const signature = signed.kind === 'signed' ? signed.signatures[0] : undefined
  const result = await decideHold(desk, id, { ...decision, reviewer, signature })
  await desk.audit.written()
  if (result.kind === 'recorded') return c.redirect(`${paths.hold(id)}?done=recorded`, 303)
  if (result.kind === 'decided') {
    desk.onDecided()
    return c.redirect(`${paths.hold(id)}?done=${result.state}`, 303)
  }
  const unseen = result.refusal.code === 'not-looked-at' ? await unseenPlaces(desk, id, reviewer) : []
  return notDecided(desk, c, { id, sentence: result.refusal.sentence, unseen })
}

async function notDecided(
  desk: ReviewDesk,
  c: Context<WebEnv>,
  refused: { id: string; sentence: string; unseen?: readonly UnseenPlace[] },
): Promise<Response> {
  const content = <NotDecided {...refused} />
  return c.html(desk.frame(c, { title: 'Not decided', place: 'inbox', width: 'narrow', content }), 409)
}

type UnseenPlace = { readonly name: ArtefactName; readonly href: string }

/** Where a reviewer finds what they were not shown of what can leave. */
async function unseenPlaces({ db }: ReviewDesk, id: string, reviewer: string): Promise<UnseenPlace[]> {
  const hold = await getHold(db, id)
  const looks = looksAt(hold, await readCoverage(db, { hold: hold.id, reviewer }))
  return [...looks].flatMap(([name, { next }]) =>
    next === undefined ? [] : [{ name, href: nextPlace(hold, next) }],
  )
}

const NotDecided: FC<{
  id: string
  sentence: string
  unseen?: readonly UnseenPlace[]
}> = ({ id, sentence, unseen = [] }) => (
  <Stack>
    <PageHeader title="Your decision was not taken" />
    <Callout tone="warn" title={sentence}>
      Nothing was changed by what you sent. Look at the hold as it is now.
    </Callout>
    {unseen.length > 0 && (
      <ul>
        {unseen.map(({ name, href }) => (
          <li>
            <a href={href}>Open what you have not seen: {ARTEFACT_WORDS[name]}</a>
          </li>
        ))}
      </ul>
    )}
    <Cluster>
      <ButtonLink kind="primary" href={paths.hold(id)}>
        Look at it again
      </ButtonLink>
      <ButtonLink href={paths.inbox()}>To the inbox</ButtonLink>
    </Cluster>
  </Stack>
)
