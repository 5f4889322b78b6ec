import { ScoregateError } from '@scoregate/protocol/errors'
import { Button } from '@scoregate/ui/button'
import { ErrorSummary, errorAt, Form, FormActions, type FormError, TextField } from '@scoregate/ui/form'
import { Card, PageHeader, Stack } from '@scoregate/ui/layout'
import type { Accounts } from '@scoregate/web/accounts'
import { clientAddress } from '@scoregate/web/client-address'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { requirePerson } from '@scoregate/web/identity'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import type { FC } from 'hono/jsx'
import { z } from 'zod'
import type { Audit } from '../audit/audit.ts'
import type { Frame } from '../pages/desk-frame.tsx'
import { localPath, paths } from '../paths.ts'
import { onlyForBrowsers } from '../tokens/only-for-browsers.ts'
import { requireAnyRole } from './roles.ts'
import { PROOF_MINUTES } from './session-rules.ts'

const ProofForm = z.object({ password: z.string().max(1000), next: z.string().max(500).optional() })

/**
 * Before what changes accounts or ways of signing in: whoever signed in longer than some minutes ago proves again who they
 * are, so that a browser left open gives nobody a lasting way in. `back` is the page with the form. Throws
 * `ScoregateError` (`for-browsers`; `proof-too-old` for whoever wants JSON).
 */
export function requireProof(
  clock: () => Date,
  back: (c: Context<WebEnv>) => string,
): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    onlyForBrowsers(c)
    if (isFresh(c, clock())) return next()
    if ((c.req.header('accept') ?? '').includes('application/json')) throw proofTooOld()
    return c.redirect(paths.prove(back(c)), 303)
  }
}

/** Whether the person of this session proved a short time ago who they are. */
function isFresh(c: Context<WebEnv>, now: Date): boolean {
  const by = c.get('person')?.by
  return by?.kind === 'session' && now.getTime() - by.provenAt.getTime() < PROOF_MINUTES * 60_000
}

/** Throws `ScoregateError` (`proof-too-old`), for what is asked by a script or a program. */
export function refuseOldProof(c: Context<WebEnv>, now: Date): void {
  if (!isFresh(c, now)) throw proofTooOld()
}

/** The page that asks for the password once more. */
export function proofRoutes(desk: {
  accounts: Accounts
  audit: Audit
  trustedProxy: string | undefined
  frame: Frame
}): Hono<WebEnv> {
  const app = new Hono<WebEnv>()
  const provePath = paths.prove()

  async function page(c: Context<WebEnv>, next: string, errors: readonly FormError[]): Promise<Response> {
    const { by } = requirePerson(c)
    onlyForBrowsers(c)
    const csrf = by.kind === 'session' ? by.csrf : ''
    const content = <ProofPage csrf={csrf} next={next} errors={errors} />
    const html = desk.frame(c, { title: 'Your password', place: 'account', width: 'narrow', content })
    return c.html(html, errors.length === 0 ? 200 : 401)
  }

  app.get(provePath, requireAnyRole(), (c) => page(c, localPath(c.req.query('next')), []))

  app.post(provePath, requireAnyRole(), async (c) => {
    const { person, by } = requirePerson(c)
    const form = await parseBody(c, ProofForm)
    const next = localPath(form.next)
    const address = clientAddress(c, desk.trustedProxy)
    const proven = await desk.accounts.checkPassword(person.username, form.password, address)
    if (proven === undefined || by.kind !== 'session') {
      await desk.audit.record({ kind: 'sign-in-failed', reviewer: person.username })
      return page(c, next, [{ field: 'password', text: 'The password is wrong.' }])
    }
    await desk.audit.record({ kind: 'proved-again', reviewer: person.username, by: 'password' })
    await desk.accounts.noteProof(by.sessionId)
    return c.redirect(next, 303)
  })

  return app
}

const ProofPage: FC<{ csrf: string; next: string; errors: readonly FormError[] }> = ({
  csrf,
  next,
  errors,
}) => (
  <Stack>
    <PageHeader
      title="Your password, once more"
      description={`You signed in more than ${PROOF_MINUTES} minutes ago, and what follows changes who can get in.`}
    />
    <Card>
      <Form action={paths.prove()} csrf={csrf} label="Prove who you are">
        <ErrorSummary errors={errors} />
        <input type="hidden" name="next" value={next} />
        <TextField
          name="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          hint="Without a password, sign out and sign in again."
          error={errorAt(errors, 'password')}
        />
        <FormActions>
          <Button kind="primary">Go on</Button>
        </FormActions>
      </Form>
    </Card>
  </Stack>
)

function proofTooOld(): ScoregateError {
  return new ScoregateError({
    kind: 'not-allowed',
    code: 'proof-too-old',
    message: `You signed in more than ${PROOF_MINUTES} minutes ago.`,
    remedy: 'Give your password once more, or sign in again, and send it again.',
  })
}
