import { EmptyState } from '@scoregate/ui/feedback'
import { Card, Stack } from '@scoregate/ui/layout'
import { Pagination } from '@scoregate/ui/navigation'
import { type Column, DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import type { CompetitionView, PhaseView } from '../../competitions/competition-view.ts'
import type { Viewer } from '../../hub.ts'
import type {
  LeaderboardColumn,
  LeaderboardRow,
  LeaderboardView,
} from '../../leaderboards/leaderboard-view.ts'
import { PageNav } from '../page-nav.tsx'
import { pageOf } from '../page-of.ts'
import { paths } from '../paths.ts'

const ROWS_PER_PAGE = 100

/** Who stands where in a phase, by what was released and nothing else. */
export const LeaderboardTab: FC<{
  competition: CompetitionView
  /** Absent where the organizer keeps it hidden from this viewer, or there is no phase. */
  leaderboard: LeaderboardView | undefined
  viewer: Viewer
  page: number
  now: Date
}> = ({ competition, leaderboard, viewer, page, now }) => {
  if (leaderboard === undefined) {
    return (
      <EmptyState
        icon="lock"
        title="This leaderboard is hidden"
        text="The organizer has not opened it yet. Your own scores are with your submissions."
      />
    )
  }
  const { id } = competition
  const phaseId = leaderboard.phase.id
  const shown = pageOf(leaderboard.rows, page, ROWS_PER_PAGE)
  return (
    <Stack>
      <PageNav
        label="Phases"
        links={competition.phases.map((phase) => ({
          href: paths.leaderboard(id, phase.id),
          label: phase.name,
          current: phase.id === phaseId,
        }))}
      />
      <Card
        title={leaderboard.title}
        description={describe(leaderboard)}
        variant="flush"
        footer={
          <Stack gap="tight">
            {shown.total > ROWS_PER_PAGE && (
              <Pagination
                {...shown}
                noun="rows"
                previousHref={shown.number > 1 ? paths.leaderboard(id, phaseId, shown.number - 1) : undefined}
                nextHref={shown.hasNext ? paths.leaderboard(id, phaseId, shown.number + 1) : undefined}
              />
            )}
            <p class="muted">{noteOn(competition)}</p>
          </Stack>
        }
      >
        <DataTable
          caption={`${leaderboard.title}: ${leaderboard.phase.name}`}
          columns={columnsOf(leaderboard, now)}
          rows={shown.rows}
          isHighlighted={(row) => row.owner.id === viewer?.id}
          rowId={(row) => `submission-${row.submissionId}`}
          empty={
            <EmptyState
              icon="bars"
              title="No scores yet"
              text="A score appears here when a submission has finished and its result is released."
            />
          }
        />
      </Card>
    </Stack>
  )
}

/** The phase to show first: one that runs, else the one that ended last. */
export function phaseToShow(phases: readonly PhaseView[]): PhaseView | undefined {
  return (
    phases.find((phase) => phase.state === 'running') ??
    phases.findLast((phase) => phase.state === 'over') ??
    phases[0]
  )
}

function describe({ phase, columns }: LeaderboardView): string {
  const primary = columns.find((column) => column.isPrimary)
  if (primary === undefined) return phase.name
  return `${phase.name}, ranked by ${primary.title}: ${primary.sorting === 'desc' ? 'higher' : 'lower'} is better`
}

function noteOn({ submissionFlow }: CompetitionView): string {
  return submissionFlow.whenScoringEnds === 'hold-for-review'
    ? 'Each score here was reviewed and released by the data owner.'
    : 'Only scores that were released from the data owner’s site are shown.'
}

function columnsOf({ columns }: LeaderboardView, now: Date): Column<LeaderboardRow>[] {
  const hasSeveralTasks = new Set(columns.map((column) => column.task.id)).size > 1
  return [
    { key: 'rank', header: 'Rank', align: 'end', cell: (row) => row.rank },
    {
      key: 'owner',
      header: 'Participant',
      isRowHeader: true,
      isWide: true,
      cell: (row) => <bdi>{row.owner.username}</bdi>,
    },
    ...columns.map(
      (column): Column<LeaderboardRow> => ({
        key: column.key,
        header: hasSeveralTasks ? `${column.title} (${column.task.name})` : column.title,
        align: 'end',
        sorted: column.isPrimary ? sortedWord(column) : undefined,
        cell: (row) => row.scores[column.key] ?? <Missing />,
      }),
    ),
    {
      key: 'submitted',
      header: 'Submitted',
      align: 'end',
      cell: (row) => <When at={row.submittedAt} now={now} />,
    },
  ]
}

function sortedWord({ sorting }: LeaderboardColumn): 'ascending' | 'descending' {
  return sorting === 'asc' ? 'ascending' : 'descending'
}

const Missing: FC = () => (
  <span class="muted">
    <span aria-hidden="true">–</span>
    <span class="visually-hidden">no score</span>
  </span>
)
