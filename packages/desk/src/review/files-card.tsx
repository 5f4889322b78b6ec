import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { ButtonLink } from '@scoregate/ui/button'
import { Digest, FileSize, InertName, InertText } from '@scoregate/ui/facts'
import { EmptyState } from '@scoregate/ui/feedback'
import { showInertLine } from '@scoregate/ui/inert-text'
import { Card, Cluster, Stack } from '@scoregate/ui/layout'
import { Pagination } from '@scoregate/ui/navigation'
import { type Column, DataTable } from '@scoregate/ui/table'
import type { FC } from 'hono/jsx'
import type { Hold } from '../holds/hold-record.ts'
import { SECTION_WORDS } from '../holds/hold-words.ts'
import { paths } from '../paths.ts'
import { seenWords } from '../viewers/file-page.tsx'
import type { Coverage } from '../viewers/file-view.ts'

/** A hold can have a hundred thousand files; a page that lists them all helps nobody. */
export const FILES_PER_PAGE = 100

type NumberedEntry = { readonly number: number; readonly entry: ManifestEntry }

/** Every sealed file, with its size and digest, to look at or to download. */
export const FilesCard: FC<{ hold: Hold; offset: number; seen: ReadonlyMap<number, Coverage> }> = ({
  hold,
  offset,
  seen,
}) => {
  const { entries } = hold.manifest
  const rows = entries
    .slice(offset, offset + FILES_PER_PAGE)
    .map((entry, at) => ({ number: offset + at, entry }))
  return (
    <Card
      title="Files"
      id="files"
      variant="flush"
      description="All that was sealed. Nothing here leaves, unless it is part of what you release."
      footer={
        entries.length > FILES_PER_PAGE ? (
          <Pagination
            first={offset + 1}
            last={offset + rows.length}
            total={entries.length}
            noun="files"
            previousHref={
              offset > 0 ? paths.holdFiles(hold.id, Math.max(0, offset - FILES_PER_PAGE)) : undefined
            }
            nextHref={
              offset + FILES_PER_PAGE < entries.length
                ? paths.holdFiles(hold.id, offset + FILES_PER_PAGE)
                : undefined
            }
          />
        ) : undefined
      }
    >
      <DataTable
        caption="Sealed files"
        columns={columnsOf(hold, seen)}
        rows={rows}
        narrow="stack"
        empty={<EmptyState icon="file" title="The run left no files" />}
      />
    </Card>
  )
}

function columnsOf(hold: Hold, seen: ReadonlyMap<number, Coverage>): Column<NumberedEntry>[] {
  return [
    {
      key: 'path',
      header: 'File',
      isRowHeader: true,
      isWide: true,
      // In one cell, so that the way to look at it is in sight on a narrow screen, too.
      cell: ({ entry }) => (
        <Stack gap="none">
          <InertName text={entry.path} isMonospace />
          <span class="muted score-note">
            {SECTION_WORDS[entry.section]} · <span class="nowrap">SHA-256</span>{' '}
            <Digest value={entry.sha256} />
          </span>
        </Stack>
      ),
    },
    { key: 'size', header: 'Size', align: 'end', cell: ({ entry }) => <FileSize bytes={entry.sizeBytes} /> },
    {
      key: 'seen',
      header: 'You have seen',
      cell: ({ number, entry }) => seenWords(seen.get(number), entry.sizeBytes),
    },
    {
      key: 'open',
      header: 'Look',
      isHeaderHidden: true,
      align: 'end',
      cell: ({ number, entry }) =>
        hold.contentRemovedAt !== undefined ? (
          <span class="muted">removed</span>
        ) : (
          <Cluster gap="tight" justify="end">
            <ButtonLink
              size="small"
              href={paths.file(hold.id, number)}
              label={`View ${showInertLine(entry.path)}`}
            >
              View
            </ButtonLink>
            <ButtonLink
              size="small"
              kind="quiet"
              icon="download"
              href={paths.download(hold.id, number)}
              label={`Download ${showInertLine(entry.path)}`}
            >
              Download
            </ButtonLink>
          </Cluster>
        ),
    },
  ]
}

/** A log as the hold's page shows it. */
export type ShownLog = {
  readonly number: number
  readonly entry: ManifestEntry
  /** The beginning of the log, not made inert yet; `undefined` when it is not text. */
  readonly text: string | undefined
  /** Up to which byte the text goes. */
  readonly shownTo: number | undefined
}

const LOG_TITLES: Readonly<Record<string, string>> = {
  ingestion_stdout: 'Ingestion: standard output',
  ingestion_stderr: 'Ingestion: standard error',
  scoring_stdout: 'Scoring: standard output',
  scoring_stderr: 'Scoring: standard error',
}

/** The logs of the run as inert text. Those with something in them are open: what is folded up is not looked at. */
export const LogsCard: FC<{ hold: Hold; logs: readonly ShownLog[]; shownBytes: number }> = ({
  hold,
  logs,
  shownBytes,
}) => (
  <Card
    title="Logs"
    description="Text that the programs wrote. It is shown as plain text, whatever it contains."
  >
    <Stack>
      {logs.length === 0 && <p class="muted">The run left no logs.</p>}
      {logs.map(({ number, entry, text }) => (
        <details open={entry.sizeBytes > 0}>
          <summary>
            {LOG_TITLES[entry.path] ?? <InertName text={entry.path} isMonospace />},{' '}
            {entry.sizeBytes === 0 ? 'empty' : <FileSize bytes={entry.sizeBytes} />}
          </summary>
          {text === undefined ? (
            <p>
              This log is not plain text. <a href={paths.file(hold.id, number)}>Look at it byte by byte</a>
            </p>
          ) : (
            <InertText
              id={`log-${number}`}
              label={LOG_TITLES[entry.path] ?? 'Log'}
              text={text}
              note={
                entry.sizeBytes > shownBytes ? (
                  <>
                    Only the first <FileSize bytes={shownBytes} /> are shown here.{' '}
                    <a href={paths.file(hold.id, number)}>Look at all of it</a>
                  </>
                ) : undefined
              }
            />
          )}
        </details>
      ))}
    </Stack>
  </Card>
)
