import { ButtonLink } from '@scoregate/ui/button'
import { Callout } from '@scoregate/ui/feedback'
import { Cluster, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import { visibleParts } from '@scoregate/ui/visible-bytes'
import { VisibleText } from '@scoregate/ui/visible-text'
import { parseOffset, paths } from '../paths.ts'
import {
  guessSeparator,
  isFormula,
  type Row,
  readRows,
  SEPARATORS,
  type Separator,
} from './delimited-rows.ts'
import { noView } from './picture-view.tsx'
import type { FileView, ViewedFile, ViewQuery } from './viewed-file.ts'

const ROWS_PER_PAGE = 100
const COLUMNS_PER_PAGE = 20
/** A row that does not fit is no row of a table. */
const READ_BYTES = 262_144
/** So many pages back the way is remembered. */
const REMEMBERED_PAGES = 50

/**
 * Rows of a file as a table of text: no cell is a formula here. Only so many columns are beside each other; a page that leaves
 * columns out counts for nothing as seen.
 */
export async function viewTable(file: ViewedFile, query: ViewQuery): Promise<FileView> {
  const { entry, bytes, hold, number } = file
  const offset = Math.min(parseOffset(query('offset')), entry.sizeBytes)
  const content = await bytes.read(entry, { offset, length: READ_BYTES })
  const isEnd = offset + content.length >= entry.sizeBytes
  const separator = separatorOf(query('separator')) ?? guessSeparator(content, isEnd) ?? 'comma'
  const rows = readRows(content, { separator, maxRows: ROWS_PER_PAGE, isEnd })
  const end = rows.at(-1)?.to
  if (end === undefined) return noView('There is no row of a table here, or one that is too long.')
  const to = offset + end
  const width = Math.max(...rows.map((row) => row.cells.length))
  const firstColumn = Math.min(parseOffset(query('column')), width - 1)
  const lastColumn = Math.min(width, firstColumn + COLUMNS_PER_PAGE)
  const first = Math.max(1, parseOffset(query('row')))
  const before = (query('before') ?? '').split('.').filter((place) => /^\d{1,15}$/.test(place))
  const at = (to: Record<string, string | number>) =>
    paths.fileView(hold.id, number, { as: 'table', separator, ...to })
  const here = { offset, row: first, before: before.join('.') }
  const formulas = rows.flatMap((row) => row.cells.filter(isFormula)).length
  const earlier = before.at(-1)
  return {
    shown: firstColumn === 0 && lastColumn === width ? [{ from: offset, to }] : [],
    content: (
      <Stack>
        {formulas > 0 && (
          <Callout
            tone="warn"
            title={`${formulas === 1 ? '1 cell' : `${formulas} cells`} here would run as a formula`}
          >
            A spreadsheet program that opens this file would compute them. Here they are text.
          </Callout>
        )}
        <p class="muted">
          Rows {first} to {first + rows.length - 1}, columns {firstColumn + 1} to {lastColumn} of {width},
          separated by {separator}; or by{' '}
          {separators(separator).map((other) => (
            <>
              <a href={paths.fileView(hold.id, number, { as: 'table', separator: other })}>{other}</a>{' '}
            </>
          ))}
        </p>
        {width > COLUMNS_PER_PAGE && (
          <Cluster>
            {firstColumn > 0 && (
              <ButtonLink href={at({ ...here, column: Math.max(0, firstColumn - COLUMNS_PER_PAGE) })}>
                Columns before
              </ButtonLink>
            )}
            {lastColumn < width && (
              <ButtonLink href={at({ ...here, column: lastColumn })}>More columns</ButtonLink>
            )}
          </Cluster>
        )}
        <DataTable
          caption="Rows of the file"
          columns={columnsOf(firstColumn, lastColumn)}
          rows={rows.map((row, index) => ({ ...row, number: first + index }))}
          empty={null}
        />
        <Cluster>
          {offset > 0 && <ButtonLink href={at({})}>To the start</ButtonLink>}
          {earlier !== undefined && (
            <ButtonLink
              href={at({
                offset: earlier,
                row: Math.max(1, first - ROWS_PER_PAGE),
                before: before.slice(0, -1).join('.'),
              })}
            >
              Earlier
            </ButtonLink>
          )}
          {to < entry.sizeBytes && (
            <ButtonLink
              href={at({
                offset: to,
                row: first + rows.length,
                before: [...before, offset].slice(-REMEMBERED_PAGES).join('.'),
              })}
            >
              Later
            </ButtonLink>
          )}
        </Cluster>
      </Stack>
    ),
  }
}

function columnsOf(from: number, to: number): Column<Row & { number: number }>[] {
  const cells = Array.from({ length: to - from }, (_, at) => ({
    key: `${from + at}`,
    header: `${from + at + 1}`,
    cell: (row: Row) => (
      <span class="table-cell-text">
        <VisibleText parts={visibleParts(row.cells[from + at] ?? Buffer.of())} />
      </span>
    ),
  }))
  return [{ key: 'row', header: 'Row', align: 'end', cell: ({ number }) => number }, ...cells]
}

function separatorOf(text: string | undefined): Separator | undefined {
  return separators().find((one) => one === text)
}

function separators(without?: Separator): Separator[] {
  const all: Separator[] = ['comma', 'semicolon', 'tab', 'bar']
  return all.filter((one) => one !== without && one in SEPARATORS)
}
