import { ScoregateError } from '@scoregate/protocol/errors'
import type { PageProps } from '@scoregate/ui/page'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { Audit } from '../audit/audit.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { requireAnyRole } from '../people/roles.ts'
import {
  ChannelSettings,
  findChannel,
  listChannels,
  NoticeWay,
  removeChannel,
  setChannel,
} from './channels.ts'
import { listPerhapsDoubles } from './notice-messages.ts'
import type { NoticeSender } from './notice-sender.ts'
import { NoticesPage, type RefusedForm, WAY_WORDS } from './notices-page.tsx'
import { webhookRefusal } from './webhook-rules.ts'

/** A single ticked box arrives as a text, several as a list, none not at all. */
const Ticked = z.union([z.array(z.string()), z.string().transform((value) => [value])]).default([])
const Text = z.string().trim().max(2000).default('')

/** The fields of each form; their names begin with its way, since both are on one page. */
const FORMS = {
  mail: z.object({ 'mail-address': Text, 'mail-kinds': Ticked, 'mail-pace': Text }).transform((form) => ({
    ...{ address: form['mail-address'], kinds: form['mail-kinds'], pace: form['mail-pace'], shape: '' },
  })),
  webhook: z
    .object({ 'webhook-address': Text, 'webhook-shape': Text, 'webhook-kinds': Ticked, 'webhook-pace': Text })
    .transform((form) => ({
      ...{ address: form['webhook-address'], kinds: form['webhook-kinds'], pace: form['webhook-pace'] },
      shape: form['webhook-shape'],
    })),
} as const

/** What each field wants, where it does not have it. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  address: 'Write a whole address.',
  shape: 'Choose what it takes.',
  kinds: 'Tick at least one, or turn the notices off.',
  pace: 'Choose how soon.',
}

/** One message to one address in so long, whatever the button is pressed. */
const TEST_PAUSE_MILLISECONDS = 10_000

type NoticesDesk = {
  readonly db: DeskDb
  readonly audit: Audit
  readonly clock: () => Date
  readonly frame: Frame
  readonly notices: NoticeSender
  readonly hasMailServer: boolean
  readonly webhookHosts: readonly string[]
}

/** Where a reviewer says what notices they want; each reaches their own and nobody else's. */
export function noticesRoutes(desk: NoticesDesk): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  const testedAt = new Map<string, number>()
  app.use(paths.notices, requireAnyRole())
  app.use(`${paths.notices}/*`, requireAnyRole())

  app.get(paths.notices, (c) => noticesPage(desk, c, undefined))

  app.post('/notices/:way', async (c) => {
    const way = parseWay(c)
    const form = await parseBody(c, FORMS[way])
    const { shape, ...rest } = form
    const parsed = ChannelSettings.safeParse({ way, ...rest, ...(way === 'webhook' ? { shape } : {}) })
    const errors = parsed.success ? findRefusals(desk, parsed.data) : fieldErrors(parsed.error.issues)
    if (!parsed.success || errors.length > 0) return noticesPage(desk, c, { way, ...form, errors })
    const { person } = requirePerson(c)
    await setChannel(desk.db, { person, settings: parsed.data, now: desk.clock() })
    await desk.audit.written()
    desk.notices.wake()
    return c.redirect(`${paths.notices}?done=set-${way}`, 303)
  })

  app.post('/notices/:way/end', async (c) => {
    const way = parseWay(c)
    await removeChannel(desk.db, { person: requirePerson(c).person, way, now: desk.clock() })
    await desk.audit.written()
    return c.redirect(`${paths.notices}?done=ended-${way}`, 303)
  })

  app.post('/notices/:way/test', async (c) => {
    const way = parseWay(c)
    const { person } = requirePerson(c)
    const channel = await findChannel(desk.db, { personId: person.id, way })
    if (channel === undefined) return c.redirect(paths.notices, 303)
    const key = `${person.id} ${way}`
    const now = desk.clock().getTime()
    if (now - (testedAt.get(key) ?? Number.NEGATIVE_INFINITY) < TEST_PAUSE_MILLISECONDS) {
      return c.redirect(`${paths.notices}?done=too-soon-${way}`, 303)
    }
    testedAt.set(key, now)
    await desk.audit.record({ kind: 'notices-tested', reviewer: person.username, way })
    const answer = await desk.notices.test(channel)
    return c.redirect(
      `${paths.notices}?done=${answer.kind === 'sent' ? 'tested' : 'test-failed'}-${way}`,
      303,
    )
  })

  return app
}

async function noticesPage(
  desk: NoticesDesk,
  c: Context<WebEnv>,
  refused: RefusedForm | undefined,
): Promise<Response> {
  const { person, by } = requirePerson(c)
  const content = (
    <NoticesPage
      channels={await listChannels(desk.db, person.id)}
      doubles={await listPerhapsDoubles(desk.db, { personId: person.id, now: desk.clock() })}
      hasMailServer={desk.hasMailServer}
      webhookHosts={desk.webhookHosts}
      refused={refused}
      csrf={by.kind === 'session' ? by.csrf : undefined}
      now={desk.clock()}
    />
  )
  const flash = flashOf(c.req.query('done'))
  const html = desk.frame(c, { title: 'Notices', place: 'notices', width: 'narrow', flash, content })
  return c.html(html, refused === undefined ? 200 : 400)
}

const FLASHES = {
  set: { tone: 'good', text: 'Saved. Send a test notice to see whether it arrives.' },
  ended: { tone: 'good', text: 'Turned off. Nothing more is sent there.' },
  tested: { tone: 'good', text: 'The test notice was sent.' },
  'test-failed': { tone: 'bad', text: 'The test notice did not arrive. Below you see why.' },
  'too-soon': { tone: 'warn', text: 'A test notice was sent a moment ago. Wait ten seconds.' },
} as const

function flashOf(done: string | undefined): PageProps['flash'] {
  for (const [key, { tone, text }] of Object.entries(FLASHES)) {
    const way = NoticeWay.options.find((way) => done === `${key}-${way}`)
    if (way !== undefined) return { tone, text: `${WAY_WORDS[way]}: ${text}` }
  }
  return undefined
}

function parseWay(c: Context<WebEnv>): NoticeWay {
  const way = NoticeWay.safeParse(c.req.param('way'))
  if (way.success) return way.data
  throw new ScoregateError({
    kind: 'not-found',
    code: 'no-such-way',
    message: 'Notices do not go this way.',
    remedy: 'They go by mail or by webhook.',
  })
}

function findRefusals(desk: NoticesDesk, settings: ChannelSettings): RefusedForm['errors'] {
  if (settings.way === 'mail') {
    return desk.hasMailServer ? [] : [{ field: 'address', text: 'No mail server is set for this desk.' }]
  }
  const refusal = webhookRefusal(settings.address, desk.webhookHosts)
  return refusal === undefined ? [] : [{ field: 'address', text: refusal }]
}

function fieldErrors(issues: readonly z.core.$ZodIssue[]): RefusedForm['errors'] {
  const fields = new Set(issues.map(({ path }) => String(path[0])))
  return [...fields].map((field) => ({ field, text: FIELD_WORDS[field] ?? 'Correct this.' }))
}
