import { Badge } from '@scoregate/ui/badge'
import { ButtonLink } from '@scoregate/ui/button'
import { CodeBlock, DefinitionList, FileSize, InertName, Stat } from '@scoregate/ui/facts'
import { Callout, EmptyState } from '@scoregate/ui/feedback'
import { showInertLine } from '@scoregate/ui/inert-text'
import { Card, Cluster, Grid, PageHeader, Stack } from '@scoregate/ui/layout'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import { paths } from '../paths.ts'
import { alertsOf, promiseWords, type WorkerAlert } from './worker-alerts.ts'
import type { KnownWorker } from './worker-records.ts'

/** See `WorkersPage`. */
export interface WorkersPageProps {
  readonly workers: readonly KnownWorker[]
  readonly depths: { readonly waiting: number; readonly failed: number; readonly outbox: number }
  readonly now: Date
}

const SANDBOX_WORDS = { engine: 'Container engine', bubblewrap: 'bubblewrap' } as const

/** Each worker of this site: whether it is there, what it is, and what needs a person. */
export const WorkersPage: FC<WorkersPageProps> = ({ workers, depths, now }) => (
  <Stack>
    <PageHeader
      title="Workers"
      description="Who runs the jobs of this site, as each worker last told it. Nothing of a run is told here."
      actions={<ButtonLink href={paths.workers}>Refresh</ButtonLink>}
    />
    <Grid itemWidth="narrow">
      <Stat label="Workers" value={`${workers.length}`} />
      <Stat label="Waiting for a decision" value={`${depths.waiting}`} href={paths.inbox()} />
      <Stat label="Failed runs" value={`${depths.failed}`} href={paths.inbox('failed')} />
      <Stat label="On its way" value={`${depths.outbox}`} href={paths.site} />
    </Grid>
    {workers.length === 0 && (
      <Card>
        <EmptyState
          icon="half-circle"
          title="No worker has been here yet"
          text="A worker is listed as soon as it asks this desk for the policy."
        />
      </Card>
    )}
    {workers.map((worker) => (
      <WorkerCard worker={worker} alerts={alertsOf(worker, now)} now={now} />
    ))}
  </Stack>
)

const WorkerCard: FC<{ worker: KnownWorker; alerts: readonly WorkerAlert[]; now: Date }> = ({
  worker,
  alerts,
  now,
}) => {
  const { report, lastHold } = worker
  const isThere = alerts.every(({ kind }) => kind !== 'not-seen')
  return (
    <Card
      title={showInertLine(worker.name)}
      actions={
        <Cluster>
          {alerts.length > 0 && isThere && (
            <Badge tone="warn" icon="alert">
              Needs a look
            </Badge>
          )}
          <Badge tone={isThere ? 'good' : 'bad'} icon={isThere ? 'check-circle' : 'cross-circle'}>
            {isThere ? 'Alive' : 'Not seen'}
          </Badge>
        </Cluster>
      }
    >
      <Stack>
        {alerts.map(({ kind, title, text }) => (
          <Callout
            tone={kind === 'not-seen' || kind === 'promise-broken' ? 'bad' : 'warn'}
            title={title}
            role="status"
          >
            {text}
          </Callout>
        ))}
        <DefinitionList
          items={[
            { term: 'Seen', value: <When at={worker.seenAt} now={now} /> },
            {
              term: 'Last hold',
              value:
                lastHold === undefined ? (
                  'None yet'
                ) : (
                  <>
                    <a class="monospace" href={paths.hold(lastHold.id)}>
                      {lastHold.id}
                    </a>
                    , <When at={lastHold.at} now={now} />
                  </>
                ),
            },
            ...(report === undefined ? [] : factsOf(report, now)),
          ]}
        />
        {report === undefined && (
          <p class="muted">
            It has not told more of itself. A worker of this version does so within two minutes.
          </p>
        )}
        {report !== undefined && report.examination === undefined && (
          <>
            <p>
              Nobody has tried yet which promises about rooms hold there. As the user that runs the worker, on
              its machine:
            </p>
            <CodeBlock label="How to examine the rooms of this worker" text="npx scoregate doctor" />
          </>
        )}
      </Stack>
    </Card>
  )
}

function factsOf(report: NonNullable<KnownWorker['report']>, now: Date) {
  const { examination } = report
  return [
    { term: 'Version', value: <InertName text={report.version} isMonospace /> },
    { term: 'Sandbox', value: SANDBOX_WORDS[report.sandbox] },
    { term: 'Running', value: `${report.running} of ${report.slots} at the same time` },
    {
      term: 'Free disk',
      value: (
        <>
          <FileSize bytes={report.freeDiskBytes} />, a run needs <FileSize bytes={report.neededDiskBytes} />
        </>
      ),
    },
    ...(examination === undefined
      ? []
      : [
          {
            term: 'Promises',
            value: (
              <Stack gap="tight">
                <span>
                  {examination.broken.length === 0
                    ? 'All that could be tried hold'
                    : `${examination.broken.length} do not hold`}
                  , examined <When at={new Date(examination.examinedAt)} now={now} />
                </span>
                {examination.unchecked.length > 0 && (
                  <span class="muted">Not tried: {promiseWords(examination.unchecked).join('; ')}</span>
                )}
              </Stack>
            ),
          },
        ]),
  ]
}
