import { ButtonLink } from '@scoregate/ui/button'
import { CodeBlock } from '@scoregate/ui/facts'
import { Callout, EmptyState, Meter } from '@scoregate/ui/feedback'
import { Card, Split, Stack } from '@scoregate/ui/layout'
import { Pagination } from '@scoregate/ui/navigation'
import type { FC } from 'hono/jsx'
import type { CompetitionView, PhaseView } from '../../competitions/competition-view.ts'
import type { Viewer } from '../../hub.ts'
import type { SubmissionAllowance, SubmissionView } from '../../submissions/submission-view.ts'
import { LivePart, type LiveState, LiveWatch } from '../live.tsx'
import type { PageOf } from '../page-of.ts'
import { paths } from '../paths.ts'
import { SubmissionTable } from '../submission/submission-table.tsx'
import { UploadForm } from '../upload-form.tsx'

/** A phase that runs, and whether one may submit to it now. */
export type OpenPhase = { readonly phase: PhaseView; readonly allowance: SubmissionAllowance }

/** One's own submissions, live, and the way to make another. */
export const SubmissionsTab: FC<{
  competition: CompetitionView
  submissions: PageOf<SubmissionView>
  openPhases: readonly OpenPhase[]
  state: LiveState
  csrf: string
  hubUrl: string
  now: Date
}> = ({ competition, submissions, openPhases, state, csrf, hubUrl, now }) => (
  <Split
    narrow="first"
    asideLabel="Submit"
    aside={
      openPhases.length === 0 ? (
        <NoOpenPhase competition={competition} />
      ) : (
        openPhases.map((open) => <SubmitCard open={open} csrf={csrf} hubUrl={hubUrl} />)
      )
    }
  >
    <LivePart id="my-submissions">
      <Card
        title="My submissions"
        variant="flush"
        footer={
          submissions.total === 0 ? undefined : (
            <Pagination
              {...submissions}
              noun="submissions"
              previousHref={
                submissions.number > 1
                  ? paths.mySubmissions(competition.id, submissions.number - 1)
                  : undefined
              }
              nextHref={
                submissions.hasNext ? paths.mySubmissions(competition.id, submissions.number + 1) : undefined
              }
            />
          )
        }
      >
        <SubmissionTable
          caption="My submissions"
          competition={competition}
          submissions={submissions.rows}
          now={now}
          empty={
            <EmptyState
              icon="send"
              title="Nothing submitted yet"
              text="Choose a zip and submit it. It appears here at once, and you can watch how it goes on."
            />
          }
        />
      </Card>
    </LivePart>
    <LiveWatch
      stateHref={paths.mySubmissionsState(competition.id, submissions.number)}
      pageHref={paths.mySubmissions(competition.id, submissions.number)}
      state={state}
    />
  </Split>
)

const SubmitCard: FC<{ open: OpenPhase; csrf: string; hubUrl: string }> = ({
  open: { phase, allowance },
  csrf,
  hubUrl,
}) => (
  <Card title={`Submit to ${phase.name}`} id={`submit-${phase.id}`}>
    <Stack>
      {allowance.allowed ? (
        <UploadForm
          island="submission"
          name={`file-${phase.id}`}
          label="Submission"
          hint="A zip. Choose it, or drop it here."
          button="Submit"
          csrf={csrf}
          phaseId={phase.id}
        />
      ) : (
        <Callout tone="info">{allowance.reason ?? 'You cannot submit to this phase now.'}</Callout>
      )}
      <LivePart id={`quota-${phase.id}`}>
        <Quota allowance={allowance} />
      </LivePart>
      <details>
        <summary>From the command line</summary>
        <CodeBlock
          label="The command"
          text={`scoregate submit my.zip --phase ${phase.id} \\\n  --hub ${hubUrl} --token <your token> --wait`}
        />
      </details>
    </Stack>
  </Card>
)

/** What is used of what is allowed; nothing where nothing is limited. */
const Quota: FC<{ allowance: SubmissionAllowance }> = ({ allowance }) => (
  <Stack>
    {allowance.maxPerDay > 0 && (
      <Meter
        label="Today"
        value={allowance.usedToday}
        max={allowance.maxPerDay}
        high={allowance.maxPerDay - 1}
        note={`${allowance.usedToday} of ${allowance.maxPerDay}`}
      />
    )}
    {allowance.max > 0 && (
      <Meter
        label="In this phase"
        value={allowance.used}
        max={allowance.max}
        high={allowance.max - 1}
        note={`${allowance.used} of ${allowance.max}`}
      />
    )}
  </Stack>
)

const NoOpenPhase: FC<{ competition: CompetitionView }> = ({ competition }) => {
  const next = competition.phases.find((phase) => phase.state === 'upcoming')
  return (
    <Card title="Submit">
      <p>
        {next === undefined
          ? 'No phase is running, so nothing can be submitted.'
          : `No phase is running. The next one, ${next.name}, starts on ${next.startsAt.toISOString().slice(0, 10)}.`}
      </p>
    </Card>
  )
}

/** What somebody sees who has not joined: the way to do it. */
export const NotTakingPart: FC<{ competition: CompetitionView; viewer: Viewer }> = ({
  competition,
  viewer,
}) => {
  const join = `${paths.competition(competition.id)}#take-part`
  if (viewer === undefined) {
    return (
      <EmptyState
        icon="send"
        title="Sign in to submit"
        text="Your submissions, and how each of them stands, are listed here."
        action={
          <ButtonLink href={paths.signInThen(paths.mySubmissions(competition.id))} kind="primary">
            Sign in
          </ButtonLink>
        }
      />
    )
  }
  switch (competition.participation) {
    case 'pending':
      return (
        <EmptyState
          icon="pause"
          title="Waiting for approval"
          text="You can submit as soon as the organizer has approved your taking part."
        />
      )
    case 'denied':
      return (
        <EmptyState icon="ban" title="Not approved" text="The organizer did not approve your taking part." />
      )
    case 'none':
    case 'approved':
      return (
        <EmptyState
          icon="send"
          title="Join to submit"
          text="Read the terms and join; then you can submit at once."
          action={
            <ButtonLink href={join} kind="primary">
              Take part
            </ButtonLink>
          }
        />
      )
  }
}
