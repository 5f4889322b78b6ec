import { Badge } from '@scoregate/ui/badge'
import { Button, ButtonLink } from '@scoregate/ui/button'
import { Callout, EmptyState } from '@scoregate/ui/feedback'
import { Form, FormActions } from '@scoregate/ui/form'
import { Card, Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import { absoluteMinute } from '@scoregate/ui/plain-time'
import { type Column, DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { LockedName } from '@scoregate/web/sign-in-limits'
import type { FC } from 'hono/jsx'
import { paths } from '../paths.ts'
import type { Invitation } from './invitations.ts'
import type { ListedPerson } from './list-people.ts'
import { ROLE_WORDS, type Role } from './roles.ts'

/** A person whose name is locked by wrong passwords. */
export type LockedPerson = { readonly username: string } & Pick<LockedName, 'failures' | 'until'>

/** See `PeoplePage`. */
export interface PeoplePageProps {
  readonly people: readonly ListedPerson[]
  readonly invitations: readonly Invitation[]
  readonly locked: readonly LockedPerson[]
  /** Absent for whoever may look only. */
  readonly csrf: string | undefined
  readonly now: Date
}

/** Who is at this desk, who is invited, and who is locked out for a while. */
export const PeoplePage: FC<PeoplePageProps> = (props) => (
  <Stack>
    <PageHeader
      title="People"
      description="Who may get in here, and what for. Nobody gets in without an invitation."
      actions={
        props.csrf !== undefined && (
          <ButtonLink kind="primary" href={paths.invite}>
            Invite somebody
          </ButtonLink>
        )
      }
    />
    {props.locked.map((locked) => (
      <Locked locked={locked} csrf={props.csrf} />
    ))}
    <Card variant="flush">
      <DataTable
        caption="People"
        columns={personColumns(props)}
        rows={props.people}
        narrow="stack"
        empty={<EmptyState title="Nobody is here yet" />}
      />
    </Card>
    <Card title="Invitations" variant="flush" description="Links that nobody has taken yet.">
      <DataTable
        caption="Invitations"
        columns={invitationColumns(props)}
        rows={props.invitations}
        narrow="stack"
        empty={<EmptyState icon="check-circle" title="None is open" />}
      />
    </Card>
  </Stack>
)

const Locked: FC<{ locked: LockedPerson; csrf: string | undefined }> = ({ locked, csrf }) => (
  <Callout tone="warn" title={`${locked.username} cannot sign in by password`}>
    <Stack gap="tight">
      <p>
        There were {locked.failures} failed tries. The next is possible at {absoluteMinute(locked.until)}. If
        they were not {locked.username}’s own, somebody is guessing.
      </p>
      {csrf !== undefined && (
        <Form
          action={paths.changePerson(locked.username, 'unlock')}
          csrf={csrf}
          layout="inline"
          label={`Let ${locked.username} try again now`}
        >
          <Button size="small">Let them try again now</Button>
        </Form>
      )}
    </Stack>
  </Callout>
)

/** Roles as badges. */
export const RoleBadges: FC<{ roles: readonly Role[] }> = ({ roles }) => (
  <Cluster gap="tight">
    {roles.map((role) => (
      <Badge>{ROLE_WORDS[role].name}</Badge>
    ))}
  </Cluster>
)

function personColumns({ csrf, now }: PeoplePageProps): Column<ListedPerson>[] {
  return [
    {
      key: 'name',
      header: 'Name',
      isRowHeader: true,
      isWide: true,
      cell: ({ person }) => (
        <Cluster gap="tight">
          {csrf === undefined ? (
            <span>{person.username}</span>
          ) : (
            <a href={paths.personOfDesk(person.username)}>{person.username}</a>
          )}
          {person.isDisabled && (
            <Badge tone="bad" icon="lock">
              Disabled
            </Badge>
          )}
        </Cluster>
      ),
    },
    { key: 'roles', header: 'Roles', cell: ({ roles }) => <RoleBadges roles={roles} /> },
    { key: 'seen', header: 'Last seen', cell: ({ lastSeenAt }) => <When at={lastSeenAt} now={now} /> },
    { key: 'ways', header: 'Gets in by', cell: ({ ways }) => ways.join(', ') },
  ]
}

function invitationColumns({ csrf, now }: PeoplePageProps): Column<Invitation>[] {
  const columns: Column<Invitation>[] = [
    { key: 'name', header: 'For', isRowHeader: true, isWide: true, cell: ({ username }) => username },
    {
      key: 'what',
      header: 'As',
      cell: ({ personId, roles }) =>
        personId === undefined ? <RoleBadges roles={roles} /> : 'To choose a new password',
    },
    { key: 'by', header: 'Invited by', cell: ({ invitedBy }) => invitedBy ?? 'on the desk’s machine' },
    {
      key: 'until',
      header: 'Holds until',
      cell: ({ until }) =>
        until > now ? <span class="nowrap">{absoluteMinute(until)}</span> : <Badge tone="warn">Over</Badge>,
    },
  ]
  if (csrf === undefined) return columns
  return [
    ...columns,
    {
      key: 'change',
      header: 'Change',
      isHeaderHidden: true,
      align: 'end',
      cell: ({ id, username }) => (
        <FormActions>
          <Form
            action={paths.renewInvitation(id)}
            csrf={csrf}
            layout="inline"
            label={`A new link for ${username}`}
          >
            <Button size="small">
              New link<span class="visually-hidden"> for {username}</span>
            </Button>
          </Form>
          <Form
            action={paths.revokeInvitation(id)}
            csrf={csrf}
            layout="inline"
            label={`Take back the link of ${username}`}
          >
            <Button size="small" kind="quiet">
              Take back<span class="visually-hidden"> the link of {username}</span>
            </Button>
          </Form>
        </FormActions>
      ),
    },
  ]
}
