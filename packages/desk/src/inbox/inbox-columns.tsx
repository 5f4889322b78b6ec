import type { Approver } from '@scoregate/gate/approvals'
import { REASON_SENTENCES } from '@scoregate/protocol/reason-code'
import { Badge, HoldStateBadge } from '@scoregate/ui/badge'
import { Button, ButtonLink } from '@scoregate/ui/button'
import { FileSize, InertName } from '@scoregate/ui/facts'
import { showInertLine } from '@scoregate/ui/inert-text'
import { Cluster, Stack } from '@scoregate/ui/layout'
import type { Column } from '@scoregate/ui/table'
import { TimeLeft, When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import { ApproverName } from '../approvals/approval-notes.tsx'
import type { Deciding } from '../approvals/deciding.ts'
import { ChecksBadge } from '../checks/findings-card.tsx'
import type { HoldChecks } from '../checks/hold-checks.ts'
import { deadlineNote } from '../holds/deadline-words.ts'
import type { HoldId, HoldSummary } from '../holds/hold-record.ts'
import { paths } from '../paths.ts'
import { bulkHindrance } from './bulk.ts'
import type { Claim } from './claims.ts'
import { FIRST_ORDER, type InboxQuery, inboxSearch, type SortKey, sortingOf } from './inbox-query.ts'
import { claimWords } from './inbox-words.ts'

/** How many scores a line shows; the others are on the hold's own page. */
const SCORES_AT_A_GLANCE = 2

/** The form that the buttons of the lines belong to; each has its own address. */
export const CLAIM_FORM = 'claim-form'

/** The form that the ticks of the lines belong to. */
export const BULK_FORM = 'bulk-form'

/** What the lines of a list need to know. */
export type ListContext = {
  readonly query: InboxQuery
  readonly claims: ReadonlyMap<HoldId, readonly Claim[]>
  readonly checks: ReadonlyMap<HoldId, HoldChecks>
  /** How each is to be decided, for whoever looks. */
  readonly deciding: ReadonlyMap<HoldId, Deciding>
  /** Who decided those that a reviewer did. */
  readonly deciders: ReadonlyMap<HoldId, readonly Approver[]>
  readonly me: string
  /** Whether the page has the form that a button needs. */
  readonly hasForms: boolean
  /** Whether every line that can be ticked is. */
  readonly isTicked: boolean
  readonly now: Date
}

type HoldColumn = Column<HoldSummary>

/** The columns of a list, each with the address that sorts by it. */
export function inboxColumns(context: ListContext): HoldColumn[] {
  const { now } = context
  const competition = sortable(context, 'competition', competitionColumn(context))
  const participant = sortable(context, 'participant', PARTICIPANT)
  const arrived = sortable(context, 'arrived', {
    key: 'arrived',
    header: 'Arrived',
    isShort: true,
    cell: ({ depositedAt, worker }) => (
      <Stack gap="tight">
        <When at={depositedAt} now={now} />
        <span class="muted">
          <InertName text={worker} />
        </span>
      </Stack>
    ),
  })
  switch (context.query.list) {
    case 'waiting': {
      const timeLeft: HoldColumn = {
        key: 'time-left',
        header: 'Time left',
        cell: (hold) => (
          <Stack gap="tight">
            <TimeLeft deadline={hold.expiresAt} now={now} opened={hold.depositedAt} />
            {deadlineNote(hold) !== undefined && <span class="muted">{deadlineNote(hold)}</span>}
          </Stack>
        ),
      }
      const deadline = sortable(context, 'deadline', timeLeft)
      const columns = [
        competition,
        participant,
        scoresColumn(context),
        arrived,
        deadline,
        reviewColumn(context),
      ]
      return context.hasForms ? [tickColumn(context), ...columns] : columns
    }
    case 'failed':
      return [competition, participant, failureColumn(context), arrived, open('Look')]
    case 'decided': {
      const decided: HoldColumn = {
        key: 'decided',
        header: 'Decided',
        cell: ({ id, decidedAt }) => (
          <Stack gap="tight">
            <When at={decidedAt} now={now} />
            {(context.deciders.get(id) ?? []).map((approver) => (
              <span class="muted">
                by <ApproverName approver={approver} />
              </span>
            ))}
          </Stack>
        ),
      }
      const decidedAt = sortable(context, 'decided', decided)
      return [competition, participant, STATE, arrived, decidedAt, open('Open')]
    }
  }
}

/** A click on the heading sorts by it, a second one the other way round; the filters stay, the page is the first. */
function sortable({ query }: ListContext, key: SortKey, column: HoldColumn): HoldColumn {
  const now = sortingOf(query)
  const order = now.sort === key ? (now.order === 'asc' ? 'desc' : 'asc') : FIRST_ORDER[key]
  const search = { ...query, sort: key, order, after: undefined, before: undefined, from: undefined }
  return {
    ...column,
    sortHref: paths.inbox(query.list, inboxSearch(search)),
    sorted: now.sort === key ? (now.order === 'asc' ? 'ascending' : 'descending') : undefined,
  }
}

/** A tick for each line that can be decided together with others; the hold's own page is open to all of them. */
function tickColumn({ isTicked, checks, deciding }: ListContext): HoldColumn {
  return {
    key: 'tick',
    header: 'Tick',
    isHeaderHidden: true,
    cell: (hold) =>
      bulkHindrance(hold, { checks: checks.get(hold.id), deciding: deciding.get(hold.id) }) === undefined ? (
        <input
          class="choice-input"
          type="checkbox"
          name="hold"
          value={hold.id}
          form={BULK_FORM}
          checked={isTicked}
          aria-label={`Tick the result of ${showInertLine(hold.job.participant.username)}, ${hold.id}`}
        />
      ) : (
        ''
      ),
  }
}

function competitionColumn({ claims, deciding, me }: ListContext): HoldColumn {
  return {
    key: 'competition',
    header: 'Competition',
    isRowHeader: true,
    isWide: true,
    cell: ({ id, job }) => {
      const own = claims.get(id) ?? []
      const first = deciding.get(id)?.first
      return (
        <Stack gap="tight">
          <a href={paths.hold(id)}>
            <InertName text={job.competition.title} />
          </a>
          <span class="muted">
            <InertName text={`${job.phase.name}, ${job.task.name}`} />
          </span>
          {first !== undefined && (
            <span>
              <Badge tone="info" icon="clock">
                Needs a second reviewer
              </Badge>{' '}
              <span class="muted">
                approved first by <ApproverName approver={first} />
              </span>
            </span>
          )}
          {own.length > 0 && <span class="muted">{claimWords(own, me)}</span>}
        </Stack>
      )
    },
  }
}

const PARTICIPANT: HoldColumn = {
  key: 'participant',
  header: 'Participant',
  isShort: true,
  cell: ({ job }) => <InertName text={job.participant.username} />,
}

/** Opening a hold by this button also says to the others that one is looking at it. */
function reviewColumn({ hasForms }: ListContext): HoldColumn {
  if (!hasForms) return open('Look')
  return {
    key: 'open',
    header: 'Open',
    isHeaderHidden: true,
    align: 'end',
    cell: ({ id }) => (
      <Button size="small" kind="primary" form={CLAIM_FORM} formAction={paths.claim(id)}>
        Review<span class="visually-hidden"> {id}</span>
      </Button>
    ),
  }
}

function open(label: string): HoldColumn {
  return {
    key: 'open',
    header: 'Open',
    isHeaderHidden: true,
    align: 'end',
    cell: ({ id }) => (
      <ButtonLink href={paths.hold(id)} size="small">
        {label}
        <span class="visually-hidden"> {id}</span>
      </ButtonLink>
    ),
  }
}

const scoresColumn = ({ checks }: ListContext): HoldColumn => ({
  key: 'scores',
  header: 'Scores and findings',
  isShort: true,
  cell: (hold) => (
    <Stack gap="tight">
      {hold.hostile && <Suspicious />}
      <ScoresAtAGlance hold={hold} />
      <span>
        <ChecksBadge checks={checks.get(hold.id)} />
      </span>
      <span class="muted nowrap">
        {hold.fileCount === 1 ? '1 file' : `${hold.fileCount} files`}, <FileSize bytes={hold.totalBytes} />
      </span>
    </Stack>
  ),
})

const failureColumn = ({ checks }: ListContext): HoldColumn => ({
  key: 'failure',
  header: 'Why it failed',
  isWide: true,
  cell: ({ id, failure, hostile }) => (
    <Stack gap="tight">
      {hostile && <Suspicious />}
      {failure !== undefined && <span>{REASON_SENTENCES[failure]}</span>}
      <span>
        <ChecksBadge checks={checks.get(id)} />
      </span>
    </Stack>
  ),
})

const STATE: HoldColumn = {
  key: 'state',
  header: 'State',
  cell: ({ state, alarm }) => (
    <Cluster gap="tight">
      <HoldStateBadge state={state} />
      {alarm !== undefined && (
        <Badge tone="bad" icon="alert">
          Release stopped
        </Badge>
      )}
    </Cluster>
  ),
}

const Suspicious: FC = () => (
  <span>
    <Badge tone="bad" icon="alert">
      Suspicious output
    </Badge>
  </span>
)

/** The first scores of a hold, as they would leave. */
export const ScoresAtAGlance: FC<{ hold: HoldSummary }> = ({ hold }) => {
  if (hold.scores.kind !== 'read') return <span class="muted">None</span>
  const { shown } = hold.scores
  return (
    <>
      {shown.slice(0, SCORES_AT_A_GLANCE).map(({ column, released }) => (
        <span>
          <span class="muted">
            <InertName text={column.title} />{' '}
          </span>
          <span class="nowrap">{released ?? 'none'}</span>
        </span>
      ))}
      {shown.length > SCORES_AT_A_GLANCE && (
        <span class="muted">and {shown.length - SCORES_AT_A_GLANCE} more</span>
      )}
    </>
  )
}
