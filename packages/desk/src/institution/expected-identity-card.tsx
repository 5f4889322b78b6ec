import { Button, Confirm } from '@scoregate/ui/button'
import { RadioGroup } from '@scoregate/ui/choice'
import { Form, FormActions, TextField } from '@scoregate/ui/form'
import { Card, Stack } from '@scoregate/ui/layout'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { paths } from '../paths.ts'
import type { PersonCard } from '../people/people-routes.tsx'
import { findInstitutionAccount } from './identities.ts'
import { AccountFacts } from './identity-card.tsx'
import type { InstitutionProvider } from './provider.ts'

/** The card on the page of a person, where a steward says by which account of the institution they will come. */
export function expectedIdentityCard({
  db,
  institution: { issuer, name },
}: {
  db: DeskDb
  institution: Pick<InstitutionProvider, 'issuer' | 'name'>
}): PersonCard {
  return async ({ person, csrf, now }) => {
    const account = await findInstitutionAccount(db, { issuer, personId: person.id })
    return (
      <Card title={`Sign in with ${name}`} id="institution">
        <Stack>
          <AccountFacts account={account} now={now} />
          {account.kind !== 'connected' && (
            <Form action={paths.expectIdentity(person.username)} csrf={csrf} label="Who will come">
              <RadioGroup
                name="kind"
                label="The first account that comes from there is connected if it has"
                choices={[
                  { value: 'email', label: 'this e-mail address, confirmed there' },
                  { value: 'subject', label: `this name by which ${name} knows them (sub)` },
                ]}
                value={account.kind === 'expected' ? account.expected.kind : 'email'}
              />
              <TextField
                name="value"
                label="Address or name"
                value={account.kind === 'expected' ? account.expected.value : undefined}
              />
              <FormActions>
                <Button>Save</Button>
              </FormActions>
            </Form>
          )}
          {account.kind !== 'none' && (
            <Confirm label="Remove" title={`Let ${person.username} in by ${name} no longer?`}>
              <Form action={paths.removeIdentity(person.username)} csrf={csrf} label="Remove">
                <FormActions>
                  <Button kind="danger">Remove</Button>
                </FormActions>
              </Form>
            </Confirm>
          )}
        </Stack>
      </Card>
    )
  }
}
