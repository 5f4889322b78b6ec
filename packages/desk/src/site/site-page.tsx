import type { ChainHead } from '@scoregate/protocol/audit'
import type { SitePublicKey } from '@scoregate/protocol/receipt'
import { Badge } from '@scoregate/ui/badge'
import { ButtonLink } from '@scoregate/ui/button'
import { CodeBlock, DefinitionList, Digest, InertName } from '@scoregate/ui/facts'
import { EmptyState } from '@scoregate/ui/feedback'
import { Card, PageHeader, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import type { FailingChannel } from '../notices/channels.ts'
import { FailingChannelsCard } from '../notices/failing-channels-card.tsx'
import { paths } from '../paths.ts'
import type { OutboxItem } from '../release/outbox-queries.ts'

/** See `SitePage`. */
export interface SitePageProps {
  readonly siteName: string
  readonly platforms: readonly string[]
  readonly policyText: string
  readonly policyDigest: string
  readonly policyFile: string
  readonly sitePublicKey: SitePublicKey
  readonly chainHead: ChainHead | undefined
  readonly backlog: readonly OutboxItem[]
  readonly backlogCount: number
  readonly failingChannels: readonly FailingChannel[]
  readonly now: Date
}

/** What governs this site, and what is still on its way out. */
export const SitePage: FC<SitePageProps> = (props) => (
  <Stack>
    <PageHeader
      title="Site"
      description="The rules of this site, and what is on its way to the platform."
      actions={
        <>
          <ButtonLink href={paths.apiDocs} kind="quiet">
            API
          </ButtonLink>
          <ButtonLink href={paths.site}>Refresh</ButtonLink>
        </>
      }
    />
    <Card title="About this site">
      <DefinitionList
        items={[
          { term: 'Name', value: <InertName text={props.siteName} /> },
          {
            term: props.platforms.length === 1 ? 'Platform' : 'Platforms',
            value: (
              <Stack gap="tight">
                {props.platforms.map((platform) => (
                  <InertName text={platform} />
                ))}
              </Stack>
            ),
          },
          { term: 'Policy', value: <Digest value={props.policyDigest} shown="whole" /> },
        ]}
      />
    </Card>
    <Card
      title="Evidence"
      description="Every act at this desk is on its audit chain, and every outcome goes with a receipt that this key signs."
    >
      <DefinitionList
        items={[
          { term: 'Public key', value: <InertName text={props.sitePublicKey} isMonospace /> },
          { term: 'Entries on the chain', value: `${props.chainHead?.sequence ?? 0}` },
          {
            term: 'Head of the chain',
            value:
              props.chainHead === undefined ? 'None' : <Digest value={props.chainHead.head} shown="whole" />,
          },
        ]}
      />
    </Card>
    <Card
      title="On its way"
      variant="flush"
      description="What was decided here and the platform has not accepted yet. It is tried again until it has."
      footer={
        props.backlogCount > props.backlog.length ? (
          <p class="muted">and {props.backlogCount - props.backlog.length} more</p>
        ) : undefined
      }
    >
      <DataTable
        caption="What the platform has not accepted yet"
        columns={columnsOf(props.now)}
        rows={props.backlog}
        narrow="stack"
        empty={<EmptyState icon="check-circle" title="Everything has arrived" />}
      />
    </Card>
    <FailingChannelsCard channels={props.failingChannels} now={props.now} />
    <Card
      title="Policy"
      description={
        <>
          From <InertName text={props.policyFile} isMonospace />, as it was when the desk started. To change
          it, edit the file and start the desk again.
        </>
      }
    >
      <CodeBlock label="The policy of this site" text={props.policyText} />
    </Card>
  </Stack>
)

function columnsOf(now: Date): Column<OutboxItem>[] {
  return [
    {
      key: 'hold',
      header: 'Hold',
      isRowHeader: true,
      cell: ({ holdId }) => (
        <a class="monospace" href={paths.hold(holdId)}>
          {holdId}
        </a>
      ),
    },
    { key: 'what', header: 'What', cell: ({ outcome }) => outcome.kind.replaceAll('-', ' ') },
    { key: 'tries', header: 'Tries', align: 'end', cell: ({ tries }) => `${tries}` },
    {
      key: 'next',
      header: 'Next try',
      cell: ({ state, nextTryAt }) =>
        state === 'stopped' ? (
          <Badge tone="bad" icon="alert">
            Stopped
          </Badge>
        ) : (
          <When at={nextTryAt} now={now} />
        ),
    },
    {
      key: 'error',
      header: 'Why not yet',
      isWide: true,
      cell: ({ lastError }) => (lastError === undefined ? '' : <InertName text={lastError} />),
    },
  ]
}
