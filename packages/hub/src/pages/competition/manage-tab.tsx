import { Badge } from '@scoregate/ui/badge'
import { Button } from '@scoregate/ui/button'
import { RadioGroup } from '@scoregate/ui/choice'
import { Callout, EmptyState } from '@scoregate/ui/feedback'
import { Form, FormActions } from '@scoregate/ui/form'
import { Card, Cluster, Split, Stack } from '@scoregate/ui/layout'
import { Pagination } from '@scoregate/ui/navigation'
import { absoluteMinute } from '@scoregate/ui/plain-time'
import { DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { FC, PropsWithChildren } from 'hono/jsx'
import type { CompetitionView, ParticipantView } from '../../competitions/competition-view.ts'
import type { QueueStatus } from '../../hub.ts'
import type { ChainFork } from '../../releases/site-chain.ts'
import type { SubmissionView } from '../../submissions/submission-view.ts'
import { LivePart, type LiveState, LiveWatch } from '../live.tsx'
import { PageNav } from '../page-nav.tsx'
import type { PageOf } from '../page-of.ts'
import { type ManagePart, paths } from '../paths.ts'
import { QUEUE_KIND_SENTENCES } from '../queues/queue-words.ts'
import { SubmissionTable } from '../submission/submission-table.tsx'

/** The parts of the organizer's tab, and the one that is shown. */
export const ManageTab: FC<
  PropsWithChildren<{ competition: CompetitionView; forks: readonly ChainFork[]; part: ManagePart }>
> = ({ competition: { id, submissionsCount, participantsCount }, forks, part, children }) => (
  <Stack>
    <PageNav
      label="Manage"
      links={[
        { href: paths.manage(id, 'flow'), label: 'Settings', current: part === 'flow' },
        {
          href: paths.manage(id, 'submissions'),
          label: 'All submissions',
          current: part === 'submissions',
          count: submissionsCount,
        },
        {
          href: paths.manage(id, 'participants'),
          label: 'Participants',
          current: part === 'participants',
          count: participantsCount,
        },
      ]}
    />
    <Forks forks={forks} />
    {children}
  </Stack>
)

/** The alarm that the site's own signatures contradict one another. */
const Forks: FC<{ forks: readonly ChainFork[] }> = ({ forks }) => {
  const [newest] = forks
  if (newest === undefined) return null
  return (
    <Callout tone="bad" role="alert" title="The data owner’s record was changed">
      On {absoluteMinute(newest.receivedAt)} the data owner’s site signed another history than before: entry{' '}
      {newest.sequence} of its audit chain differs. The result that came with it was refused. Ask the data
      owner who changed the record, and rely on no newer result until you know.
    </Callout>
  )
}

/** The two questions of the submission flow, who runs it where there is a choice, and whether the competition is published. */
export const FlowPart: FC<{
  competition: CompetitionView
  queues: readonly QueueStatus[]
  csrf: string
}> = ({ competition, queues, csrf }) => (
  <Split asideLabel="Publication" aside={<Publication competition={competition} csrf={csrf} />}>
    <ReviewNotPromised competition={competition} />
    <Card title="Submission flow" description="What happens to a submission before and after it runs.">
      <Form action={paths.flow(competition.id)} csrf={csrf} label="Submission flow">
        <RadioGroup
          name="whenSubmissionArrives"
          label="When a submission arrives"
          value={competition.submissionFlow.whenSubmissionArrives}
          choices={[
            {
              value: 'run-at-once',
              label: 'Run it at once',
              description: 'It goes to the next free worker.',
            },
            {
              value: 'wait-for-organizer',
              label: 'Wait for an organizer',
              description: 'It is stored until you press Run, under “All submissions”.',
            },
          ]}
        />
        <RadioGroup
          name="whenScoringEnds"
          label="When scoring ends"
          value={competition.submissionFlow.whenScoringEnds}
          choices={[
            {
              value: 'publish-at-once',
              label: 'Publish at once',
              description: 'Scores appear as soon as they are there, where the data owner allows it.',
            },
            {
              value: 'hold-for-review',
              label: 'Hold for data-side review',
              description:
                'A person at the data owner looks at each result first. Until they release it nothing of it leaves: no scores, no logs.',
            },
          ]}
        />
        {queues.length > 1 && (
          <RadioGroup
            name="queue"
            label="Who runs it"
            value={String(competition.queue?.id)}
            hint={<a href={paths.queues}>Queues, and how to make one for workers of your own</a>}
            choices={queues.map((queue) => ({
              value: String(queue.id),
              label: queue.name,
              description: QUEUE_KIND_SENTENCES[queue.kind],
            }))}
          />
        )}
        <Callout tone="info">
          The data owner’s own rules can always be stricter: they may review every result, whatever is chosen
          here.
        </Callout>
        <FormActions>
          <Button kind="primary">Save</Button>
        </FormActions>
      </Form>
    </Card>
  </Split>
)

/** Why submissions stand still that were made although the queue cannot keep what is asked of it. */
const ReviewNotPromised: FC<{ competition: CompetitionView }> = ({
  competition: { queue, submissionFlow },
}) =>
  queue === undefined ||
  queue.isReviewPromised ||
  submissionFlow.whenScoringEnds === 'publish-at-once' ? null : (
    <Callout tone="bad" role="alert" title="Submissions are not sent to the workers">
      This competition asks for data-side review, and its queue “{queue.name}” is served by Codabench workers,
      which send every result at once. Submissions are stored and wait. Choose a queue of Scoregate workers,
      or publish at once; then run the ones that wait under “All submissions”.
    </Callout>
  )

const Publication: FC<{ competition: CompetitionView; csrf: string }> = ({ competition, csrf }) => (
  <Card title={competition.published ? 'Published' : 'Not published'}>
    <Form action={paths.publish(competition.id)} csrf={csrf} label="Publication">
      <p>
        {competition.published
          ? 'Everybody can see this competition and ask to join it.'
          : 'Only you and its participants see this competition.'}
      </p>
      <FormActions>
        {competition.published ? (
          <Button name="published" value="no">
            Hide it
          </Button>
        ) : (
          <Button kind="primary" name="published" value="yes">
            Publish it
          </Button>
        )}
      </FormActions>
    </Form>
  </Card>
)

/** Everybody's submissions, with what the organizer can do to each. */
export const AllSubmissionsPart: FC<{
  competition: CompetitionView
  submissions: PageOf<SubmissionView>
  waiting: number
  state: LiveState
  csrf: string
  now: Date
}> = ({ competition, submissions, waiting, state, csrf, now }) => {
  const { id } = competition
  const here = (page: number) => paths.manage(id, 'submissions', page)
  return (
    <>
      <LivePart id="all-submissions">
        {waiting > 0 && (
          <Callout tone="warn" title={`${waiting} waiting for you`}>
            Submissions do not run by themselves in this competition: press Run beside each that should.
          </Callout>
        )}
        <Card
          title="All submissions"
          variant="flush"
          footer={
            submissions.total === 0 ? undefined : (
              <Pagination
                {...submissions}
                noun="submissions"
                previousHref={submissions.number > 1 ? here(submissions.number - 1) : undefined}
                nextHref={submissions.hasNext ? here(submissions.number + 1) : undefined}
              />
            )
          }
        >
          <SubmissionTable
            caption="All submissions"
            competition={competition}
            submissions={submissions.rows}
            now={now}
            actionsFor={{ csrf, back: here(submissions.number) }}
            empty={
              <EmptyState
                icon="inbox"
                title="No submission yet"
                text="What participants submit is listed here, with how it stands."
              />
            }
          />
        </Card>
      </LivePart>
      <LiveWatch
        stateHref={paths.manageSubmissionsState(id, submissions.number)}
        pageHref={here(submissions.number)}
        state={state}
      />
    </>
  )
}

/** Who takes part, and who asked to. */
export const ParticipantsPart: FC<{
  competition: CompetitionView
  participants: PageOf<ParticipantView>
  csrf: string
  now: Date
}> = ({ competition, participants, csrf, now }) => {
  const here = (page: number) => paths.manage(competition.id, 'participants', page)
  return (
    <Card
      title="Participants"
      description={
        competition.registrationAutoApprove
          ? 'Whoever accepts the terms takes part at once.'
          : 'You approve each participant.'
      }
      variant="flush"
      footer={
        participants.total === 0 ? undefined : (
          <Pagination
            {...participants}
            noun="participants"
            previousHref={participants.number > 1 ? here(participants.number - 1) : undefined}
            nextHref={participants.hasNext ? here(participants.number + 1) : undefined}
          />
        )
      }
    >
      <DataTable
        caption="Participants"
        narrow="stack"
        columns={[
          {
            key: 'name',
            header: 'Participant',
            isRowHeader: true,
            isWide: true,
            cell: ({ person }) => <bdi>{person.username}</bdi>,
          },
          { key: 'status', header: 'Status', cell: ({ status }) => <ParticipantBadge status={status} /> },
          {
            key: 'joined',
            header: 'Asked to join',
            cell: ({ joinedAt }) => <When at={joinedAt} now={now} />,
          },
          {
            key: 'actions',
            header: 'Actions',
            isHeaderHidden: true,
            align: 'end',
            cell: (participant) => <Decide participant={participant} competition={competition} csrf={csrf} />,
          },
        ]}
        rows={participants.rows}
        empty={<EmptyState icon="inbox" title="No participant yet" text="Whoever joins is listed here." />}
      />
    </Card>
  )
}

const Decide: FC<{ participant: ParticipantView; competition: CompetitionView; csrf: string }> = ({
  participant: { person, status },
  competition,
  csrf,
}) => (
  <Form
    action={paths.participant(competition.id, person.id)}
    csrf={csrf}
    layout="inline"
    label={`Decide about ${person.username}`}
  >
    <Cluster justify="end">
      {status !== 'approved' && (
        <Button size="small" name="status" value="approved" icon="check">
          Approve
        </Button>
      )}
      {status !== 'denied' && (
        <Button size="small" kind="quiet" name="status" value="denied">
          Deny
        </Button>
      )}
    </Cluster>
  </Form>
)

const ParticipantBadge: FC<{ status: ParticipantView['status'] }> = ({ status }) => {
  switch (status) {
    case 'approved':
      return (
        <Badge tone="good" icon="check">
          Approved
        </Badge>
      )
    case 'pending':
      return (
        <Badge tone="waiting" icon="pause">
          Asks to join
        </Badge>
      )
    case 'denied':
      return (
        <Badge tone="bad" icon="ban">
          Denied
        </Badge>
      )
  }
}
