import { Badge } from '@scoregate/ui/badge'
import { InertName } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { Card, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import type { FC } from 'hono/jsx'
import type { HoldScores } from '../holds/hold-record.ts'

type Shown = Extract<HoldScores, { kind: 'read' }>['shown'][number]

/** The scores against the columns that the competition declares: as the program wrote them, and as they would leave. */
export const ScoresCard: FC<{ scores: HoldScores }> = ({ scores }) => {
  if (scores.kind === 'missing') {
    return (
      <Card title="Scores">
        <Callout tone="warn">The scoring program wrote no scores file.</Callout>
      </Card>
    )
  }
  if (scores.kind === 'unreadable') {
    return (
      <Card title="Scores">
        <Callout tone="warn" title="The scores file could not be read">
          <InertName text={scores.why} />
        </Callout>
      </Card>
    )
  }
  return (
    <Card
      title="Scores"
      variant="flush"
      description="Only the values under “as it would leave” can be released, written anew in these digits."
      footer={scores.undeclaredKeys.length > 0 ? <Undeclared keys={scores.undeclaredKeys} /> : undefined}
    >
      <DataTable
        caption="Scores as written, and as they would leave"
        columns={COLUMNS}
        rows={scores.shown}
        empty={<p class="muted">The competition declares no columns, so no score can leave.</p>}
      />
    </Card>
  )
}

const COLUMNS: Column<Shown>[] = [
  {
    key: 'column',
    header: 'Column',
    isRowHeader: true,
    cell: ({ column }) => (
      <Stack gap="tight">
        <InertName text={column.title} />
        {column.title !== column.key && (
          <span class="muted">
            <InertName text={column.key} isMonospace />
          </span>
        )}
      </Stack>
    ),
  },
  {
    key: 'written',
    header: 'As written',
    align: 'end',
    cell: ({ written }) =>
      written === undefined ? <span class="muted">nothing</span> : <InertName text={written} isMonospace />,
  },
  {
    key: 'released',
    header: 'As it would leave',
    align: 'end',
    cell: ({ released }) =>
      released === undefined ? (
        <span class="muted">nothing</span>
      ) : (
        <strong class="monospace">{released}</strong>
      ),
  },
  {
    key: 'range',
    header: 'Allowed',
    align: 'end',
    cell: ({ column }) =>
      column.range === undefined ? (
        <span class="muted">any number</span>
      ) : (
        <span class="nowrap">
          {column.range[0]} to {column.range[1]}
        </span>
      ),
  },
  {
    key: 'notes',
    header: 'Notes',
    isWide: true,
    cell: ({ column, notes }) => (
      <Stack gap="tight">
        {column.computed && <span class="muted">The platform computes it from other columns.</span>}
        {notes.map((note) => (
          <span>
            <InertName text={note} />
          </span>
        ))}
      </Stack>
    ),
  },
]

const Undeclared: FC<{ keys: readonly string[] }> = ({ keys }) => (
  <Stack gap="tight">
    <p>
      <Badge tone="neutral" icon="lock">
        Will not leave
      </Badge>{' '}
      The scores file has {keys.length === 1 ? 'a key' : `${keys.length} keys`} that no column declares:
    </p>
    <ul>
      {keys.map((key) => (
        <li>
          <InertName text={key} isMonospace />
        </li>
      ))}
    </ul>
  </Stack>
)
