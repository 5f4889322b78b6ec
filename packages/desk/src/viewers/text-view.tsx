import { Button, ButtonLink } from '@scoregate/ui/button'
import { SearchForm } from '@scoregate/ui/form'
import { Cluster, Stack } from '@scoregate/ui/layout'
import { LinedText } from '@scoregate/ui/visible-text'
import type { FC } from 'hono/jsx'
import { parseOffset, paths } from '../paths.ts'
import { SearchBox } from './search-view.tsx'
import {
  CONTINUATION_BYTES,
  linesOf,
  startOfPageBefore,
  TEXT_PAGE_BYTES,
  textPageBorders,
} from './text-page.ts'
import type { FileView, ViewedFile, ViewQuery } from './viewed-file.ts'

/**
 * One page of a file as text: from `offset` on, or the page that ends at `to`. Nothing is left out: what is not text is
 * spelled as numbers.
 */
export async function viewText(file: ViewedFile, query: ViewQuery): Promise<FileView> {
  const { entry, bytes } = file
  const start = await startOf(file, query)
  const read = await bytes.read(entry, { offset: start, length: TEXT_PAGE_BYTES + CONTINUATION_BYTES })
  const borders = textPageBorders(read, { isStart: start === 0 })
  const from = start + borders.from
  const to = start + borders.to
  const firstLine = await bytes.lineAt(entry, from)
  const goesOn = from > 0 && !(await bytes.read(entry, { offset: from - 1, length: 1 })).equals(NEW_LINE)
  const lines = linesOf(read.subarray(borders.from, borders.to), { firstLine, goesOn })
  const label = entry.sizeBytes === 0 ? 'Empty file' : `Bytes ${from + 1} to ${to} of ${entry.sizeBytes}`
  const lastLine = firstLine + Math.max(0, lines.filter(({ number }) => number !== undefined).length - 1)
  return {
    shown: [{ from, to }],
    content: (
      <Stack>
        <TextTools file={file} />
        <p class="muted">
          {label}
          {entry.sizeBytes > 0 && `, ${goesOn ? 'within line' : 'from line'} ${firstLine}`}
        </p>
        {lines.length === 0 ? (
          <p class="inert-empty">Empty: nothing was written here.</p>
        ) : (
          <LinedText lines={lines} label={label} digits={`${lastLine}`.length} />
        )}
        <Pager file={file} from={from} to={to} />
      </Stack>
    ),
  }
}

const NEW_LINE = Buffer.from('\n')

async function startOf({ entry, bytes }: ViewedFile, query: ViewQuery): Promise<number> {
  const end = query('to')
  if (end === undefined) return Math.min(parseOffset(query('offset')), Math.max(0, entry.sizeBytes - 1))
  const to = Math.min(parseOffset(end), entry.sizeBytes)
  const offset = Math.max(0, to - TEXT_PAGE_BYTES)
  const before = await bytes.read(entry, { offset, length: to - offset })
  return offset + startOfPageBefore(before, { isStart: offset === 0 })
}

/** To another page of the file: the pages of text and hex have the same. */
const Pager: FC<{ file: ViewedFile; from: number; to: number }> = ({ file, from, to }) => {
  const { hold, number, entry } = file
  const at = (query: Record<string, string | number>) =>
    paths.fileView(hold.id, number, { as: 'text', ...query })
  return (
    <Cluster>
      {from > 0 && <ButtonLink href={at({ offset: 0 })}>To the start</ButtonLink>}
      {from > 0 && <ButtonLink href={at({ to: from })}>Earlier</ButtonLink>}
      {to < entry.sizeBytes && <ButtonLink href={at({ offset: to })}>Later</ButtonLink>}
      {to < entry.sizeBytes && <ButtonLink href={at({ to: entry.sizeBytes })}>To the end</ButtonLink>}
    </Cluster>
  )
}

/** Search, and the way to a line. */
const TextTools: FC<{ file: ViewedFile }> = ({ file, file: { hold, number } }) => (
  <Cluster gap="normal">
    <SearchBox file={file} />
    <SearchForm action={paths.fileLine(hold.id, number)} label="Go to a line">
      <label>
        Line <input class="input" name="line" inputmode="numeric" pattern="[0-9]+" size={9} required />
      </label>
      <Button size="small">Go</Button>
    </SearchForm>
  </Cluster>
)
