import { PageHeader, Stack } from '@scoregate/ui/layout'
import type { PageProps } from '@scoregate/ui/page'
import type { Person } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { requirePerson } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import type { Child, FC } from 'hono/jsx'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { ROLE_WORDS, Role, requireAnyRole } from './roles.ts'

/** Whose account is shown, and what the forms of its cards need. */
export type ShownAccount = {
  readonly person: Person
  /** The session that looks; undefined for whoever reads with a token, who gets no forms. */
  readonly session: { readonly id: string; readonly csrf: string } | undefined
  readonly now: Date
}

/** One card of the page: it reads what it shows itself, each time. Answers nothing where there is nothing to show. */
export type AccountCard = (account: ShownAccount) => Promise<Child>

/** The page of one's own account: cards, each of its own part of the desk, in the order in which they are given. */
export function accountRoutes(desk: {
  clock: () => Date
  frame: Frame
  cards: readonly AccountCard[]
}): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  app.get(paths.account(), requireAnyRole(), async (c) => {
    const { person, by } = requirePerson(c)
    const session = by.kind === 'session' ? { id: by.sessionId, csrf: by.csrf } : undefined
    const cards = await Promise.all(desk.cards.map((card) => card({ person, session, now: desk.clock() })))
    const content = <AccountPage person={person} roles={rolesIn(c)} cards={cards} />
    const flash = flashOf(c.req.query('done'))
    const islands = ['passkey'] as const
    return c.html(
      desk.frame(c, { title: 'My account', place: 'account', width: 'narrow', flash, islands, content }),
    )
  })
  return app
}

const FLASHES: Readonly<Record<string, PageProps['flash']>> = {
  ended: { tone: 'good', text: 'Ended. Whoever sits there has to sign in again.' },
  'passkey-added': { tone: 'good', text: 'Your passkey is added.' },
  'passkey-removed': { tone: 'good', text: 'That passkey is removed.' },
  'had-ended': { tone: 'info', text: 'That session had ended already.' },
  password: { tone: 'good', text: 'Your password is changed, and your other sessions have ended.' },
}

function flashOf(done: string | undefined): PageProps['flash'] {
  return done !== undefined && Object.hasOwn(FLASHES, done) ? FLASHES[done] : undefined
}

function rolesIn(c: Context<WebEnv>): Role[] {
  return Role.options.filter((role) => c.get('siteRoles')?.has(role) === true)
}

const AccountPage: FC<{ person: Person; roles: readonly Role[]; cards: Child[] }> = ({
  person,
  roles,
  cards,
}) => (
  <Stack>
    <PageHeader
      title="My account"
      description={`${person.username}: ${roles.map((role) => ROLE_WORDS[role].name.toLowerCase()).join(', ')}`}
    />
    {cards}
  </Stack>
)
