import type { Accounts } from '@scoregate/web/accounts'
import { clientAddress } from '@scoregate/web/client-address'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { endSession, requirePerson, startSession } from '@scoregate/web/identity'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Audit } from '../audit/audit.ts'
import type { InstitutionProvider } from '../institution/provider.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { passkeyErrors } from '../passkeys/passkey-sign-in.tsx'
import type { PasskeyPlace } from '../passkeys/passkey-site.ts'
import { localPath, paths } from '../paths.ts'
import { failedSignIn } from './failed-sign-in.ts'
import { SESSION_COOKIE } from './session.ts'
import { SignInPage } from './sign-in-page.tsx'

const PASSWORD_SET = { tone: 'good', text: 'Your password is set. Sign in with it.' } as const

const SignIn = z.object({
  username: z.string().max(200),
  password: z.string().max(1000),
  next: z.string().max(500).optional(),
})

/** What all pages for signing in have. */
const SIGN_IN = { title: 'Sign in', place: 'none', width: 'narrow', islands: ['passkey'] } as const

/** Signing in by password or by a link from the terminal, and signing out. */
export function signInRoutes({
  accounts,
  audit,
  trustedProxy,
  frame,
  institution: provider,
  passkeys,
}: {
  accounts: Accounts
  audit: Audit
  trustedProxy: string | undefined
  frame: Frame
  institution: Pick<InstitutionProvider, 'name'> | undefined
  passkeys: () => PasskeyPlace
}): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  const institution = provider?.name

  app.get(paths.signIn, async (c) => {
    if (c.get('person') !== undefined) return c.redirect(paths.inbox(), 303)
    const errors = passkeyErrors(c.req.query('passkey'))
    const content = (
      <SignInPage {...{ institution, passkeys: passkeys(), errors }} next={c.req.query('next')} />
    )
    const flash = c.req.query('done') === 'password-set' ? PASSWORD_SET : undefined
    return c.html(frame(c, { ...SIGN_IN, flash, content }))
  })

  app.post(paths.signIn, async (c) => {
    const { username, password, next } = await parseBody(c, SignIn)
    const person = await accounts.checkPassword(username, password, clientAddress(c, trustedProxy))
    if (person !== undefined) {
      await audit.record({ kind: 'signed-in', reviewer: person.username, by: 'password' })
      await startSession(c, accounts, person, SESSION_COOKIE)
      return c.redirect(localPath(next), 303)
    }
    await audit.record(await failedSignIn(accounts, username))
    const errors = [{ field: 'username', text: 'The name or the password is wrong.' }]
    const content = <SignInPage {...{ institution, passkeys: passkeys(), errors, username, next }} />
    return c.html(frame(c, { ...SIGN_IN, content }), 401)
  })

  app.get(paths.signInLink, async (c) => {
    const address = clientAddress(c, trustedProxy)
    await accounts.limits.admit({ address })
    const person = await accounts.useSignInLink((c.req.query('token') ?? '').slice(0, 512))
    if (person !== undefined) {
      await accounts.limits.forget({ address })
      await audit.record({ kind: 'signed-in', reviewer: person.username, by: 'link' })
      await startSession(c, accounts, person, SESSION_COOKIE)
      return c.redirect(paths.inbox(), 303)
    }
    await audit.record({ kind: 'sign-in-failed' })
    const errors = [
      {
        text: 'This link is not valid, or no longer. Sign in with your password, or start the desk again for a new link.',
      },
    ]
    const content = <SignInPage {...{ institution, passkeys: passkeys(), errors }} />
    return c.html(frame(c, { ...SIGN_IN, content }), 401)
  })

  app.post(paths.signOut, async (c) => {
    const { person } = requirePerson(c)
    await audit.record({ kind: 'signed-out', reviewer: person.username })
    await endSession(c, accounts, SESSION_COOKIE)
    return c.redirect(paths.signIn, 303)
  })

  return app
}
