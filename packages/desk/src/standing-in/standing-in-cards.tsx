import { Button } from '@scoregate/ui/button'
import { SelectField } from '@scoregate/ui/choice'
import { InertName } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { ErrorSummary, errorAt, Form, FormActions, type FormError, TextField } from '@scoregate/ui/form'
import { Card, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import { paths } from '../paths.ts'
import { type Delegation, LONGEST_ABSENCE_DAYS } from './delegations.ts'
import type { PlatformName } from './platform-names.ts'

/** The form of an absence as somebody sent it, with what is wrong with it. */
export type RefusedAbsence = {
  readonly to: string
  readonly from: string
  readonly until: string
  readonly errors: readonly FormError[]
}

/** See `AbsenceCard`. */
export interface AbsenceCardProps {
  readonly delegations: readonly Delegation[]
  /** In whose places this person decides now. */
  readonly places: readonly Delegation[]
  /** The other reviewers. */
  readonly others: readonly string[]
  readonly refused?: RefusedAbsence | undefined
  /** Absent for whoever reads with a token: forms are for browsers. */
  readonly csrf: string | undefined
  readonly now: Date
}

/** Who decides in one's place while one is away. */
export const AbsenceCard: FC<AbsenceCardProps> = (props) => {
  const { delegations, places, others, csrf } = props
  return (
    <Card
      id="absence"
      title="While you are away"
      description="Name another reviewer for a time. They get your notices, and decide in your place where the policy names you and not them. You two stay one: where two must approve, the other approval comes from a third person."
    >
      <Stack>
        {places.map(({ absent, until }) => (
          <Callout tone="info">
            You decide in the place of <InertName text={absent} />, until {dayBefore(until)}.
          </Callout>
        ))}
        <DataTable
          caption="Who decides in your place"
          columns={delegationColumns(props)}
          rows={delegations}
          narrow="stack"
          empty="You have named nobody."
        />
        {csrf !== undefined &&
          (others.length === 0 ? (
            <p class="muted">There is no other reviewer here whom you could name.</p>
          ) : (
            <AbsenceForm {...props} csrf={csrf} />
          ))}
      </Stack>
    </Card>
  )
}

function delegationColumns({ csrf }: AbsenceCardProps): Column<Delegation>[] {
  return [
    {
      key: 'delegate',
      header: 'Reviewer',
      isRowHeader: true,
      cell: ({ delegate }) => <InertName text={delegate} />,
    },
    { key: 'from', header: 'From', cell: ({ from }) => from.toISOString().slice(0, 10) },
    { key: 'until', header: 'Until', cell: ({ until }) => dayBefore(until) },
    ...(csrf === undefined
      ? []
      : [
          {
            key: 'revoke',
            header: 'Revoke',
            isHeaderHidden: true,
            cell: ({ id, delegate }: Delegation) => (
              <Form action={paths.endDelegation(id)} csrf={csrf} layout="inline" label={`Revoke ${delegate}`}>
                <Button kind="quiet" size="small">
                  Revoke
                </Button>
              </Form>
            ),
          },
        ]),
  ]
}

const AbsenceForm: FC<AbsenceCardProps & { csrf: string }> = ({ others, refused, csrf, now }) => {
  const errors = refused?.errors ?? []
  const today = now.toISOString().slice(0, 10)
  return (
    <Form action={paths.delegate} csrf={csrf} label="Name a reviewer">
      <ErrorSummary errors={errors} />
      <SelectField
        name="to"
        label="Who decides in your place?"
        options={[
          { value: '', label: 'Choose a reviewer' },
          ...others.map((name) => ({ value: name, label: name })),
        ]}
        value={refused?.to}
        error={errorAt(errors, 'to')}
      />
      <TextField
        name="from"
        label="First day"
        type="date"
        width="medium"
        value={refused?.from ?? today}
        error={errorAt(errors, 'from')}
      />
      <TextField
        name="until"
        label="Last day"
        hint={`At most ${LONGEST_ABSENCE_DAYS} days, in UTC. You can revoke it at any time.`}
        type="date"
        width="medium"
        value={refused?.until}
        error={errorAt(errors, 'until')}
      />
      <FormActions>
        <Button>Name this reviewer</Button>
      </FormActions>
    </Form>
  )
}

/** See `NamesCard`. */
export interface NamesCardProps {
  readonly names: readonly PlatformName[]
  readonly refused?: { readonly name: string; readonly errors: readonly FormError[] } | undefined
  readonly csrf: string | undefined
  readonly now: Date
}

/** What one is called at the platforms, so that nobody decides their own submission. */
export const NamesCard: FC<NamesCardProps> = (props) => {
  const { names, refused, csrf } = props
  const errors = refused?.errors ?? []
  return (
    <Card
      id="platform-names"
      title="Your names at the platforms"
      description="If you take part in competitions yourself: submissions under these names, and under the name that you have here, are for somebody else to decide."
    >
      <Stack>
        <DataTable
          caption="Your names at the platforms"
          columns={nameColumns(props)}
          rows={names}
          narrow="stack"
          empty="You have given no other name than that of this account."
        />
        {csrf !== undefined && (
          <Form action={paths.declareName} csrf={csrf} label="Add a name">
            <ErrorSummary errors={errors} />
            <TextField
              name="platform-name"
              label="A name of yours at a platform"
              hint="As the platform shows it. Taking it back later changes nothing about what has arrived by then."
              maxLength={150}
              autocomplete="off"
              value={refused?.name}
              error={errorAt(errors, 'platform-name')}
            />
            <FormActions>
              <Button>Add this name</Button>
            </FormActions>
          </Form>
        )}
      </Stack>
    </Card>
  )
}

function nameColumns({ csrf, now }: NamesCardProps): Column<PlatformName>[] {
  return [
    {
      key: 'name',
      header: 'Name',
      isRowHeader: true,
      isWide: true,
      cell: ({ name }) => <InertName text={name} />,
    },
    { key: 'declared', header: 'Given', cell: ({ declaredAt }) => <When at={declaredAt} now={now} /> },
    ...(csrf === undefined
      ? []
      : [
          {
            key: 'withdraw',
            header: 'Take back',
            isHeaderHidden: true,
            cell: ({ id, name }: PlatformName) => (
              <Form action={paths.withdrawName(id)} csrf={csrf} layout="inline" label={`Take back ${name}`}>
                <Button kind="quiet" size="small">
                  Take back
                </Button>
              </Form>
            ),
          },
        ]),
  ]
}

/** A delegation ends with the end of its last day. */
function dayBefore(until: Date): string {
  return new Date(until.getTime() - 1).toISOString().slice(0, 10)
}
