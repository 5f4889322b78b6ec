import { Button } from '@scoregate/ui/button'
import { ErrorSummary, errorAt, Form, FormActions, type FormError, TextField } from '@scoregate/ui/form'
import { Card, PageHeader } from '@scoregate/ui/layout'
import type { FC } from 'hono/jsx'
import { paths } from '../paths.ts'

/** What somebody typed into a form of accounts, to show it again beside what is wrong. */
type Entrance = {
  readonly username: string
  readonly next: string
  readonly errors: readonly FormError[]
  readonly csrf: string
}

/** Asks for name and password. */
export const SignInPage: FC<Entrance> = ({ username, next, errors, csrf }) => (
  <>
    <PageHeader title="Sign in" />
    <Card
      footer={
        <span>
          No account yet? <a href={paths.signUpThen(next)}>Sign up</a>
        </span>
      }
    >
      <Form action={paths.signIn} csrf={csrf}>
        <ErrorSummary errors={errors} title="You are not signed in" />
        <input type="hidden" name="next" value={next} />
        <TextField
          name="username"
          label="Name"
          value={username}
          autocomplete="username"
          error={errorAt(errors, 'username')}
        />
        <TextField
          name="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          error={errorAt(errors, 'password')}
        />
        <FormActions>
          <Button kind="primary">Sign in</Button>
        </FormActions>
      </Form>
    </Card>
  </>
)

/** Asks for what a new account needs. */
export const SignUpPage: FC<Entrance> = ({ username, next, errors, csrf }) => (
  <>
    <PageHeader
      title="Sign up"
      description="With an account you can take part in competitions and organize your own."
    />
    <Card
      footer={
        <span>
          Already have an account? <a href={paths.signInThen(next)}>Sign in</a>
        </span>
      }
    >
      <Form action={paths.signUp} csrf={csrf}>
        <ErrorSummary errors={errors} title="The account was not made" />
        <input type="hidden" name="next" value={next} />
        <TextField
          name="username"
          label="Name"
          hint="Everybody sees it on leaderboards. 2 to 64 letters, digits, dots, dashes or underscores."
          value={username}
          autocomplete="username"
          maxLength={64}
          error={errorAt(errors, 'username')}
        />
        <TextField
          name="password"
          label="Password"
          hint="At least 10 characters; a few words that you remember do well."
          type="password"
          autocomplete="new-password"
          error={errorAt(errors, 'password')}
        />
        <FormActions>
          <Button kind="primary">Sign up</Button>
        </FormActions>
      </Form>
    </Card>
  </>
)
