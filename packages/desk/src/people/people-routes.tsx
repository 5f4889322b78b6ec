import { ScoregateError } from '@scoregate/protocol/errors'
import type { FormError } from '@scoregate/ui/form'
import type { PageProps } from '@scoregate/ui/page'
import type { Person } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { usernameKey } from '@scoregate/web/sign-in-limits'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import type { Child } from 'hono/jsx'
import { z } from 'zod'
import type { Mailer } from '../notices/mailer.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { changeRoles, disablePerson, enablePerson, liftLock } from './change-people.ts'
import { type InviteForm, InvitePage, NewLinkPage } from './invitation-pages.tsx'
import {
  type InvitationLink,
  invite,
  letChoosePassword,
  listInvitations,
  renewInvitation,
  revokeInvitation,
} from './invitations.ts'
import { getListedPerson, type ListedPerson, listPeople, type WaysOfSigningIn } from './list-people.ts'
import { type AccountDesk, endSessions } from './own-account.ts'
import { PeoplePage } from './people-page.tsx'
import { PersonPage } from './person-page.tsx'
import { requireProof } from './proof.tsx'
import { csrfFor, PEOPLE_READERS, Role, requireRole } from './roles.ts'

/** A single ticked box arrives as a text, several as a list, none not at all. */
const Roles = z.union([z.array(Role), Role.transform((role) => [role])]).default([])
const RolesForm = z.object({ roles: Roles })
const Invite = z.object({
  username: z.string().trim().max(200).default(''),
  roles: Roles,
  mail: z.string().trim().max(254).default(''),
})

/** A card of another part of the desk on the page of a person, with forms for a steward. */
export type PersonCard = (shown: {
  readonly person: Person
  readonly csrf: string
  readonly now: Date
}) => Promise<Child>

/** What the pages of people need of their desk. */
export type PeopleDesk = AccountDesk & {
  readonly frame: Frame
  readonly ways: readonly WaysOfSigningIn[]
  readonly personCards: readonly PersonCard[]
  readonly mailer: Mailer | undefined
  readonly siteName: string
  /** The address of the desk as people reach it. */
  readonly deskUrl: () => string
}

/** Stewards invite people and change what they may do; auditors look on. */
export function peopleRoutes(desk: PeopleDesk): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  const reader = requireRole(...PEOPLE_READERS)
  const steward = requireRole('steward')
  const proof = (back: (c: Context<WebEnv>) => string): MiddlewareHandler<WebEnv> =>
    requireProof(desk.clock, back)
  const toPeople = proof(() => paths.people)
  const toInvite = proof(() => paths.invite)
  const toPerson = proof((c) => paths.personOfDesk(c.req.param('name') ?? ''))

  app.get(paths.people, reader, async (c) => {
    const now = desk.clock()
    const people = await listPeople(desk.db, { ways: desk.ways, now })
    const locked = (await desk.accounts.limits.listLocked()).flatMap(({ usernameKey: key, ...lock }) => {
      const own = people.find(({ person }) => usernameKey(person.username) === key)
      return own === undefined ? [] : [{ username: own.person.username, ...lock }]
    })
    const invitations = await listInvitations(desk.db)
    const csrf = csrfFor(c, 'steward')
    const content = <PeoplePage {...{ people, invitations, locked, csrf, now }} />
    const flash = flashOf(c.req.query('done'))
    return c.html(desk.frame(c, { title: 'People', place: 'people', flash, content }))
  })

  app.get(paths.invite, steward, toInvite, (c) =>
    invitePage(desk, c, { username: '', roles: ['reviewer'], mail: '', errors: [] }),
  )

  app.post(paths.invite, steward, toInvite, async (c) => {
    const form = await parseBody(c, Invite)
    try {
      const link = await invite(desk.db, { ...form, by: nameOf(c), now: desk.clock() })
      return await newLinkPage(desk, c, { username: form.username, link, mail: form.mail })
    } catch (error) {
      return await invitePage(desk, c, { ...form, errors: fieldErrors(error) })
    }
  })

  app.post('/people/invitations/:number/renew', steward, toPeople, async (c) => {
    const given = { id: numberOf(c), by: nameOf(c), now: desk.clock() }
    const { username, ...link } = await renewInvitation(desk.db, given)
    return newLinkPage(desk, c, { username, link, mail: '' })
  })

  app.post('/people/invitations/:number/revoke', steward, toPeople, async (c) => {
    await revokeInvitation(desk.db, { id: numberOf(c), by: nameOf(c), now: desk.clock() })
    await desk.audit.written()
    return c.redirect(`${paths.people}?done=revoked`, 303)
  })

  app.get('/people/of/:name', steward, toPerson, async (c) =>
    personPage(desk, c, { listed: await listedOf(desk, c), errors: [] }),
  )

  app.post('/people/of/:name/roles', steward, toPerson, async (c) => {
    const listed = await listedOf(desk, c)
    const { roles } = await parseBody(c, RolesForm)
    try {
      await changeRoles(desk, { by: nameOf(c), person: listed.person, roles })
    } catch (error) {
      return personPage(desk, c, { listed, errors: fieldErrors(error) })
    }
    return c.redirect(`${paths.personOfDesk(listed.person.username)}?done=roles`, 303)
  })

  const acts = { disable: disablePerson, enable: enablePerson, unlock: liftLock } as const
  for (const [what, act] of Object.entries(acts)) {
    app.post(`/people/of/:name/${what}`, steward, toPerson, async (c) => {
      const { person } = await listedOf(desk, c)
      await act(desk, { by: nameOf(c), person })
      return c.redirect(`${paths.people}?done=${what}`, 303)
    })
  }

  app.post('/people/of/:name/end-sessions', steward, toPerson, async (c) => {
    const { person } = await listedOf(desk, c)
    await endSessions(desk, { by: nameOf(c), person, choice: { kind: 'all' } })
    return c.redirect(`${paths.people}?done=end-sessions`, 303)
  })

  app.post('/people/of/:name/new-password', steward, toPerson, async (c) => {
    const { username } = (await listedOf(desk, c)).person
    const link = await letChoosePassword(desk.db, { username, by: nameOf(c), now: desk.clock() })
    return newLinkPage(desk, c, { username, link, mail: '' })
  })

  return app
}

