import { ARTEFACT_WORDS, ArtefactName } from '@scoregate/protocol/artefact'
import { isFinal } from '@scoregate/protocol/submission-status'
import { SubmissionStatusBadge } from '@scoregate/ui/badge'
import { Button, ButtonLink, Confirm } from '@scoregate/ui/button'
import { DefinitionList, FileSize, InertName, Stat } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { fileSizeWords } from '@scoregate/ui/file-size'
import { Form, FormActions } from '@scoregate/ui/form'
import { Card, Cluster, PageHeader, Split } from '@scoregate/ui/layout'
import { absoluteTime } from '@scoregate/ui/plain-time'
import { Steps, submissionSteps } from '@scoregate/ui/steps'
import { DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { Child, FC } from 'hono/jsx'
import type { CompetitionView } from '../../competitions/competition-view.ts'
import type { ArtefactView, SubmissionView } from '../../submissions/submission-view.ts'
import { LivePart, type LiveState, LiveWatch } from '../live.tsx'
import { paths } from '../paths.ts'
import { ReceiptCard } from './receipt-card.tsx'
import { SubmissionTable } from './submission-table.tsx'
import {
  absenceSentence,
  nextStep,
  nextStepAtWorker,
  primaryScore,
  statusSentence,
  statusSentenceAtWorker,
} from './submission-words.ts'
import { LiveLogCard, WorkerLogs, WorkerNotes } from './worker-cards.tsx'

type Shown = {
  readonly submission: SubmissionView
  readonly competition: CompetitionView
  readonly csrf: string
  readonly now: Date
}

/** One submission: how far it is, what came of it, and what can be done with it. */
export const SubmissionPage: FC<Shown & { state: LiveState; hubUrl: string }> = ({
  state,
  hubUrl,
  ...shown
}) => {
  const { submission, competition } = shown
  return (
    <>
      <LivePart id="submission">
        <PageHeader
          title={`Submission ${submission.id}`}
          breadcrumbs={[
            { label: 'Competitions', href: paths.home },
            { label: competition.title, href: paths.competition(competition.id) },
            submission.isOwner || !submission.isOrganizer
              ? { label: 'My submissions', href: paths.mySubmissions(competition.id) }
              : { label: 'All submissions', href: paths.manage(competition.id, 'submissions') },
          ]}
          badges={<SubmissionStatusBadge status={submission.status} />}
          actions={<Actions {...shown} />}
        />
        <Split asideLabel="Facts" aside={<Facts {...shown} />}>
          <Card title="Progress">
            <Steps label="The way of this submission" steps={stepsOf(shown)} />
          </Card>
          <Outcome submission={submission} />
          {submission.children.length > 0 && <Tasks {...shown} />}
          {submission.scores.length > 0 && <Scores {...shown} />}
          <LiveLogCard submission={submission} />
          {mayHaveArtefacts(submission) && <Artefacts {...shown} />}
          <WorkerLogs submission={submission} />
          <WorkerNotes submission={submission} />
          <ReceiptCard submission={submission} hubUrl={hubUrl} />
        </Split>
      </LivePart>
      <LiveWatch
        stateHref={paths.submissionState(submission.id)}
        pageHref={paths.submission(submission.id)}
        state={state}
      />
    </>
  )
}

/** What the status means now; after a failure why, and what to do. */
const Outcome: FC<{ submission: SubmissionView }> = ({ submission: { status, reason, worker } }) => {
  if (reason !== undefined) {
    return (
      <Callout tone="bad" role="status" title={reason.sentence}>
        {worker === undefined ? nextStep(reason.code) : nextStepAtWorker(reason.code)}
      </Callout>
    )
  }
  const tone = status === 'Finished' ? 'good' : status === 'Failed' ? 'bad' : 'info'
  return (
    <Callout tone={tone} role="status">
      {worker === undefined ? statusSentence(status) : statusSentenceAtWorker(status)}
    </Callout>
  )
}

function stepsOf({ submission, competition }: Shown) {
  const { status, timeline } = submission
  const reached = timeline.findLast((entry) => !isFinal(entry.status))?.status
  const isReviewed =
    competition.submissionFlow.whenScoringEnds === 'hold-for-review' ||
    timeline.some((entry) => entry.status === 'Awaiting validation')
  return submissionSteps({ status, reached, isReviewed }).map((step) => {
    // Where a run failed, the step it failed in shows when it began, as the others do.
    const at = timeline.findLast((entry) => entry.status === step.label)?.at
    return at === undefined || step.state === 'todo' ? step : { ...step, detail: <TimeOfDay at={at} /> }
  })
}

const TimeOfDay: FC<{ at: Date }> = ({ at }) => (
  <time datetime={at.toISOString()} title={absoluteTime(at)}>
    {at.toISOString().slice(11, 16)} UTC
  </time>
)

const Actions: FC<Shown> = ({ submission, csrf }) => {
  const { id, can, isOwner, isOrganizer, onLeaderboard, status } = submission
  const mayRank = (isOwner || isOrganizer) && status === 'Finished' && submission.parentId === undefined
  return (
    <>
      {mayRank && (
        <Form action={paths.submissionAction(id, 'leaderboard')} csrf={csrf} layout="inline">
          <Button name="shown" value={onLeaderboard ? 'no' : 'yes'} icon="bars">
            {onLeaderboard ? 'Take off the leaderboard' : 'Put on the leaderboard'}
          </Button>
        </Form>
      )}
      {can.rerun && (
        <Form action={paths.submissionAction(id, 'rerun')} csrf={csrf} layout="inline">
          <Button>Run again</Button>
        </Form>
      )}
      {can.run && (
        <Form action={paths.submissionAction(id, 'run')} csrf={csrf} layout="inline">
          <Button kind="primary" icon="play">
            Run
          </Button>
        </Form>
      )}
      {can.cancel && (
        <Confirm
          label="Cancel"
          kind="secondary"
          icon="ban"
          title="Cancel this submission?"
          text="It stops, nothing of it is released, and it cannot be taken up again."
        >
          <Form action={paths.submissionAction(id, 'cancel')} csrf={csrf}>
            <FormActions>
              <Button kind="danger">Yes, cancel it</Button>
            </FormActions>
          </Form>
        </Confirm>
      )}
    </>
  )
}

const Facts: FC<Shown> = ({ submission, now }) => {
  const mayDownload = submission.isOwner || submission.isOrganizer
  const items: { term: string; value: Child }[] = [
    {
      term: 'File',
      value: mayDownload ? (
        <a href={paths.submissionFile(submission.id)}>
          <InertName text={submission.fileName} />
        </a>
      ) : (
        <InertName text={submission.fileName} />
      ),
    },
    { term: 'Size', value: <FileSize bytes={submission.sizeBytes} /> },
    { term: 'Phase', value: submission.phase.name },
    ...(submission.task === undefined ? [] : [{ term: 'Task', value: submission.task.name }]),
    { term: 'Participant', value: <bdi>{submission.owner.username}</bdi> },
    { term: 'Submitted', value: <When at={submission.createdAt} now={now} /> },
    { term: 'Started', value: <When at={submission.startedAt} now={now} /> },
    ...(submission.finishedAt === undefined
      ? []
      : [{ term: 'Ended', value: <When at={submission.finishedAt} now={now} /> }]),
    ...(submission.releasedAt === undefined
      ? []
      : [{ term: 'Released', value: <When at={submission.releasedAt} now={now} /> }]),
    ...(submission.status === 'Finished'
      ? [{ term: 'Leaderboard', value: submission.onLeaderboard ? 'Shown' : 'Not shown' }]
      : []),
    ...(submission.parentId === undefined
      ? []
      : [
          {
            term: 'Part of',
            value: <a href={paths.submission(submission.parentId)}>Submission {submission.parentId}</a>,
          },
        ]),
  ]
  return (
    <Card title="Facts">
      <DefinitionList items={items} />
    </Card>
  )
}

/** A submission to several tasks runs once for each. */
const Tasks: FC<Shown> = ({ submission, competition, now }) => (
  <Card title="Tasks" variant="flush">
    <SubmissionTable
      caption="One run for each task"
      competition={competition}
      submissions={submission.children}
      now={now}
      nameColumn="task"
      empty={null}
    />
  </Card>
)

const Scores: FC<Shown> = ({ submission, competition }) => {
  const { columns, primaryIndex } = competition.leaderboard
  const primary = columns.find((column) => column.index === primaryIndex)
  const titleOf = (key: string) => columns.find((column) => column.key === key)?.title ?? key
  const first = primaryScore(submission, primary?.key)
  const others = submission.scores.filter((score) => score.column !== primary?.key)
  return (
    <Card title="Scores">
      <div class="score-list">
        {first !== undefined && primary !== undefined && (
          <Stat label={primary.title} value={first} note="Ranks the leaderboard" />
        )}
        {others.map((score) => (
          <Stat label={titleOf(score.column)} value={score.value} />
        ))}
      </div>
    </Card>
  )
}

/** Whether a run got far enough to leave something that can be released. */
function mayHaveArtefacts({ status, timeline, artefacts, children, worker }: SubmissionView): boolean {
  if (artefacts.length > 0) return true
  // Nobody withholds anything of what a Codabench worker sends.
  if (worker !== undefined) return false
  if (children.length > 0 || !isFinal(status) || status === 'Cancelled') return false
  return timeline.some((entry) => entry.status === 'Running' || entry.status === 'Scoring')
}

/** What the data owner released, and of the rest that they did not. */
const Artefacts: FC<Shown> = ({ submission, competition }) => {
  const task = competition.tasks.find(({ id }) => id === submission.task?.id)
  const released = new Map<ArtefactName, ArtefactView>(
    submission.artefacts.map((artefact) => [artefact.name, artefact]),
  )
  const names = ArtefactName.options.filter(
    (name) =>
      released.has(name) ||
      (name !== 'scores' &&
        submission.worker === undefined &&
        (name !== 'detailed_results' || competition.enableDetailedResults) &&
        (!COME_FROM_INGESTION.has(name) || task?.hasIngestionProgram !== false)),
  )
  const sentences = new Set(names.map((name) => absenceSentence(submission, name)))
  if (released.size === 0 && sentences.size === 1) {
    return (
      <Card title="Files and logs">
        <p class="muted">{[...sentences]}</p>
      </Card>
    )
  }
  return (
    <Card
      title="Files and logs"
      description={
        submission.worker === undefined
          ? 'What the data owner released of this run.'
          : 'What the worker sent of this run.'
      }
      variant="flush"
    >
      <DataTable
        caption="Files and logs"
        narrow="stack"
        columns={[
          {
            key: 'name',
            header: 'What',
            isRowHeader: true,
            cell: (name) => ARTEFACT_WORDS[name],
          },
          {
            key: 'state',
            header: 'Download',
            align: 'end',
            isWide: true,
            cell: (name) => <Release submission={submission} name={name} artefact={released.get(name)} />,
          },
        ]}
        rows={names}
        empty={null}
      />
    </Card>
  )
}

/** A download, or the sentence that stands for what stayed. Saved and never opened here: it is the text of a run. */
const Release: FC<{
  submission: SubmissionView
  name: ArtefactName
  artefact: ArtefactView | undefined
}> = ({ submission, name, artefact }) =>
  artefact === undefined ? (
    <span class="muted">{absenceSentence(submission, name)}</span>
  ) : (
    <Cluster justify="end">
      <ButtonLink
        href={paths.artefact(submission.id, artefact.name)}
        size="small"
        icon="download"
        download=""
      >
        Download, {fileSizeWords(artefact.sizeBytes)}
      </ButtonLink>
    </Cluster>
  )

const COME_FROM_INGESTION: ReadonlySet<ArtefactName> = new Set([
  'ingestion_stdout',
  'ingestion_stderr',
  'predictions',
])
