import { Button, ButtonLink } from '@scoregate/ui/button'
import { SelectField } from '@scoregate/ui/choice'
import { Digest, InertName } from '@scoregate/ui/facts'
import { Callout, EmptyState } from '@scoregate/ui/feedback'
import { Form, FormActions } from '@scoregate/ui/form'
import { Card, Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import type { FC } from 'hono/jsx'
import { approvalHindrance, type Deciding } from '../approvals/deciding.ts'
import type { HoldId, HoldSummary } from '../holds/hold-record.ts'
import type { Signing } from '../passkeys/decision-signing.ts'
import { PasskeyField } from '../passkeys/passkey-field.tsx'
import { paths } from '../paths.ts'
import { REJECT_REASONS } from '../review/reject-reasons.ts'
import type { BulkOutcome } from './bulk.ts'
import type { Claim } from './claims.ts'
import { claimWords, counted } from './inbox-words.ts'

/** What the ticked results are to become. */
export type BulkAct = 'release' | 'reject'

/** See `BulkPage`. */
export interface BulkPageProps {
  readonly act: BulkAct
  readonly together: readonly HoldSummary[]
  readonly alone: readonly { readonly hold: HoldSummary; readonly hindrance: string }[]
  readonly deciding: ReadonlyMap<HoldId, Deciding>
  readonly claims: ReadonlyMap<HoldId, readonly Claim[]>
  readonly me: string
  readonly csrf: string
  /** Whether and how this reviewer can sign what they decide. */
  readonly signing: Signing
}

/** What is about to be decided together: every result with what it releases, and one button. */
export const BulkPage: FC<BulkPageProps> = (props) => {
  const { act, together, csrf, signing } = props
  const results = counted(together.length, 'result', 'results')
  return (
    <Stack>
      <PageHeader
        title={
          act === 'release' ? `You are about to release ${results}` : `You are about to reject ${results}`
        }
        breadcrumbs={[{ label: 'Inbox', href: paths.inbox() }]}
        description={
          act === 'release'
            ? 'Each releases the scores below and nothing else. Each is a decision of its own, and final.'
            : 'Nothing of them leaves. Each is a decision of its own, and final.'
        }
      />
      <LeftOut {...props} />
      {act === 'release' && <FirstOfTwo {...props} />}
      <Card variant="flush">
        <DataTable
          caption={act === 'release' ? 'What each releases' : 'What is rejected'}
          columns={bulkColumns(props)}
          rows={together}
          narrow="stack"
          empty={
            <EmptyState
              icon="inbox"
              title="None of these can be decided together"
              text="Tick results in the inbox whose scores are all that would leave."
            />
          }
        />
      </Card>
      {together.length > 0 && (
        <Form action={paths.bulk} csrf={csrf} label={act === 'release' ? 'Release' : 'Reject'}>
          <input type="hidden" name="act" value={act} />
          {together.map(({ id, manifestDigest }) => (
            <input type="hidden" name="hold" value={`${id}:${manifestDigest}`} />
          ))}
          {act === 'reject' && (
            <SelectField
              name="reason"
              label="Reason for all of them"
              hint="It stays at this site."
              options={[
                { value: '', label: 'Choose a reason' },
                ...Object.entries(REJECT_REASONS).map(([value, label]) => ({ value, label })),
              ]}
            />
          )}
          <FormActions>
            <Button
              disabledReason={
                isRequired(props) && signing.kind !== 'possible'
                  ? 'The policy wants these signed with a passkey. Add yours under “My account”.'
                  : undefined
              }
              kind={act === 'release' ? 'primary' : 'danger'}
              icon={act === 'release' ? 'send' : 'cross'}
            >
              {act === 'release' ? `Release ${results}` : `Reject ${results}`}
            </Button>
            <ButtonLink kind="quiet" href={paths.inbox()}>
              Back, without deciding
            </ButtonLink>
            {signing.kind === 'possible' && (
              <SigningField act={act} isRequired={isRequired(props)} origin={signing.origin} />
            )}
          </FormActions>
        </Form>
      )}
    </Stack>
  )
}

/** Whether one of the results can only be released with a signature. */
function isRequired({ act, together }: BulkPageProps): boolean {
  return act === 'release' && together.some(({ rules }) => rules.signed === 'required')
}

const SigningField: FC<{ act: BulkAct; isRequired: boolean; origin: string }> = (props) => (
  <>
    <p class="field-hint" data-with-script hidden>
      Your passkey signs all of them at once.
    </p>
    <PasskeyField
      act="use"
      question={paths.askBulkSignature}
      origin={props.origin}
      skip={
        props.isRequired ? undefined : `${props.act === 'release' ? 'Release' : 'Reject'} without a signature`
      }
      withoutScript={
        props.isRequired
          ? 'The policy wants these signed with a passkey, which needs script: switch it on to release them.'
          : 'Without script your passkey cannot sign these: they are recorded as not signed.'
      }
    />
  </>
)

/** Which of them do not leave at once. */
const FirstOfTwo: FC<BulkPageProps> = ({ together, deciding, me }) => {
  const isFirst = ({ id }: HoldSummary) => {
    const own = deciding.get(id)
    return own?.needed === 2 && (own.first === undefined || approvalHindrance(own, me) !== undefined)
  }
  const count = together.filter(isFirst).length
  return count === 0 ? null : (
    <Callout tone="info" title="Two reviewers must approve">
      {count === together.length
        ? 'Your approval is the first of two for these: they leave when another reviewer approves them, too.'
        : `For ${count} of these your approval is the first of two: they leave when another reviewer approves them, too.`}
    </Callout>
  )
}

const LeftOut: FC<BulkPageProps> = ({ alone }) =>
  alone.length === 0 ? null : (
    <Callout tone="warn" title="Not among them, since they need a look of their own">
      <ul>
        {alone.map(({ hold, hindrance }) => (
          <li>
            <a class="monospace" href={paths.hold(hold.id)}>
              {hold.id}
            </a>
            , by <InertName text={hold.job.participant.username} />, {hindrance}.
          </li>
        ))}
      </ul>
    </Callout>
  )

function bulkColumns({ claims, me }: BulkPageProps): Column<HoldSummary>[] {
  return [
    {
      key: 'competition',
      header: 'Competition',
      isRowHeader: true,
      isWide: true,
      cell: ({ id, job }) => {
        const others = (claims.get(id) ?? []).filter(({ reviewer }) => reviewer !== me)
        return (
          <Stack gap="tight">
            <a href={paths.hold(id)}>
              <InertName text={job.competition.title} />
            </a>
            <span class="muted">
              <InertName text={`${job.phase.name}, ${job.task.name}`} />
            </span>
            {others.length > 0 && <span>{claimWords(others)}</span>}
          </Stack>
        )
      },
    },
    {
      key: 'participant',
      header: 'Participant',
      cell: ({ job }) => (
        <Stack gap="tight">
          <InertName text={job.participant.username} />
          <span class="muted">Submission {job.submission.id}</span>
        </Stack>
      ),
    },
    { key: 'scores', header: 'Scores, as they would leave', cell: (hold) => <AllScores hold={hold} /> },
    { key: 'digest', header: 'Digest', cell: ({ manifestDigest }) => <Digest value={manifestDigest} /> },
  ]
}

const AllScores: FC<{ hold: HoldSummary }> = ({ hold }) =>
  hold.scores.kind !== 'read' ? (
    <span class="muted">None</span>
  ) : (
    <Stack gap="tight">
      {hold.scores.shown.map(({ column, written, released }) => (
        <span>
          <span class="muted">
            <InertName text={column.title} />{' '}
          </span>
          <strong class="monospace nowrap">{released ?? 'nothing'}</strong>
          {written !== undefined && written !== released && (
            <span class="muted">
              {' '}
              (as written: <InertName text={written} isMonospace />)
            </span>
          )}
        </span>
      ))}
    </Stack>
  )

/** What became of each. */
export const BulkDonePage: FC<{ act: BulkAct; outcomes: readonly BulkOutcome[] }> = ({ act, outcomes }) => {
  const others = outcomes.filter(({ kind }) => kind !== 'decided' && kind !== 'recorded')
  return (
    <Stack>
      <PageHeader
        title={act === 'release' ? 'Released together' : 'Rejected together'}
        breadcrumbs={[{ label: 'Inbox', href: paths.inbox() }]}
      />
      <Callout tone={others.length === 0 ? 'good' : 'warn'} title={bulkSummary(act, outcomes)}>
        {act === 'release'
          ? outcomes.some(({ kind }) => kind === 'decided')
            ? 'What was approved is being sent; its page says when the platform has it.'
            : 'Nothing has left this site.'
          : 'Nothing of what was rejected leaves this site.'}
      </Callout>
      <Card variant="flush">
        <DataTable
          caption="What became of each"
          columns={OUTCOME_COLUMNS[act]}
          rows={outcomes}
          narrow="stack"
          empty="Nothing was ticked."
        />
      </Card>
      <Cluster>
        <ButtonLink kind="primary" href={paths.inbox()}>
          To the inbox
        </ButtonLink>
      </Cluster>
    </Stack>
  )
}

const DONE_WORDS = { release: 'released', reject: 'rejected' } as const satisfies Record<BulkAct, string>

/** "7 released, 3 wait for a second reviewer, 1 was decided by somebody else meanwhile". */
export function bulkSummary(act: BulkAct, outcomes: readonly BulkOutcome[]): string {
  const count = (kind: BulkOutcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length
  const overtaken = count('overtaken')
  const refused = count('refused')
  const recorded = count('recorded')
  return [
    `${count('decided')} ${DONE_WORDS[act]}`,
    ...(recorded === 0 ? [] : [`${recorded} ${recorded === 1 ? 'waits' : 'wait'} for a second reviewer`]),
    ...(overtaken === 0
      ? []
      : [`${overtaken} ${overtaken === 1 ? 'was' : 'were'} decided by somebody else meanwhile`]),
    ...(refused === 0 ? [] : [`${refused} ${refused === 1 ? 'was' : 'were'} not decided`]),
  ].join(', ')
}

const OUTCOME_COLUMNS = {
  release: outcomeColumns('Approved, and being sent'),
  reject: outcomeColumns('Rejected'),
} as const satisfies Record<BulkAct, Column<BulkOutcome>[]>

function outcomeColumns(decidedWords: string): Column<BulkOutcome>[] {
  return [
    {
      key: 'hold',
      header: 'Hold',
      isRowHeader: true,
      cell: ({ id, hold }) =>
        hold === undefined ? (
          <InertName text={id} isMonospace />
        ) : (
          <a class="monospace" href={paths.hold(id)}>
            {id}
          </a>
        ),
    },
    {
      key: 'participant',
      header: 'Participant',
      cell: ({ hold }) => hold !== undefined && <InertName text={hold.job.participant.username} />,
    },
    {
      key: 'outcome',
      header: 'What became of it',
      isWide: true,
      cell: (outcome) => {
        switch (outcome.kind) {
          case 'decided':
            return decidedWords
          case 'recorded':
            return 'Your approval is recorded; it waits for a second reviewer'
          case 'overtaken':
            return 'It was decided by somebody else meanwhile; a decision is final'
          case 'refused':
            return <InertName text={`Not decided. ${outcome.sentence}`} />
        }
      },
    },
  ]
}
