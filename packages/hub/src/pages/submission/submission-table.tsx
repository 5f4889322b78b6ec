import { SubmissionStatusBadge } from '@scoregate/ui/badge'
import { Button } from '@scoregate/ui/button'
import { InertName } from '@scoregate/ui/facts'
import { Form } from '@scoregate/ui/form'
import { Cluster } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { Child, FC } from 'hono/jsx'
import type { CompetitionView } from '../../competitions/competition-view.ts'
import type { ReceiptView } from '../../releases/load-receipts.ts'
import type { SubmissionView } from '../../submissions/submission-view.ts'
import { paths } from '../paths.ts'
import { DecisionLine } from './receipt-card.tsx'
import { primaryScore } from './submission-words.ts'

/** Submissions in a table: one's own, or with `actionsFor` all of a competition and what its organizer can do. */
export const SubmissionTable: FC<{
  caption: string
  competition: CompetitionView
  submissions: readonly SubmissionView[]
  now: Date
  empty: Child
  /** The organizer's session, and the page to come back to. */
  actionsFor?: { csrf: string; back: string } | undefined
  /** What tells the rows apart: their files, or the tasks of one file. */
  nameColumn?: 'file' | 'task' | undefined
}> = ({ caption, competition, submissions, now, empty, actionsFor, nameColumn = 'file' }) => (
  <DataTable
    caption={caption}
    narrow="stack"
    columns={[
      ...columnsOf({ competition, now, nameColumn, withOwner: actionsFor !== undefined }),
      ...(actionsFor === undefined ? [] : [actionColumn(actionsFor)]),
    ]}
    rows={submissions}
    rowId={(submission) => `submission-${submission.id}`}
    empty={empty}
  />
)

const OWNER_COLUMN: Column<SubmissionView> = {
  key: 'owner',
  header: 'Participant',
  cell: ({ owner }) => <bdi>{owner.username}</bdi>,
}
const FILE_COLUMN: Column<SubmissionView> = {
  key: 'file',
  header: 'File and phase',
  isWide: true,
  cell: ({ fileName, phase }) => (
    <>
      <InertName text={fileName} />
      <div class="muted">{phase.name}</div>
    </>
  ),
}
const TASK_COLUMN: Column<SubmissionView> = {
  key: 'task',
  header: 'Task',
  isWide: true,
  cell: ({ task }) => task?.name ?? '',
}

function columnsOf({
  competition,
  now,
  nameColumn,
  withOwner,
}: {
  competition: CompetitionView
  now: Date
  nameColumn: 'file' | 'task'
  withOwner: boolean
}): Column<SubmissionView>[] {
  const primary = competition.leaderboard.columns.find(
    (column) => column.index === competition.leaderboard.primaryIndex,
  )
  return [
    {
      key: 'id',
      header: 'Submitted',
      isRowHeader: true,
      cell: ({ id, createdAt }) => (
        <>
          <a href={paths.submission(id)}>
            <span class="visually-hidden">Submission </span>
            {id}
          </a>
          <div class="submitted-when">
            <When at={createdAt} now={now} />
          </div>
        </>
      ),
    },
    ...(withOwner ? [OWNER_COLUMN] : []),
    ...(nameColumn === 'file' ? [FILE_COLUMN] : [TASK_COLUMN]),
    {
      key: 'status',
      header: 'Status',
      cell: ({ status, reason, receipts }) => (
        <>
          <SubmissionStatusBadge status={status} />
          {reason !== undefined && <div class="reason-note">{reason.sentence}</div>}
          {withOwner && <Decided receipt={receipts.at(-1)} />}
        </>
      ),
    },
    {
      key: 'score',
      header: primary?.title ?? 'Score',
      align: 'end',
      cell: (submission) =>
        primaryScore(submission, primary?.key) ?? (
          <span class="muted">
            <span aria-hidden="true">–</span>
            <span class="visually-hidden">none yet</span>
          </span>
        ),
    },
  ]
}

/** Who decided, for the organizer; that nobody had to says nothing in a list. */
const Decided: FC<{ receipt: ReceiptView | undefined }> = ({ receipt }) =>
  receipt === undefined || receipt.decision.kind === 'none' ? null : (
    <div class="reason-note">
      <DecisionLine receipt={receipt} />
    </div>
  )

function actionColumn({ csrf, back }: { csrf: string; back: string }): Column<SubmissionView> {
  return {
    key: 'actions',
    header: 'Actions',
    isHeaderHidden: true,
    align: 'end',
    cell: ({ id, can }) => (
      <Cluster justify="end">
        {can.run && (
          <Act id={id} action="run" csrf={csrf} back={back} label={`Run submission ${id}`}>
            <Button kind="primary" size="small" icon="play">
              Run
            </Button>
          </Act>
        )}
        {can.cancel && (
          <Act id={id} action="cancel" csrf={csrf} back={back} label={`Cancel submission ${id}`}>
            <Button kind="quiet" size="small">
              Cancel
            </Button>
          </Act>
        )}
        {can.rerun && (
          <Act id={id} action="rerun" csrf={csrf} back={back} label={`Run submission ${id} again`}>
            <Button kind="quiet" size="small">
              Run again
            </Button>
          </Act>
        )}
      </Cluster>
    ),
  }
}

const Act: FC<{
  id: number
  action: 'run' | 'cancel' | 'rerun'
  csrf: string
  back: string
  label: string
  children?: Child
}> = ({ id, action, csrf, back, label, children }) => (
  <Form action={paths.submissionAction(id, action)} csrf={csrf} layout="inline" label={label}>
    <input type="hidden" name="back" value={back} />
    {children}
  </Form>
)
