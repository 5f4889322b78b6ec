import { ScoregateError } from '@scoregate/protocol/errors'
import type { FormError } from '@scoregate/ui/form'
import type { Person } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { endSession, startSession } from '@scoregate/web/identity'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { setFlash } from '../flash.ts'
import type { PageParts } from '../page-parts.ts'
import { ownPath, paths, SESSION_COOKIE } from '../paths.ts'
import { csrfOf, sitePage } from '../site-page.tsx'
import { SignInPage, SignUpPage } from './sign-in-page.tsx'

/** Longer than any password that is accepted; a form may not make us hash a book. */
const Typed = z.string().max(2000).catch('')
const Entrance = z.object({ username: Typed, password: Typed, next: Typed })

/** Signing up, in (by password or by a link from the terminal) and out. */
export function accountRoutes({ accounts }: PageParts): Hono<WebEnv> {
  const routes = new Hono<WebEnv>()

  routes.get(paths.signIn, async (c) => {
    const next = ownPath(c.req.query('next'))
    if (c.get('person') !== undefined) return c.redirect(next, 303)
    return c.html(showSignIn(c, { username: '', next, errors: [] }))
  })

  routes.post(paths.signIn, async (c) => {
    const { username, password, next } = await parseBody(c, Entrance)
    const shown = { username, next: ownPath(next) }
    try {
      const person = await accounts.checkPassword(username, password)
      if (person !== undefined) return await enter(c, person, shown.next)
    } catch (error) {
      return c.html(showSignIn(c, { ...shown, errors: formErrors(error) }), 429)
    }
    const errors = [{ field: 'password', text: 'Name and password do not match an account.' }]
    return c.html(showSignIn(c, { ...shown, errors }), 400)
  })

  routes.get('/sign-in/link', async (c) => {
    const person = await accounts.useSignInLink(c.req.query('token') ?? '')
    if (person !== undefined) return enter(c, person, ownPath(c.req.query('next')))
    const errors = [
      { text: 'This sign-in link has ended. Sign in with your password, or ask for a new link.' },
    ]
    return c.html(showSignIn(c, { username: '', next: paths.home, errors }), 400)
  })

  routes.get(paths.signUp, async (c) => {
    const next = ownPath(c.req.query('next'))
    if (c.get('person') !== undefined) return c.redirect(next, 303)
    return c.html(showSignUp(c, { username: '', next, errors: [] }))
  })

  routes.post(paths.signUp, async (c) => {
    const { username, password, next } = await parseBody(c, Entrance)
    try {
      const person = await accounts.createPerson({ username, password })
      await startSession(c, accounts, person, SESSION_COOKIE)
    } catch (error) {
      return c.html(showSignUp(c, { username, next: ownPath(next), errors: formErrors(error) }), 400)
    }
    setFlash(c, 'signed-up')
    return c.redirect(ownPath(next), 303)
  })

  routes.post(paths.signOut, async (c) => {
    await endSession(c, accounts, SESSION_COOKIE)
    setFlash(c, 'signed-out')
    return c.redirect(paths.home, 303)
  })

  async function enter(c: Context<WebEnv>, person: Person, next: string): Promise<Response> {
    await startSession(c, accounts, person, SESSION_COOKIE)
    setFlash(c, 'signed-in')
    return c.redirect(next, 303)
  }

  return routes
}

type Shown = { username: string; next: string; errors: readonly FormError[] }

function showSignIn(c: Context<WebEnv>, shown: Shown): Promise<string> {
  const content = <SignInPage {...shown} csrf={csrfOf(c)} />
  return sitePage(c, { title: 'Sign in', width: 'narrow', content })
}

function showSignUp(c: Context<WebEnv>, shown: Shown): Promise<string> {
  const content = <SignUpPage {...shown} csrf={csrfOf(c)} />
  return sitePage(c, { title: 'Sign up', width: 'narrow', content })
}

/** What was refused, at its field where it names one. What is no refusal goes on to be answered as an error. */
function formErrors(error: unknown): FormError[] {
  if (!(error instanceof ScoregateError) || error.kind === 'internal') throw error
  if (error.problems.length === 0) return [{ text: `${error.message} ${error.remedy}` }]
  return error.problems.map(({ where, what, remedy }) => ({
    field: where,
    text: `The ${where === 'username' ? 'name' : where} ${what}. ${remedy}`,
  }))
}
