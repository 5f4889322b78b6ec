import type { Child } from 'hono/jsx'
import { Icon } from './icon.tsx'

/** How a column is sorted now, in the words of `aria-sort`. */
export type Sorted = 'ascending' | 'descending'

/** One column of a `DataTable`. */
export interface Column<Row> {
  readonly key: string
  readonly header: string
  readonly cell: (row: Row) => Child
  /** `end` is for numbers: right aligned, in figures of equal width. */
  readonly align?: 'start' | 'center' | 'end' | undefined
  /** The cell that names its row, read out before the others. The first column unless one says so. */
  readonly isRowHeader?: boolean | undefined
  /** A heading that only screen readers need, such as the one above a column of buttons. */
  readonly isHeaderHidden?: boolean | undefined
  /** Where a click on the heading leads: the same page, sorted by this column. */
  readonly sortHref?: string | undefined
  readonly sorted?: Sorted | undefined
  /** Takes the room that is left, and wraps its text; other columns stay as narrow as their content. */
  readonly isWide?: boolean | undefined
  /** For names that can be long: wraps them early, so that what follows stays in sight. */
  readonly isShort?: boolean | undefined
}

/** See `DataTable`. */
export interface DataTableProps<Row> {
  readonly caption: string
  /** The caption is always read out; `hidden` where a heading above the table shows the same words. */
  readonly captionShown?: 'visible' | 'hidden' | undefined
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  /** Shown instead of the table when there are no rows: usually an `EmptyState`. */
  readonly empty: Child
  /** On a narrow screen, scroll sideways (to compare down columns) or stack each row as a small card (to read rows). */
  readonly narrow?: 'scroll' | 'stack' | undefined
  /** Marks a row, such as one's own on a leaderboard. */
  readonly isHighlighted?: ((row: Row) => boolean) | undefined
  /** A fragment identifier for a row, so that a link can lead to it. */
  readonly rowId?: ((row: Row) => string) | undefined
}

/** Rows of data with a caption, a heading that stays in sight, and a scroll container of its own. */
export function DataTable<Row>(props: DataTableProps<Row>): Child {
  const { caption, captionShown = 'hidden', columns, rows, empty, narrow = 'scroll' } = props
  if (rows.length === 0) return <div class="table-empty">{empty}</div>
  const named = columns.some((column) => column.isRowHeader === true)
  return (
    // Keyboard users must be able to scroll the container, so it takes focus, and then it needs a name.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields, and a section would be one landmark more for each table
    <div class={`table-scroll table-${narrow}`} role="group" aria-label={caption} tabindex={0}>
      <table class="table">
        <caption class={captionShown === 'hidden' ? 'visually-hidden' : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <ColumnHeading column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              id={props.rowId?.(row)}
              class={props.isHighlighted?.(row) === true ? 'row-highlighted' : undefined}
            >
              {columns.map((column, at) => (
                <Cell
                  column={column}
                  row={row}
                  isRowHeader={named ? column.isRowHeader === true : at === 0}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function ColumnHeading<Row>({ column }: { column: Column<Row> }): Child {
  const label =
    column.isHeaderHidden === true ? <span class="visually-hidden">{column.header}</span> : column.header
  return (
    <th scope="col" class={cellClass(column)} aria-sort={column.sorted}>
      {column.sortHref === undefined ? (
        label
      ) : (
        <a class="sort-link" href={column.sortHref}>
          {label}
          {column.sorted !== undefined && (
            <Icon name={column.sorted === 'ascending' ? 'chevron-up' : 'chevron-down'} />
          )}
        </a>
      )}
    </th>
  )
}

function Cell<Row>({
  column,
  row,
  isRowHeader,
}: {
  column: Column<Row>
  row: Row
  isRowHeader: boolean
}): Child {
  const label = column.isHeaderHidden === true ? undefined : column.header
  return isRowHeader ? (
    <th scope="row" class={cellClass(column)} data-label={label}>
      <div class="cell">{column.cell(row)}</div>
    </th>
  ) : (
    <td class={cellClass(column)} data-label={label}>
      <div class="cell">{column.cell(row)}</div>
    </td>
  )
}

function cellClass<Row>(column: Column<Row>): string {
  return `align-${column.align ?? 'start'}${column.isWide === true ? ' column-wide' : ''}${column.isShort === true ? ' column-short' : ''}`
}
