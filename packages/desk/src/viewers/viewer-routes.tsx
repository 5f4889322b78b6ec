import { FileViewKind } from '@scoregate/protocol/audit'
import { ScoregateError } from '@scoregate/protocol/errors'
import { showInertLine } from '@scoregate/ui/inert-text'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import type { Audit } from '../audit/audit.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { parseOffset, paths } from '../paths.ts'
import { HOLD_READERS, requireRole } from '../people/roles.ts'
import { getSealedFile, sayVaultErrors } from '../review/sealed-file.ts'
import type { Vault } from '../vault/vault.ts'
import { FilePage } from './file-page.tsx'
import { readCoverage } from './file-view.ts'
import { viewHex } from './hex-view.tsx'
import { PROBE_BYTES, viewForContent } from './kind-of-content.ts'
import { redrawPicture, viewPicture } from './picture-view.tsx'
import { recordViews } from './record-view.ts'
import { RENDERED_MAX_BYTES, RENDERED_POLICY, viewRendered } from './rendered-view.tsx'
import { viewTable } from './table-view.tsx'
import { viewText } from './text-view.tsx'
import { viewTree } from './tree-view.tsx'
import type { FileView, ViewedFile, ViewQuery } from './viewed-file.ts'

/** What the pages of files need of their desk. */
export type ViewerDesk = {
  readonly db: DeskDb
  readonly vault: Vault
  /** What is shown is on the audit chain first. */
  readonly audit: Audit
  readonly clock: () => Date
  readonly frame: Frame
}

const VIEWS: Readonly<Record<FileViewKind, (file: ViewedFile, query: ViewQuery) => Promise<FileView>>> = {
  text: viewText,
  table: viewTable,
  tree: viewTree,
  picture: viewPicture,
  rendered: viewRendered,
  hex: viewHex,
}

/** The sealed files of a hold, each in the views that the reviewer chooses from. */
export function viewerRoutes(desk: ViewerDesk): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  app.use('/holds/*', requireRole(...HOLD_READERS))

  app.get('/holds/:id/files/:n', async (c) => {
    const file = await openFile(desk, c)
    return await sayVaultErrors(() => showFile(desk, c, file))
  })

  app.get('/holds/:id/files/:n/line', async (c) => {
    const { hold, number, entry, bytes } = await openFile(desk, c)
    const line = Math.max(1, parseOffset(c.req.query('line')))
    const offset = await sayVaultErrors(() => bytes.offsetOfLine(entry, line))
    const view = { as: 'text' as const, offset: offset ?? Math.max(0, entry.sizeBytes - 1) }
    return c.redirect(`${paths.fileView(hold.id, number, view)}#L${line}`, 303)
  })

  app.get('/holds/:id/files/:n/picture.png', async (c) => {
    const file = await openFile(desk, c)
    const drawn = await sayVaultErrors(() => redrawPicture(file))
    if (drawn.kind === 'none') throw noPicture(drawn.reason)
    // Also whoever has only this address has been shown something.
    const reviewer = requirePerson(c).person.username
    await recordViews(desk, [{ file, reviewer, as: 'picture', shown: [] }])
    c.header('content-type', 'image/png')
    c.header('content-security-policy', "sandbox; default-src 'none'; frame-ancestors 'none'")
    return c.body(new Uint8Array(drawn.png))
  })

  app.get('/holds/:id/files/:n/rendered', async (c) => {
    const file = await openFile(desk, c)
    const { hold, number, entry, bytes } = file
    // In a tab of its own a click could lead away: there is no page around it that says where a frame may go.
    if (c.req.header('sec-fetch-dest') !== 'iframe' || entry.sizeBytes > RENDERED_MAX_BYTES)
      return c.redirect(paths.fileView(hold.id, number, { as: 'rendered' }), 303)
    const page = await sayVaultErrors(() => bytes.read(entry, { offset: 0, length: RENDERED_MAX_BYTES }))
    const reviewer = requirePerson(c).person.username
    await recordViews(desk, [{ file, reviewer, as: 'rendered', shown: [] }])
    c.header('content-type', 'text/html; charset=utf-8')
    c.header('content-security-policy', RENDERED_POLICY)
    return c.body(new Uint8Array(page))
  })

  return app
}

function noPicture(reason: string): ScoregateError {
  return new ScoregateError({
    kind: 'not-found',
    code: 'no-picture',
    message: reason,
    remedy: 'Look at it as text, or byte by byte.',
  })
}

async function openFile(desk: ViewerDesk, c: Context<WebEnv>): Promise<ViewedFile> {
  const found = await getSealedFile(desk.db, c.req.param('id') ?? '', c.req.param('n') ?? '')
  return { ...found, bytes: desk.vault.bytes }
}

async function showFile(desk: ViewerDesk, c: Context<WebEnv>, file: ViewedFile): Promise<Response> {
  const { hold, entry, bytes } = file
  const chosen = FileViewKind.safeParse(c.req.query('as'))
  const as = chosen.success
    ? chosen.data
    : viewForContent(await bytes.read(entry, { offset: 0, length: PROBE_BYTES }))
  const { content, shown } = await VIEWS[as](file, (name) => c.req.query(name))
  const reviewer = requirePerson(c).person.username
  await recordViews(desk, [{ file, reviewer, as, shown }])
  const coverage = (await readCoverage(desk.db, { hold: hold.id, reviewer })).get(file.number)
  const page = <FilePage {...{ file, as, coverage, content }} isChosen={chosen.success} />
  return c.html(desk.frame(c, { title: showInertLine(entry.path), place: 'inbox', content: page }))
}
