import { REASON_SENTENCES } from '@scoregate/protocol/reason-code'
import { Badge, HoldStateBadge } from '@scoregate/ui/badge'
import { ButtonLink } from '@scoregate/ui/button'
import { FileSize, InertName } from '@scoregate/ui/facts'
import { Callout, EmptyState } from '@scoregate/ui/feedback'
import { Card, Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import { Pagination, Tabs } from '@scoregate/ui/navigation'
import { type Column, DataTable } from '@scoregate/ui/table'
import { TimeLeft, When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import type { HoldList } from '../holds/hold-queries.ts'
import type { HoldId, HoldSummary } from '../holds/hold-record.ts'
import { paths } from '../paths.ts'

const WORDS = {
  waiting: {
    tab: 'Waiting',
    caption: 'Results that wait for a decision, the nearest deadline first',
    noun: 'waiting results',
    empty: 'Nothing is waiting for you',
    emptyText:
      'A result appears here when a worker has sealed one. Until you decide, none of it leaves this site.',
  },
  failed: {
    tab: 'Failed runs',
    caption: 'Runs that failed, the newest first',
    noun: 'failed runs',
    empty: 'No failed runs',
    emptyText:
      'When a run fails, its logs are kept here for a while. You may release them to the participant, or leave them.',
  },
  decided: {
    tab: 'Decided',
    caption: 'What was decided, the newest first',
    noun: 'decisions',
    empty: 'Nothing has been decided yet',
    emptyText: 'Every decision is listed here, with who made it and what left the site.',
  },
} as const satisfies Record<HoldList, Record<string, string>>

/** How many scores a line shows; the others are on the hold's own page. */
const SCORES_AT_A_GLANCE = 2

/** See `InboxPage`. */
export interface InboxPageProps {
  readonly list: HoldList
  readonly holds: readonly HoldSummary[]
  readonly counts: Readonly<Record<HoldList, number>>
  /** Holds of which a release was stopped. */
  readonly alarms: readonly HoldId[]
  readonly offset: number
  readonly perPage: number
  readonly now: Date
}

/** The inbox: what waits for a decision, what failed, and what was decided. */
export const InboxPage: FC<InboxPageProps> = ({ list, holds, counts, alarms, offset, perPage, now }) => {
  const words = WORDS[list]
  const total = counts[list]
  return (
    <Stack>
      <PageHeader
        title="Inbox"
        description="Look at what a run produced, and decide what of it may leave."
        actions={<ButtonLink href={paths.inbox(list, offset)}>Refresh</ButtonLink>}
      />
      {alarms.length > 0 && <StoppedReleases alarms={alarms} />}
      <Tabs
        label="Lists"
        tabs={(['waiting', 'failed', 'decided'] as const).map((name) => ({
          href: paths.inbox(name),
          label: WORDS[name].tab,
          count: counts[name],
          current: name === list,
        }))}
      />
      <Card variant="flush">
        <DataTable
          caption={words.caption}
          columns={columnsOf(list, now)}
          rows={holds}
          narrow="stack"
          empty={<EmptyState icon="inbox" title={words.empty} text={words.emptyText} />}
        />
      </Card>
      {total > 0 && (
        <Pagination
          first={holds.length === 0 ? 0 : offset + 1}
          last={offset + holds.length}
          total={total}
          noun={words.noun}
          previousHref={offset > 0 ? paths.inbox(list, Math.max(0, offset - perPage)) : undefined}
          nextHref={offset + holds.length < total ? paths.inbox(list, offset + perPage) : undefined}
        />
      )}
    </Stack>
  )
}

const StoppedReleases: FC<{ alarms: readonly HoldId[] }> = ({ alarms }) => (
  <Callout tone="bad" title="A release was stopped, since the vault no longer has what was sealed">
    Nothing of it was sent. Look at{' '}
    {alarms.map((id, at) => (
      <>
        {at > 0 && ', '}
        <a class="monospace" href={paths.hold(id)}>
          {id}
        </a>
      </>
    ))}
    , and ask whoever runs this site.
  </Callout>
)

type HoldColumn = Column<HoldSummary>

function columnsOf(list: HoldList, now: Date): HoldColumn[] {
  const competition: HoldColumn = {
    key: 'competition',
    header: 'Competition',
    isRowHeader: true,
    isWide: true,
    cell: ({ job }) => (
      <Stack gap="tight">
        <InertName text={job.competition.title} />
        <span class="muted">
          <InertName text={`${job.phase.name}, ${job.task.name}`} />
        </span>
      </Stack>
    ),
  }
  const participant: HoldColumn = {
    key: 'participant',
    header: 'Participant',
    cell: ({ job }) => <InertName text={job.participant.username} />,
  }
  const files: HoldColumn = {
    key: 'files',
    header: 'Files',
    align: 'end',
    cell: ({ fileCount, totalBytes }) => (
      <span class="nowrap">
        {fileCount === 1 ? '1 file' : `${fileCount} files`}, <FileSize bytes={totalBytes} />
      </span>
    ),
  }
  const open = (label: string, kind: 'primary' | 'secondary'): HoldColumn => ({
    key: 'open',
    header: 'Open',
    isHeaderHidden: true,
    align: 'end',
    cell: ({ id }) => (
      <ButtonLink href={paths.hold(id)} size="small" kind={kind}>
        {label}
      </ButtonLink>
    ),
  })
  switch (list) {
    case 'waiting':
      return [competition, participant, SCORES, files, timeLeft(now), open('Review', 'primary')]
    case 'failed':
      return [competition, participant, FAILURE, files, sealed(now), open('Look', 'secondary')]
    case 'decided':
      return [competition, participant, STATE, decided(now), open('Open', 'secondary')]
  }
}

const SCORES: HoldColumn = {
  key: 'scores',
  header: 'Scores',
  cell: (hold) => (
    <Stack gap="tight">
      {hold.hostile && <Suspicious />}
      <ScoresAtAGlance hold={hold} />
    </Stack>
  ),
}

const FAILURE: HoldColumn = {
  key: 'failure',
  header: 'Why it failed',
  isWide: true,
  cell: ({ failure, hostile }) => (
    <Stack gap="tight">
      {hostile && <Suspicious />}
      {failure !== undefined && <span>{REASON_SENTENCES[failure]}</span>}
    </Stack>
  ),
}

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

function timeLeft(now: Date): HoldColumn {
  return {
    key: 'time-left',
    header: 'Time left',
    cell: ({ expiresAt, depositedAt }) => <TimeLeft deadline={expiresAt} now={now} opened={depositedAt} />,
  }
}

function sealed(now: Date): HoldColumn {
  return {
    key: 'deposited',
    header: 'Arrived',
    cell: ({ depositedAt }) => <When at={depositedAt} now={now} />,
  }
}

function decided(now: Date): HoldColumn {
  return { key: 'decided', header: 'Decided', cell: ({ decidedAt }) => <When at={decidedAt} now={now} /> }
}

const Suspicious: FC = () => (
  <span>
    <Badge tone="bad" icon="alert">
      Suspicious output
    </Badge>
  </span>
)

const ScoresAtAGlance: FC<{ hold: HoldSummary }> = ({ hold }) => {
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