function nameOf(c: Context<WebEnv>): string {
  return requirePerson(c).person.username
}

function numberOf(c: Context<WebEnv>): number {
  const number = c.req.param('number') ?? ''
  return /^[0-9]{1,9}$/.test(number) ? Number(number) : 0
}

function listedOf(desk: PeopleDesk, c: Context<WebEnv>): Promise<ListedPerson> {
  return getListedPerson(desk.db, c.req.param('name') ?? '', { ways: desk.ways, now: desk.clock() })
}

async function invitePage(desk: PeopleDesk, c: Context<WebEnv>, form: InviteForm): Promise<Response> {
  const csrf = csrfFor(c, 'steward') ?? ''
  const content = <InvitePage form={form} hasMailServer={desk.mailer !== undefined} csrf={csrf} />
  const html = desk.frame(c, { title: 'Invite somebody', place: 'people', width: 'narrow', content })
  return c.html(html, form.errors.length === 0 ? 200 : 400)
}

async function personPage(
  desk: PeopleDesk,
  c: Context<WebEnv>,
  { listed, errors }: { listed: ListedPerson; errors: readonly FormError[] },
): Promise<Response> {
  const csrf = csrfFor(c, 'steward') ?? ''
  const shown = { person: listed.person, csrf, now: desk.clock() }
  const content = (
    <PersonPage
      listed={listed}
      cards={await Promise.all(desk.personCards.map((card) => card(shown)))}
      sessions={await desk.accounts.listSessions(listed.person)}
      csrf={csrf}
      errors={errors}
      now={desk.clock()}
    />
  )
  const flash = errors.length === 0 ? flashOf(c.req.query('done')) : undefined
  const title = listed.person.username
  const html = desk.frame(c, { title, place: 'people', width: 'narrow', flash, content })
  return c.html(html, errors.length === 0 ? 200 : 400)
}

/** Shows a new link, this once, and sends it where that is wished. */
async function newLinkPage(
  desk: PeopleDesk,
  c: Context<WebEnv>,
  { username, link, mail }: { username: string; link: InvitationLink; mail: string },
): Promise<Response> {
  await desk.audit.written()
  const { secret, until } = link
  const href = new URL(paths.invitation(secret), desk.deskUrl()).href
  const answer =
    mail === '' || desk.mailer === undefined
      ? undefined
      : await desk.mailer.write(mail, invitationMail({ siteName: desk.siteName, username, href, until }))
  const content = <NewLinkPage {...{ username, href, until }} mailed={answer?.kind} />
  return c.html(desk.frame(c, { title: `A link for ${username}`, place: 'people', width: 'narrow', content }))
}

function invitationMail(given: { siteName: string; username: string; href: string; until: Date }): {
  subject: string
  text: string
} {
  return {
    subject: 'You are invited to a review desk',
    text: [
      `You are invited to the review desk of ${given.siteName}. Your name there is ${given.username}.`,
      `Open this link and choose a password:\n${given.href}`,
      `It works once, until ${given.until.toISOString().slice(0, 16).replace('T', ' ')} UTC. If you do not know what this is about, do nothing.`,
    ].join('\n\n'),
  }
}

/** What is wrong with a form, at its fields. Throws anything that is no fault of the form. */
function fieldErrors(error: unknown): FormError[] {
  if (!(error instanceof ScoregateError)) throw error
  if (error.code === 'last-steward') return [{ field: 'roles', text: `${error.message} ${error.remedy}` }]
  if (error.problems.length === 0) throw error
  return error.problems.map(({ where, what, remedy }) => ({
    field: where,
    text: `${where === 'username' ? 'The name' : 'The roles'} ${what}. ${remedy}`,
  }))
}

const FLASHES: Readonly<Record<string, PageProps['flash']>> = {
  roles: { tone: 'good', text: 'The roles are changed.' },
  revoked: { tone: 'good', text: 'The link is void.' },
  disable: { tone: 'good', text: 'The account is disabled, and nobody gets in by it any more.' },
  enable: { tone: 'good', text: 'The account is enabled again.' },
  unlock: { tone: 'good', text: 'They can try again now.' },
  institution: {
    tone: 'good',
    text: 'Saved: that account of the institution will be connected when it first comes.',
  },
  'institution-removed': {
    tone: 'good',
    text: 'Nobody gets in here by an account of the institution any more.',
  },
  'end-sessions': { tone: 'good', text: 'Their sessions have ended.' },
}

function flashOf(done: string | undefined): PageProps['flash'] {
  return done !== undefined && Object.hasOwn(FLASHES, done) ? FLASHES[done] : undefined
}
