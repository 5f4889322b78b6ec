import { shortKeyId } from '@scoregate/gate/receipt'
import { Button, Confirm } from '@scoregate/ui/button'
import { InertName } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { Form, FormActions, TextField } from '@scoregate/ui/form'
import { Card, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import type { DeskDb } from '../migrations/desk-tables.ts'
import { paths } from '../paths.ts'
import type { AccountCard } from '../people/account-page.tsx'
import { PasskeyField } from './passkey-field.tsx'
import { listPasskeys, type Passkey } from './passkey-records.ts'
import type { PasskeyPlace } from './passkey-site.ts'

/** So long may the name of a passkey be. */
export const LONGEST_PASSKEY_NAME = 60

/** The card of one's own passkeys: what there is, when it was used, how to add one and to remove one. */
export function passkeysCard(desk: { db: DeskDb; passkeys: () => PasskeyPlace }): AccountCard {
  return async ({ person, session, now }) => (
    <PasskeysCard
      passkeys={await listPasskeys(desk.db, person.id)}
      place={desk.passkeys()}
      csrf={session?.csrf}
      now={now}
    />
  )
}

type CardProps = {
  passkeys: readonly Passkey[]
  place: PasskeyPlace
  csrf: string | undefined
  now: Date
}

const PasskeysCard: FC<CardProps> = (props) => {
  const { passkeys, place, csrf } = props
  return (
    <Card
      title="Passkeys"
      id="passkeys"
      description="A key in your phone, your computer or a small device. It signs you in without a password, and signs what you decide, so that anybody can check that it was you."
    >
      <Stack>
        <DataTable
          caption="Your passkeys"
          columns={columns(props)}
          rows={passkeys}
          narrow="stack"
          empty={<p class="muted">You have none yet.</p>}
        />
        {place.kind === 'no-secure-address' ? (
          <NoSecureAddress address={place.address} />
        ) : (
          csrf !== undefined && (
            <AddForm csrf={csrf} origin={place.site.origin} isFirst={passkeys.length === 0} />
          )
        )}
      </Stack>
    </Card>
  )
}

const NoSecureAddress: FC<{ address: string }> = ({ address }) => (
  <Callout tone="info" title="Passkeys do not work at the address of this desk">
    Browsers give passkeys only to addresses with https, and to “localhost”. This desk is at{' '}
    <InertName text={address} isMonospace />. Whoever runs it can put it behind https and set that address as
    SCOREGATE_DESK_URL.
  </Callout>
)

const AddForm: FC<{ csrf: string; origin: string; isFirst: boolean }> = ({ csrf, origin, isFirst }) => (
  <Form action={paths.passkeys} csrf={csrf} label="Add a passkey">
    <TextField
      name="passkey-name"
      label="Name"
      hint="For you to know it by, such as “Phone” or “Key in the drawer”."
      maxLength={LONGEST_PASSKEY_NAME}
      autocomplete="off"
      width="medium"
    />
    <TextField
      name="passkey-password"
      label="Your password"
      hint="Once more, so that nobody adds a key in your place while you are away."
      type="password"
      autocomplete="current-password"
      width="medium"
    />
    <PasskeyField
      act="create"
      question={paths.newPasskey}
      origin={origin}
      withoutScript="To add a passkey, switch script on in your browser: only a script can ask for one."
    />
    <FormActions>
      <Button kind={isFirst ? 'primary' : 'secondary'} icon="lock">
        Add a passkey
      </Button>
    </FormActions>
  </Form>
)

function columns({ csrf, now }: CardProps): Column<Passkey>[] {
  return [
    {
      key: 'name',
      header: 'Name',
      isRowHeader: true,
      isWide: true,
      cell: ({ name, keyId }) => (
        <Stack gap="tight">
          <InertName text={name} />
          <span class="muted monospace">{shortKeyId(keyId)}</span>
        </Stack>
      ),
    },
    { key: 'added', header: 'Added', cell: ({ createdAt }) => <When at={createdAt} now={now} /> },
    {
      key: 'used',
      header: 'Last used',
      cell: ({ lastUsedAt }) =>
        lastUsedAt === undefined ? <span class="muted">Never</span> : <When at={lastUsedAt} now={now} />,
    },
    ...(csrf === undefined
      ? []
      : [
          {
            key: 'remove',
            header: 'Remove',
            isHeaderHidden: true,
            cell: ({ credentialId, name }: Passkey) => (
              <Confirm
                label="Remove"
                kind="quiet"
                title="Remove this passkey?"
                text="It signs you in no longer. What it has signed stays signed."
              >
                <Form action={paths.removePasskey} csrf={csrf} label={`Remove ${name}`}>
                  <input type="hidden" name="id" value={credentialId} />
                  <FormActions>
                    <Button kind="danger">Remove it</Button>
                  </FormActions>
                </Form>
              </Confirm>
            ),
          },
        ]),
  ]
}
