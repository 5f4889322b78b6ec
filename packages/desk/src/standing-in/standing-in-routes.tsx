import { ScoregateError } from '@scoregate/protocol/errors'
import type { FormError } from '@scoregate/ui/form'
import { PageHeader, Stack } from '@scoregate/ui/layout'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { z } from 'zod'
import type { Audit } from '../audit/audit.ts'
import type { DeskDb } from '../migrations/desk-tables.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import type { AccountCard, ShownAccount } from '../people/account-page.tsx'
import { requireRole, rolesOf } from '../people/roles.ts'
import { onlyForBrowsers } from '../tokens/only-for-browsers.ts'
import {
  delegate,
  listDelegations,
  listPlacesOf,
  listReviewerNames,
  revokeDelegation,
} from './delegations.ts'
import { declareName, listNames, withdrawName } from './platform-names.ts'
import { AbsenceCard, NamesCard, type RefusedAbsence } from './standing-in-cards.tsx'

type Desk = { readonly db: DeskDb; readonly clock: () => Date; readonly audit: Audit }

const Text = z.string().trim().max(200).default('')
const AbsenceForm = z.object({ to: Text, from: Text, until: Text })
const NameForm = z.object({ 'platform-name': z.string().max(1000).default('') })
const RowId = z.coerce.number().int().min(1)

/** The cards of one's absences and of one's names at the platforms, for reviewers. */
export function standingInCards({ db }: Pick<Desk, 'db'>): AccountCard[] {
  const forReviewers =
    (card: AccountCard): AccountCard =>
    async (account) =>
      (await rolesOf(db, account.person.id)).has('reviewer') ? card(account) : null
  return [
    forReviewers((account) => absenceCard(db, account)),
    forReviewers(async ({ person, session, now }) => (
      <NamesCard names={await listNames(db, person.id)} csrf={session?.csrf} now={now} />
    )),
  ]
}

/** Naming who decides in one's place, and one's names at the platforms. Each is on the chain. */
export function standingInRoutes(desk: Desk & { frame: Frame }): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.post(paths.delegate, requireRole('reviewer'), async (c) => {
    onlyForBrowsers(c)
    const wish = await parseBody(c, AbsenceForm)
    const errors = await problemsOf(() => delegate(desk, requirePerson(c).person, wish), {
      to: 'The reviewer',
      from: 'The first day',
      until: 'The last day',
    })
    await desk.audit.written()
    if (errors.length === 0) return c.redirect(`${paths.account()}#absence`, 303)
    return formAgain(desk, c, await absenceCard(desk.db, accountOf(desk, c), { ...wish, errors }))
  })

  app.post('/account/delegations/:id/end', requireRole('reviewer'), async (c) => {
    onlyForBrowsers(c)
    const id = RowId.safeParse(c.req.param('id'))
    if (id.success) await revokeDelegation(desk, requirePerson(c).person, id.data)
    await desk.audit.written()
    return c.redirect(`${paths.account()}#absence`, 303)
  })

  app.post(paths.declareName, requireRole('reviewer'), async (c) => {
    onlyForBrowsers(c)
    const { 'platform-name': name } = await parseBody(c, NameForm)
    const { person, session, now } = accountOf(desk, c)
    const problems = await problemsOf(() => declareName(desk, person, name), { name: 'The name' })
    // Other cards of the page have a field of this name, too.
    const errors = problems.map((problem) => ({ ...problem, field: 'platform-name' }))
    await desk.audit.written()
    if (errors.length === 0) return c.redirect(`${paths.account()}#platform-names`, 303)
    const names = await listNames(desk.db, person.id)
    return formAgain(
      desk,
      c,
      <NamesCard names={names} refused={{ name, errors }} csrf={session?.csrf} now={now} />,
    )
  })

  app.post('/account/platform-names/:id/end', requireRole('reviewer'), async (c) => {
    onlyForBrowsers(c)
    const id = RowId.safeParse(c.req.param('id'))
    if (id.success) await withdrawName(desk, requirePerson(c).person, id.data)
    await desk.audit.written()
    return c.redirect(`${paths.account()}#platform-names`, 303)
  })

  return app
}

async function absenceCard(
  db: DeskDb,
  { person, session, now }: ShownAccount,
  refused?: RefusedAbsence,
): Promise<Child> {
  const names = await listReviewerNames(db)
  return (
    <AbsenceCard
      delegations={await listDelegations(db, { personId: person.id, now })}
      places={await listPlacesOf(db, { delegateKey: person.username.toLowerCase(), now })}
      others={names.filter((name) => name !== person.username)}
      refused={refused}
      csrf={session?.csrf}
      now={now}
    />
  )
}

function accountOf(desk: Desk, c: Context<WebEnv>): ShownAccount {
  const { person, by } = requirePerson(c)
  const session = by.kind === 'session' ? { id: by.sessionId, csrf: by.csrf } : undefined
  return { person, session, now: desk.clock() }
}

function formAgain(desk: { frame: Frame }, c: Context<WebEnv>, card: Child): Response | Promise<Response> {
  const content = (
    <Stack>
      <PageHeader title="My account" />
      {card}
    </Stack>
  )
  return c.html(desk.frame(c, { title: 'My account', place: 'account', width: 'narrow', content }), 400)
}

/** What is wrong with a form, at its fields. Throws what is not about a field. */
async function problemsOf(
  act: () => Promise<void>,
  names: Readonly<Record<string, string>>,
): Promise<FormError[]> {
  try {
    await act()
    return []
  } catch (error) {
    if (!(error instanceof ScoregateError) || error.problems.length === 0) throw error
    return error.problems.map(({ where, what }) => ({
      field: where,
      text: `${names[where] ?? where} ${what}.`,
    }))
  }
}
