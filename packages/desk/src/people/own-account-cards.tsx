import { Badge } from '@scoregate/ui/badge'
import { Button } from '@scoregate/ui/button'
import { ErrorSummary, errorAt, Form, FormActions, type FormError, TextField } from '@scoregate/ui/form'
import { Card, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { ShownSession } from '@scoregate/web/sessions'
import type { FC } from 'hono/jsx'
import { paths } from '../paths.ts'
import { DESK_SESSIONS } from './session-rules.ts'

/** Where a person is signed in; each session can be ended here. */
export const SessionsCard: FC<{
  sessions: readonly ShownSession[]
  csrf: string | undefined
  now: Date
}> = ({ sessions, csrf, now }) => (
  <Card
    title="Where you are signed in"
    description={`A session ends after ${DESK_SESSIONS.idleMinutes} minutes without use, and after ${DESK_SESSIONS.hours} hours in any case. It holds in its own browser only.`}
  >
    <Stack>
      <DataTable
        caption="Your sessions"
        columns={sessionColumns(csrf, now)}
        rows={sessions}
        narrow="stack"
        empty="You are signed in nowhere: what you see was asked with a token."
      />
      {csrf !== undefined && sessions.some(({ isThis }) => !isThis) && (
        <Form action={paths.endOtherSessions} csrf={csrf} layout="inline" label="End all other sessions">
          <Button>End all others</Button>
        </Form>
      )}
    </Stack>
  </Card>
)

function sessionColumns(csrf: string | undefined, now: Date): Column<ShownSession>[] {
  return [
    {
      key: 'browser',
      header: 'Browser',
      isRowHeader: true,
      isWide: true,
      cell: ({ browser, isThis }) => (
        <>
          {browser} {isThis && <Badge tone="info">This one</Badge>}
        </>
      ),
    },
    { key: 'begun', header: 'Signed in', cell: ({ begunAt }) => <When at={begunAt} now={now} /> },
    { key: 'used', header: 'Last used', cell: ({ usedAt }) => <When at={usedAt} now={now} /> },
    {
      key: 'end',
      header: 'End',
      isHeaderHidden: true,
      align: 'end',
      cell: ({ ref, isThis, browser }) =>
        csrf === undefined || isThis ? (
          ''
        ) : (
          <Form
            action={paths.endSession(ref)}
            csrf={csrf}
            layout="inline"
            label={`End ${browser}, session ${ref.slice(0, 6)}`}
          >
            <Button size="small">
              End<span class="visually-hidden"> the session in {browser}</span>
            </Button>
          </Form>
        ),
    },
  ]
}

/** Where a person changes their own password; other cards of the page have a field `password`, too. */
export const PasswordCard: FC<{ csrf: string; errors: readonly FormError[] }> = ({ csrf, errors }) => (
  <Card
    title="Password"
    description="A new one ends your other sessions. Your tokens stay as they are: revoke those that somebody else may have."
  >
    <Form action={paths.changePassword} csrf={csrf} label="Change the password">
      <ErrorSummary errors={errors} />
      <TextField
        name="current"
        label="Your password now"
        type="password"
        autocomplete="current-password"
        error={errorAt(errors, 'current')}
      />
      <TextField
        name="new-password"
        label="New password"
        type="password"
        autocomplete="new-password"
        hint="At least 10 characters; a few words that you remember do well."
        error={errorAt(errors, 'new-password')}
      />
      <FormActions>
        <Button>Change the password</Button>
      </FormActions>
    </Form>
  </Card>
)
