import { Badge } from '@scoregate/ui/badge'
import { Button, Confirm } from '@scoregate/ui/button'
import { CheckboxGroup } from '@scoregate/ui/choice'
import { DefinitionList } from '@scoregate/ui/facts'
import { ErrorSummary, errorAt, Form, FormActions, type FormError } from '@scoregate/ui/form'
import { Card, PageHeader, Stack } from '@scoregate/ui/layout'
import { When } from '@scoregate/ui/time-left'
import type { ShownSession } from '@scoregate/web/sessions'
import type { Child, FC } from 'hono/jsx'
import { paths } from '../paths.ts'
import type { ListedPerson } from './list-people.ts'
import { ROLE_WORDS, Role } from './roles.ts'

/** See `PersonPage`. */
export interface PersonPageProps {
  readonly listed: ListedPerson
  readonly sessions: readonly ShownSession[]
  readonly csrf: string
  readonly errors: readonly FormError[]
  /** What other parts of the desk have of this person. */
  readonly cards: Child[]
  readonly now: Date
}

/** One person, as a steward changes what they may do here. */
export const PersonPage: FC<PersonPageProps> = (props) => {
  const { person } = props.listed
  return (
    <Stack>
      <PageHeader
        title={person.username}
        breadcrumbs={[{ label: 'People', href: paths.people }]}
        badges={
          person.isDisabled && (
            <Badge tone="bad" icon="lock">
              Disabled
            </Badge>
          )
        }
      />
      <FactsCard {...props} />
      <Card title="Roles" description="What this person may do here. A change holds at once.">
        <Form action={paths.changePerson(person.username, 'roles')} csrf={props.csrf} label="Roles">
          <ErrorSummary errors={props.errors} />
          <RoleChoice roles={props.listed.roles} errors={props.errors} />
          <FormActions>
            <Button>Save the roles</Button>
          </FormActions>
        </Form>
      </Card>
      {props.cards}
      <AccessCard {...props} />
    </Stack>
  )
}

/** The question which roles somebody gets. */
export const RoleChoice: FC<{ roles: readonly Role[]; errors: readonly FormError[] }> = ({
  roles,
  errors,
}) => (
  <CheckboxGroup
    name="roles"
    label="Roles"
    choices={Role.options.map((role) => ({
      value: role,
      label: ROLE_WORDS[role].name,
      description: ROLE_WORDS[role].description,
    }))}
    values={roles}
    error={errorAt(errors, 'roles')}
  />
)

const FactsCard: FC<PersonPageProps> = ({ listed, sessions, now }) => (
  <Card title="About this account">
    <DefinitionList
      items={[
        { term: 'Since', value: <When at={listed.person.createdAt} now={now} /> },
        { term: 'Last seen', value: <When at={listed.lastSeenAt} now={now} /> },
        { term: 'Gets in by', value: listed.ways.join(', ') },
        {
          term: 'Signed in',
          value: sessions.length === 0 ? 'Nowhere' : sessions.map(({ browser }) => browser).join(', '),
        },
      ]}
    />
  </Card>
)

const AccessCard: FC<PersonPageProps> = ({ listed, sessions, csrf }) => {
  const { username, isDisabled } = listed.person
  return (
    <Card title="Getting in">
      <Stack>
        {sessions.length > 0 && (
          <OneButton to={paths.changePerson(username, 'end-sessions')} csrf={csrf}>
            End all their sessions
          </OneButton>
        )}
        {isDisabled ? (
          <OneButton to={paths.changePerson(username, 'enable')} csrf={csrf}>
            Enable the account again
          </OneButton>
        ) : (
          <>
            <Confirm
              label="A link for a new password"
              kind="secondary"
              title={`Make a link by which ${username} chooses a new password?`}
              text="Whoever has the link gets in as this person. Until it is used, the old password holds."
            >
              <OneButton to={paths.changePerson(username, 'new-password')} csrf={csrf}>
                Make the link
              </OneButton>
            </Confirm>
            <Confirm
              label="Disable the account"
              icon="lock"
              title={`Shut ${username} out?`}
              text="At once: sessions end, and neither password nor tokens let anybody in. The record keeps the name, and you can enable the account again."
            >
              <Form
                action={paths.changePerson(username, 'disable')}
                csrf={csrf}
                layout="inline"
                label="Disable the account"
              >
                <Button kind="danger">Disable</Button>
              </Form>
            </Confirm>
          </>
        )}
      </Stack>
    </Card>
  )
}

const OneButton: FC<{ to: string; csrf: string; children: string }> = ({ to, csrf, children }) => (
  <Form action={to} csrf={csrf} layout="inline" label={children}>
    <Button>{children}</Button>
  </Form>
)
