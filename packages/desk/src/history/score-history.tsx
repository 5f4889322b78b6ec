import { Distribution, shortNumber } from '@scoregate/ui/distribution'
import { InertName } from '@scoregate/ui/facts'
import { Stack } from '@scoregate/ui/layout'
import { DataTable } from '@scoregate/ui/table'
import type { FC } from 'hono/jsx'
import type { HoldScores } from '../holds/hold-record.ts'
import { paths } from '../paths.ts'
import type { ColumnHistory } from './released-history.ts'

export type ShownScore = Extract<HoldScores, { kind: 'read' }>['shown'][number]

/** What this participant had released of a column before, the newest first, each with a way to its hold. */
export const OwnValues: FC<{ history: ColumnHistory | undefined }> = ({ history }) =>
  history === undefined || history.own.length === 0 ? (
    <span class="muted">none yet</span>
  ) : (
    history.own.map(({ hold, value }, at) => (
      <>
        {at > 0 && ', '}
        <a class="monospace nowrap" href={paths.hold(hold)}>
          {value}
        </a>
      </>
    ))
  )

/** Where a score stands among all that was released of its column. */
export const Spread: FC<{ score: ShownScore; at: number; history: ColumnHistory | undefined }> = ({
  score: { released },
  at,
  history,
}) =>
  history === undefined || history.spread.length === 0 ? (
    <span class="muted">too few</span>
  ) : (
    <Distribution
      id={`spread-${at}`}
      label={`Released scores of column ${at + 1}`}
      buckets={history.spread}
      mark={released === undefined ? undefined : { at: Number(released), label: released }}
    />
  )

/** The same as the pictures show, in numbers: for whoever cannot see them, and for whoever wants to know. */
export const SpreadTables: FC<{
  scores: readonly ShownScore[]
  history: ReadonlyMap<string, ColumnHistory>
}> = ({ scores, history }) => {
  const plotted = scores.filter(({ column }) => (history.get(column.key)?.spread.length ?? 0) > 0)
  if (plotted.length === 0) return null
  return (
    <details>
      <summary>The plots in numbers</summary>
      <Stack>
        {plotted.map(({ column }) => (
          <>
            <p>
              Released scores of <InertName text={column.title} />
            </p>
            <DataTable
              caption={`Released scores, column ${scores.findIndex((one) => one.column === column) + 1}`}
              columns={[
                {
                  key: 'range',
                  header: 'Scores',
                  isRowHeader: true,
                  cell: ({ from, to }) => `${shortNumber(from)} to ${shortNumber(to)}`,
                },
                { key: 'count', header: 'Results', align: 'end', cell: ({ count }) => `${count}` },
              ]}
              rows={(history.get(column.key)?.spread ?? []).filter(({ count }) => count > 0)}
              empty={null}
            />
          </>
        ))}
      </Stack>
    </details>
  )
}
