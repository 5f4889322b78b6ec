import { Button, ButtonLink } from '@scoregate/ui/button'
import { CodeBlock } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { ErrorSummary, errorAt, Form, FormActions, type FormError, TextField } from '@scoregate/ui/form'
import { Card, Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import { absoluteMinute } from '@scoregate/ui/plain-time'
import type { FC } from 'hono/jsx'
import { paths } from '../paths.ts'
import { RoleChoice } from './person-page.tsx'
import { ROLE_WORDS, type Role } from './roles.ts'
import { INVITATION_HOURS } from './session-rules.ts'

/** The form of an invitation as somebody sent it. */
export type InviteForm = {
  readonly username: string
  readonly roles: readonly Role[]
  readonly mail: string
  readonly errors: readonly FormError[]
}

/** Where a steward invites somebody. */
export const InvitePage: FC<{ form: InviteForm; hasMailServer: boolean; csrf: string }> = ({
  form,
  hasMailServer,
  csrf,
}) => (
  <Stack>
    <PageHeader
      title="Invite somebody"
      breadcrumbs={[{ label: 'People', href: paths.people }]}
      description={`You get a link that works once, for ${INVITATION_HOURS} hours. Who opens it chooses a password and is in.`}
    />
    <Card>
      <Form action={paths.invite} csrf={csrf} label="Invite somebody">
        <ErrorSummary errors={form.errors} />
        <TextField
          name="username"
          label="Name"
          hint="By this name everybody knows what they decided, and it cannot be changed later."
          autocomplete="off"
          maxLength={64}
          value={form.username}
          error={errorAt(form.errors, 'username')}
        />
        <RoleChoice roles={form.roles} errors={form.errors} />
        {hasMailServer && (
          <TextField
            name="mail"
            label="Send the link to this e-mail address"
            type="email"
            autocomplete="off"
            maxLength={254}
            isOptional
            hint="The address is not kept. Without one you hand the link over yourself."
            value={form.mail}
            error={errorAt(form.errors, 'mail')}
          />
        )}
        <FormActions>
          <Button kind="primary">Make the link</Button>
        </FormActions>
      </Form>
    </Card>
  </Stack>
)

/** The new link, shown this once. */
export const NewLinkPage: FC<{
  username: string
  href: string
  until: Date
  /** Whether it went out by mail, if it should have. */
  mailed: 'sent' | 'failed' | undefined
}> = ({ username, href, until, mailed }) => (
  <Stack>
    <PageHeader title={`A link for ${username}`} breadcrumbs={[{ label: 'People', href: paths.people }]} />
    {mailed === 'sent' && <Callout tone="good">The link was sent by mail, too.</Callout>}
    {mailed === 'failed' && (
      <Callout tone="bad" title="The mail could not be sent">
        Hand the link over yourself. What the mail server said is seen in a test notice, under Notices.
      </Callout>
    )}
    <Callout tone="warn" title="Copy it now">
      It is shown this once. It works once, until {absoluteMinute(until)}, for whoever opens it: hand it over
      where nobody else reads it.
    </Callout>
    <CodeBlock label={`Link for ${username}`} text={href} />
    <Cluster>
      <ButtonLink href={paths.people}>To the people</ButtonLink>
    </Cluster>
  </Stack>
)

/** Where whoever was invited chooses a password. */
export const InvitationPage: FC<{
  username: string
  /** None where it is for a new password only. */
  roles: readonly Role[]
  siteName: string
  secret: string
  csrf: string | undefined
  errors: readonly FormError[]
}> = ({ username, roles, siteName, secret, csrf, errors }) => (
  <Stack>
    <PageHeader
      title={roles.length === 0 ? 'A new password' : `Welcome to ${siteName}`}
      description={
        roles.length === 0
          ? `For ${username}. It ends everything that is signed in with the old one.`
          : `You are invited as ${roles.map((role) => ROLE_WORDS[role].name.toLowerCase()).join(', ')}. Your name here is ${username}.`
      }
    />
    <Card>
      <Form action={paths.invitation()} csrf={csrf ?? ''} label="Choose a password">
        <ErrorSummary errors={errors} />
        <input type="hidden" name="link" value={secret} />
        {/* So that a password manager knows whose password it keeps. */}
        <input type="hidden" name="username" value={username} autocomplete="username" />
        <TextField
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          hint="At least 10 characters; a few words that you remember do well."
          error={errorAt(errors, 'password')}
        />
        <TextField
          name="again"
          label="The same once more"
          type="password"
          autocomplete="new-password"
          error={errorAt(errors, 'again')}
        />
        <FormActions>
          <Button kind="primary">Set the password</Button>
        </FormActions>
      </Form>
    </Card>
  </Stack>
)

/** The link does not hold, whatever the cause: none is told, since a stranger may be asking. */
export const VoidInvitationPage: FC = () => (
  <Stack>
    <PageHeader title="This link does not work" />
    <Callout tone="bad" title="It was used, taken back, replaced by a newer one, or its time is over">
      Ask whoever gave it to you for a new one. If you have set a password with it, sign in.
    </Callout>
    <Cluster>
      <ButtonLink href={paths.signIn}>Sign in</ButtonLink>
    </Cluster>
  </Stack>
)
