import { InertName } from '@scoregate/ui/facts'
import { Card } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import type { FailingChannel } from './channels.ts'
import { WAY_WORDS } from './notices-page.tsx'

/** Who does not hear of what waits, for whoever runs the site; nothing where all notices arrive. */
export const FailingChannelsCard: FC<{ channels: readonly FailingChannel[]; now: Date }> = ({
  channels,
  now,
}) =>
  channels.length === 0 ? null : (
    <Card
      title="Notices that do not arrive"
      variant="flush"
      description="They are tried again, less and less often, while what they say is true. Until it works, these reviewers see what waits only here, at the desk."
    >
      <DataTable
        caption="Notices that do not arrive"
        columns={columnsOf(now)}
        rows={channels}
        narrow="stack"
        empty={null}
      />
    </Card>
  )

function columnsOf(now: Date): Column<FailingChannel>[] {
  return [
    {
      key: 'reviewer',
      header: 'Reviewer',
      isRowHeader: true,
      cell: ({ username }) => <InertName text={username} />,
    },
    { key: 'way', header: 'By', cell: ({ way }) => WAY_WORDS[way] },
    {
      key: 'since',
      header: 'Failing since',
      cell: ({ failingSince }) => <When at={failingSince} now={now} />,
    },
    { key: 'why', header: 'Why', isWide: true, cell: ({ lastError }) => <InertName text={lastError} /> },
  ]
}
