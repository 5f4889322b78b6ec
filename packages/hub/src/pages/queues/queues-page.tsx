import { Badge } from '@scoregate/ui/badge'
import { Button, ButtonLink, Confirm } from '@scoregate/ui/button'
import { CodeBlock } from '@scoregate/ui/facts'
import { Callout, EmptyState } from '@scoregate/ui/feedback'
import { Form, FormActions, TextField } from '@scoregate/ui/form'
import { Card, Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import { DataTable } from '@scoregate/ui/table'
import type { FC } from 'hono/jsx'
import type { BrokerUrl } from '../../codabench/broker-settings.ts'
import type { QueueStatus } from '../../hub.ts'
import { paths } from '../paths.ts'
import { QUEUE_KIND_SENTENCES, QUEUE_KIND_WORDS } from './queue-words.ts'

/** The queues that the viewer may choose for a competition, and a form that makes one. */
export const QueuesPage: FC<{ queues: readonly QueueStatus[]; csrf: string }> = ({ queues, csrf }) => (
  <>
    <PageHeader
      title="Queues"
      description="A queue is where submissions wait for the workers that serve it. A competition chooses one, in its submission flow."
    />
    <Card title="Queues" variant="flush">
      <DataTable
        caption="Queues"
        narrow="stack"
        columns={[
          {
            key: 'name',
            header: 'Queue',
            isRowHeader: true,
            isWide: true,
            cell: ({ name }) => <bdi>{name}</bdi>,
          },
          { key: 'kind', header: 'Served by', cell: ({ kind }) => QUEUE_KIND_WORDS[kind] },
          { key: 'account', header: 'Workers may connect', cell: (queue) => <Account queue={queue} /> },
          { key: 'waiting', header: 'Waiting', align: 'end', cell: ({ waiting }) => waiting },
          { key: 'running', header: 'Running', align: 'end', cell: ({ running }) => running },
          { key: 'used', header: 'Competitions', align: 'end', cell: ({ competitions }) => competitions },
          {
            key: 'actions',
            header: 'Actions',
            isHeaderHidden: true,
            align: 'end',
            cell: (queue) => (queue.isOwn ? <Actions queue={queue} csrf={csrf} /> : null),
          },
        ]}
        rows={queues}
        empty={<EmptyState icon="inbox" title="No queue yet" text="Make one for your workers below." />}
      />
    </Card>
    <Card title="New queue for Codabench workers" description={QUEUE_KIND_SENTENCES.codabench}>
      <Form action={paths.queues} csrf={csrf} label="New queue">
        <TextField
          name="name"
          label="Name"
          hint="Up to 64 letters and digits. You see it, and who organizes with it."
        />
        <Callout tone="info">
          For data-side review use Scoregate workers: they need no queue of this kind, and a competition that
          asks for review is never sent to Codabench workers.
        </Callout>
        <FormActions>
          <Button kind="primary">Make it and show its broker URL</Button>
        </FormActions>
      </Form>
    </Card>
  </>
)

/** The broker URL of a queue, in the one answer that has it. */
export const BrokerUrlPage: FC<BrokerUrl & { name: string }> = ({ name, brokerUrl, isTls }) => (
  <>
    <PageHeader
      title="Broker URL"
      breadcrumbs={[{ label: 'Queues', href: paths.queues }]}
      description={`For the workers of “${name}”.`}
    />
    <Stack>
      <Callout tone="warn" title="It is shown this once">
        Copy it now into the settings of your workers, and nowhere else: whoever has it can take the jobs of
        this queue, with all data that they bring. Lost or told to the wrong person, it is replaced by another
        under “Queues”.
      </Callout>
      <CodeBlock
        label="The setting of a worker"
        text={`BROKER_URL=${brokerUrl}${isTls ? '\nBROKER_USE_SSL=True' : ''}`}
      />
      <p>
        <ButtonLink href={paths.queues}>I have copied it</ButtonLink>
      </p>
    </Stack>
  </>
)

const Account: FC<{ queue: QueueStatus }> = ({ queue: { kind, hasAccount } }) => {
  if (kind === 'scoregate') return <>With their token</>
  return hasAccount ? (
    <Badge tone="good" icon="check">
      With the broker URL
    </Badge>
  ) : (
    <Badge tone="bad" icon="ban">
      No
    </Badge>
  )
}

const Actions: FC<{ queue: QueueStatus; csrf: string }> = ({
  queue: { id, name, hasAccount, competitions },
  csrf,
}) => (
  <Cluster justify="end">
    <Confirm
      label={hasAccount ? 'New broker URL' : 'Make a broker URL'}
      title={`A new broker URL for “${name}”?`}
      text="Workers with the old one are cut off at once, and a job that one of them runs is given to another."
    >
      <Form action={paths.queueAction(id, 'rotate')} csrf={csrf} label={`New broker URL of ${name}`}>
        <FormActions>
          <Button kind="primary">Yes, make a new one</Button>
        </FormActions>
      </Form>
    </Confirm>
    {hasAccount && (
      <Confirm
        label="Shut out workers"
        title={`Shut out the workers of “${name}”?`}
        text="The broker URL ends at once. Jobs wait until you make a new one."
      >
        <Form action={paths.queueAction(id, 'revoke')} csrf={csrf} label={`Shut out the workers of ${name}`}>
          <FormActions>
            <Button kind="danger">Yes, shut them out</Button>
          </FormActions>
        </Form>
      </Confirm>
    )}
    {competitions === 0 && (
      <Confirm
        label="Delete"
        title={`Delete “${name}”?`}
        text="The queue and all that the broker has of it are deleted. Its submissions keep their results."
      >
        <Form action={paths.queueAction(id, 'delete')} csrf={csrf} label={`Delete ${name}`}>
          <FormActions>
            <Button kind="danger">Yes, delete it</Button>
          </FormActions>
        </Form>
      </Confirm>
    )}
  </Cluster>
)
