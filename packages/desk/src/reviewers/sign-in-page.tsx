import { Button, ButtonLink } from '@scoregate/ui/button'
import { ErrorSummary, FormActions, type FormError, TextField } from '@scoregate/ui/form'
import { Card, PageHeader, Stack } from '@scoregate/ui/layout'
import type { FC } from 'hono/jsx'
import { PasskeySignIn } from '../passkeys/passkey-sign-in.tsx'
import type { PasskeyPlace } from '../passkeys/passkey-site.ts'
import { localPath, paths } from '../paths.ts'

/** The page on which people of the desk sign in. */
export const SignInPage: FC<{
  errors: readonly FormError[]
  username?: string | undefined
  next?: string | undefined
  /** The name of the institution by whose accounts one can sign in, if there is one. */
  institution: string | undefined
  /** Whether passkeys work here; nothing is said of them unless given. */
  passkeys?: PasskeyPlace | undefined
}> = ({ errors, username, next, institution, passkeys }) => (
  <Stack>
    <PageHeader title="Sign in" description="For the people who answer for the data of this site." />
    <Card>
      <form class="form form-stacked" method="post" action={paths.signIn}>
        <ErrorSummary errors={errors} />
        {next !== undefined && <input type="hidden" name="next" value={localPath(next)} />}
        <TextField name="username" label="Name" value={username} autocomplete="username" />
        <TextField name="password" label="Password" type="password" autocomplete="current-password" />
        <FormActions>
          <Button kind="primary">Sign in</Button>
          {institution !== undefined && (
            // A link, since the answer leads to another site: what a form leads to is held to this one.
            <ButtonLink href={paths.institutionSignIn(next)}>Sign in with {institution}</ButtonLink>
          )}
        </FormActions>
      </form>
      {passkeys !== undefined && <PasskeySignIn place={passkeys} next={next} />}
    </Card>
  </Stack>
)
