import type { Child } from 'hono/jsx'
import {
  Badge,
  type HoldState,
  HoldStateBadge,
  type SubmissionStatus,
  SubmissionStatusBadge,
} from './badge.tsx'
import { ButtonLink } from './button.tsx'
import { Stat } from './facts.tsx'
import { Callout, EmptyState } from './feedback.tsx'
import { Card, Cluster, Grid, Section, Stack } from './layout.tsx'
import { BarPlot } from './plot.tsx'
import { Steps, submissionSteps } from './steps.tsx'
import { DataTable } from './table.tsx'

const SUBMISSION_STATUSES: readonly SubmissionStatus[] = [
  'Submitting',
  'Submitted',
  'Preparing',
  'Running',
  'Scoring',
  'Awaiting validation',
  'Finished',
  'Failed',
  'Cancelled',
]
const HOLD_STATES: readonly HoldState[] = [
  'awaiting',
  'approved',
  'released',
  'rejected',
  'expired',
  'closed',
]

/** The part of the gallery that says how things stand: every badge, steps, numbers, messages, an empty list. */
export function GalleryStates(): Child {
  return (
    <>
      <Section title="States">
        <Stack>
          <Cluster>
            {SUBMISSION_STATUSES.map((status) => (
              <SubmissionStatusBadge status={status} />
            ))}
          </Cluster>
          <Cluster>
            {HOLD_STATES.map((state) => (
              <HoldStateBadge state={state} />
            ))}
            <Badge tone="info" icon="info">
              Beta
            </Badge>
            <Badge>Private</Badge>
          </Cluster>
          <Steps label="A run" steps={submissionSteps({ status: 'Running', isReviewed: true })} />
          <Steps
            label="A failure"
            steps={submissionSteps({ status: 'Failed', reached: 'Scoring', isReviewed: true })}
          />
          <Steps label="An end" steps={submissionSteps({ status: 'Finished', isReviewed: false })} />
        </Stack>
      </Section>
      <Grid itemWidth="narrow">
        <Stat label="Holds awaiting review" value="3" note="oldest: 3 hours" />
        <Stat label="Released this month" value="1,284" />
        <Stat label="Workers" value="10" note="all answering" href="#" />
        <Stat label="Median time to a decision" value="2.4 h" />
      </Grid>
      <BarPlot
        label="Deposits and decisions of four days: 3 and 2, 5 and 5, none, 7 and 4"
        series={['decided', 'deposited']}
        bars={[
          { label: '1', values: [2, 3] },
          { label: '2', values: [5, 5] },
          { label: '3', values: [0, 0] },
          { label: '4', values: [4, 7] },
        ]}
      />
      <Grid itemWidth="wide">
        <Callout tone="info">The next phase opens in 2 days.</Callout>
        <Callout tone="good" title="Released">
          The hub has accepted the scores and the receipt.
        </Callout>
        <Callout tone="bad" title="The hub does not answer">
          The release is kept and tried again in 4 minutes.
        </Callout>
        <Card variant="flush">
          <DataTable
            caption="Nothing"
            rows={[]}
            columns={[]}
            empty={
              <EmptyState
                icon="inbox"
                title="Nothing is waiting"
                text="A hold appears here when a worker has sealed one."
                action={<ButtonLink href="#">How it works</ButtonLink>}
              />
            }
          />
        </Card>
      </Grid>
    </>
  )
}
