import { decimalsInWords, roundingNote } from '@scoregate/gate/scores'
import { Badge } from '@scoregate/ui/badge'
import { InertName } from '@scoregate/ui/facts'
import { Callout } from '@scoregate/ui/feedback'
import { Card, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import type { FC } from 'hono/jsx'
import type { ColumnHistory } from '../history/released-history.ts'
import { OwnValues, type ShownScore, Spread, SpreadTables } from '../history/score-history.tsx'
import type { HoldScores } from '../holds/hold-record.ts'

type NumberedScore = { readonly score: ShownScore; readonly at: number }

function hasSpread(history: ReadonlyMap<string, ColumnHistory>): boolean {
  return [...history.values()].some(({ spread }) => spread.length > 0)
}

/** The scores against the columns that the competition declares: as the program wrote them, and as they would leave. */
export const ScoresCard: FC<{ scores: HoldScores; history: ReadonlyMap<string, ColumnHistory> }> = ({
  scores,
  history,
}) => {
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
      footer={
        scores.undeclaredKeys.length > 0 || hasSpread(history) ? (
          <Stack gap="tight">
            {scores.undeclaredKeys.length > 0 && <Undeclared keys={scores.undeclaredKeys} />}
            <SpreadTables scores={scores.shown} history={history} />
          </Stack>
        ) : undefined
      }
    >
      <DataTable
        caption="Scores as written, and as they would leave"
        narrow="stack"
        columns={columnsOf(history)}
        rows={scores.shown.map((score, at) => ({ score, at }))}
        empty={<p class="muted">The competition declares no columns, so no score can leave.</p>}
      />
    </Card>
  )
}

function columnsOf(history: ReadonlyMap<string, ColumnHistory>): Column<NumberedScore>[] {
  return [
    {
      key: 'column',
      header: 'Column',
      isRowHeader: true,
      isShort: true,
      cell: (score) => <ColumnWords {...score} />,
    },
    {
      key: 'written',
      header: 'As written',
      align: 'end',
      isShort: true,
      cell: ({ score: { written } }) =>
        written === undefined ? <span class="muted">nothing</span> : <InertName text={written} isMonospace />,
    },
    {
      key: 'released',
      header: 'Would leave',
      align: 'end',
      cell: ({ score: { column, released, notes } }) => (
        <Stack gap="none">
          {released === undefined ? (
            <span class="muted">nothing</span>
          ) : (
            <strong class="monospace score-leaving">{released}</strong>
          )}
          {notes.map((note) => (
            <span class="muted score-note">
              {/* The digits are beside it: a word says enough. */}
              {note === roundingNote(column.decimals) ? 'rounded' : <InertName text={note} />}
            </span>
          ))}
        </Stack>
      ),
    },
    {
      key: 'own',
      header: 'Theirs before',
      align: 'end',
      isShort: true,
      cell: ({ score }) => <OwnValues history={history.get(score.column.key)} />,
    },
    {
      key: 'spread',
      header: 'All released',
      cell: ({ score, at }) => <Spread score={score} at={at} history={history.get(score.column.key)} />,
    },
  ]
}

/** A column by its title, and what the competition and the policy say of it. */
const ColumnWords: FC<NumberedScore> = ({ score: { column } }) => (
  <Stack gap="none">
    <span title={column.key}>
      <InertName text={column.title} />
    </span>
    <span class="muted score-note">
      {column.computed
        ? 'the platform computes it'
        : `${column.range === undefined ? 'any number' : `${column.range[0]} to ${column.range[1]}`}, ${decimalsInWords(column.decimals)}`}
    </span>
  </Stack>
)

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
