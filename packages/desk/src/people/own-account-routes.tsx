import { ScoregateError } from '@scoregate/protocol/errors'
import type { FormError } from '@scoregate/ui/form'
import { PageHeader, Stack } from '@scoregate/ui/layout'
import { clientAddress } from '@scoregate/web/client-address'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { Frame } from '../pages/desk-frame.tsx'
import { paths } from '../paths.ts'
import { onlyForBrowsers } from '../tokens/only-for-browsers.ts'
import type { AccountCard } from './account-page.tsx'
import { type AccountDesk, changePassword, endSessions } from './own-account.ts'
import { PasswordCard, SessionsCard } from './own-account-cards.tsx'
import { requireAnyRole } from './roles.ts'

const PasswordForm = z.object({ current: z.string().max(1000), 'new-password': z.string().max(2000) })

/** The cards of one's sessions and one's password. */
export function ownAccountCards({ accounts }: Pick<AccountDesk, 'accounts'>): AccountCard[] {
  return [
    async ({ person, session, now }) => (
      <SessionsCard
        sessions={await accounts.listSessions(person, session?.id)}
        csrf={session?.csrf}
        now={now}
      />
    ),
    async ({ session }) => session !== undefined && <PasswordCard csrf={session.csrf} errors={[]} />,
  ]
}

/** Ending one's own sessions, and changing one's own password. */
export function ownAccountRoutes(
  desk: AccountDesk & { trustedProxy: string | undefined; frame: Frame },
): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.post('/account/sessions/:ref/end', requireAnyRole(), async (c) => {
    const { person } = ownSession(c)
    const choice = { kind: 'one', ref: c.req.param('ref') } as const
    const ended = await endSessions(desk, { by: person.username, person, choice })
    return c.redirect(`${paths.account()}?done=${ended === 0 ? 'had-ended' : 'ended'}`, 303)
  })

  app.post(paths.endOtherSessions, requireAnyRole(), async (c) => {
    const { person, id } = ownSession(c)
    await endSessions(desk, { by: person.username, person, choice: { kind: 'all-but', id } })
    return c.redirect(`${paths.account()}?done=ended`, 303)
  })

  app.post(paths.changePassword, requireAnyRole(), async (c) => {
    const { person, id, csrf } = ownSession(c)
    const { current, 'new-password': password } = await parseBody(c, PasswordForm)
    const address = clientAddress(c, desk.trustedProxy)
    const errors: FormError[] = []
    if ((await desk.accounts.checkPassword(person.username, current, address)) === undefined) {
      await desk.audit.record({ kind: 'sign-in-failed', reviewer: person.username })
      errors.push({ field: 'current', text: 'This is not your password.' })
    } else {
      await changePassword(desk, { person, password, sessionId: id }).catch((error) => {
        errors.push(...passwordErrors(error).map((wrong) => ({ ...wrong, field: 'new-password' })))
      })
    }
    if (errors.length === 0) return c.redirect(`${paths.account()}?done=password`, 303)
    const content = (
      <Stack>
        <PageHeader title="My account" />
        <PasswordCard csrf={csrf} errors={errors} />
      </Stack>
    )
    const page = desk.frame(c, { title: 'My account', place: 'account', width: 'narrow', content })
    return c.html(page, 400)
  })

  return app
}

/** What is wrong with a password, at its field. Throws anything else. */
export function passwordErrors(error: unknown): FormError[] {
  if (!(error instanceof ScoregateError) || error.code !== 'bad-account') throw error
  return error.problems.map(({ where, what, remedy }) => ({
    field: where,
    text: `${where === 'password' ? 'The password' : 'The name'} ${what}. ${remedy}`,
  }))
}

function ownSession(c: Context<WebEnv>) {
  onlyForBrowsers(c)
  const { person, by } = requirePerson(c)
  if (by.kind !== 'session') throw new Error('Only a session gets this far.')
  return { person, id: by.sessionId, csrf: by.csrf }
}
