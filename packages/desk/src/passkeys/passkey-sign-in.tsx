import { PasskeyRefusalCause } from '@scoregate/protocol/audit'
import { Button } from '@scoregate/ui/button'
import { FormActions, type FormError } from '@scoregate/ui/form'
import type { Accounts } from '@scoregate/web/accounts'
import type { WebEnv } from '@scoregate/web/environment'
import { parseBody } from '@scoregate/web/error-answers'
import { startSession } from '@scoregate/web/identity'
import { Hono } from 'hono'
import type { FC } from 'hono/jsx'
import { z } from 'zod'
import { localPath, paths } from '../paths.ts'
import { SESSION_COOKIE } from '../reviewers/session.ts'
import { refused } from './check-answer.ts'
import { PasskeyField } from './passkey-field.tsx'
import type { PasskeyDesk } from './passkey-routes.tsx'
import type { PasskeyPlace } from './passkey-site.ts'
import { askForSignIn, signInByPasskey } from './sign-in-by-passkey.ts'

const SignIn = z.object({
  passkey: z.string().max(65_536).default(''),
  next: z.string().max(500).optional(),
})

/** Signing in by a passkey. A refusal leads back to the page for signing in, which says why. */
export function passkeySignInRoutes(desk: PasskeyDesk & { accounts: Accounts }): Hono<WebEnv> {
  const app = new Hono<WebEnv>()

  app.post(paths.askSignIn, async (c) => c.json(await askForSignIn(desk, c)))

  app.post(paths.signInByPasskey, async (c) => {
    const { passkey, next } = await parseBody(c, SignIn)
    const result = await signInByPasskey(desk, c, passkey)
    if (result.kind === 'refused') return c.redirect(`${paths.signIn}?passkey=${result.cause}`, 303)
    const { person } = result
    await desk.audit.record({ kind: 'signed-in', reviewer: person.username, by: 'passkey' })
    await startSession(c, desk.accounts, person, SESSION_COOKIE)
    return c.redirect(localPath(next), 303)
  })

  return app
}

/** What the page for signing in says after a passkey was refused. */
export function passkeyErrors(cause: string | undefined): FormError[] {
  const known = PasskeyRefusalCause.safeParse(cause)
  return known.success ? [{ text: refused(known.data).sentence }] : []
}

/** Signing in by a passkey, for a page that has another way, too; not to be seen without script. */
export const PasskeySignIn: FC<{ place: PasskeyPlace; next: string | undefined }> = ({ place, next }) =>
  place.kind !== 'works' ? null : (
    <form
      class="form form-stacked"
      method="post"
      action={paths.signInByPasskey}
      aria-label="Sign in with a passkey"
      hidden
    >
      {next !== undefined && <input type="hidden" name="next" value={localPath(next)} />}
      <PasskeyField act="use" question={paths.askSignIn} origin={place.site.origin} />
      <FormActions>
        <Button icon="lock">Sign in with a passkey</Button>
      </FormActions>
    </form>
  )
