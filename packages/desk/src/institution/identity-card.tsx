import { Button, ButtonLink, Confirm } from '@scoregate/ui/button'
import { DefinitionList, InertName } from '@scoregate/ui/facts'
import { Form, FormActions } from '@scoregate/ui/form'
import { Card, PageHeader, Stack } from '@scoregate/ui/layout'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { paths } from '../paths.ts'
import type { AccountCard } from '../people/account-page.tsx'
import { findInstitutionAccount, type InstitutionAccount } from './identities.ts'
import type { InstitutionProvider } from './provider.ts'

/** The card on the page "My account" where people connect the account that they have at the institution. */
export function identityCard({
  db,
  institution: { issuer, name },
}: {
  db: DeskDb
  institution: Pick<InstitutionProvider, 'issuer' | 'name'>
}): AccountCard {
  return async ({ person, session, now }) => {
    const account = await findInstitutionAccount(db, { issuer, personId: person.id })
    return (
      <Card
        title={`Sign in with ${name}`}
        id="institution"
        description={`Connect your account at ${name}, and you can sign in here with it. Your password stays.`}
      >
        <Stack>
          <AccountFacts account={account} now={now} />
          {session !== undefined && <AccountForm account={account} csrf={session.csrf} name={name} />}
        </Stack>
      </Card>
    )
  }
}

const AccountForm: FC<{ account: InstitutionAccount; csrf: string; name: string }> = ({
  account,
  csrf,
  name,
}) =>
  account.kind === 'connected' ? (
    <Confirm label="Remove the connection" title={`Sign in with ${name} no longer?`}>
      <Form action={paths.institutionRemove} csrf={csrf} label="Remove the connection">
        <FormActions>
          <Button kind="danger">Remove the connection</Button>
        </FormActions>
      </Form>
    </Confirm>
  ) : (
    <Form action={paths.institutionConnect} csrf={csrf} label="Connect an account">
      <FormActions>
        <Button>Connect my account at {name}</Button>
      </FormActions>
    </Form>
  )

/** What an account of the desk has at the institution. Names come from there, and are shown inert. */
export const AccountFacts: FC<{ account: InstitutionAccount; now: Date }> = ({ account, now }) => {
  switch (account.kind) {
    case 'none':
      return <p class="muted">Not connected.</p>
    case 'expected':
      return (
        <p class="muted">
          Not connected yet: a steward expects the first sign-in of{' '}
          <InertName text={account.expected.value} />
          {account.expected.kind === 'email' && ', as a confirmed address'}.
        </p>
      )
    case 'connected':
      return (
        <DefinitionList
          items={[
            ...(account.email === undefined
              ? []
              : [{ term: 'Address there', value: <InertName text={account.email} /> }]),
            { term: 'Known there as', value: <InertName text={account.subject} isMonospace /> },
            { term: 'Connected', value: <When at={account.connectedAt} now={now} /> },
            {
              term: 'Last used',
              value:
                account.lastUsedAt === undefined ? 'not yet' : <When at={account.lastUsedAt} now={now} />,
            },
          ]}
        />
      )
  }
}

/**
 * The step between this desk and the provider. A link, since what a form leads to is held to this site; and so that nobody is
 * sent elsewhere without seeing where.
 */
export const DeparturePage: FC<{ name: string; address: string }> = ({ name, address }) => (
  <Stack>
    <PageHeader
      title="Connect an account"
      description={`Sign in at ${name} with your own account. From there you come back to this desk.`}
    />
    <Card>
      <Stack>
        <p>
          The next page is of <InertName text={new URL(address).host} isMonospace />. The account with which
          you are signed in there, or sign in now, is connected to yours here.
        </p>
        <FormActions>
          <ButtonLink kind="primary" href={address}>
            Go to {name}
          </ButtonLink>
          <ButtonLink kind="quiet" href={paths.account()}>
            Cancel
          </ButtonLink>
        </FormActions>
      </Stack>
    </Card>
  </Stack>
)

/** Seen for a moment by whoever comes back from the provider. */
export const ArrivalPage: FC<{ next: string }> = ({ next }) => (
  <Stack>
    <PageHeader title="Welcome" />
    <FormActions>
      <ButtonLink kind="primary" href={next}>
        Go on
      </ButtonLink>
    </FormActions>
  </Stack>
)
