import { Badge } from '@scoregate/ui/badge'
import { FileSize, InertName } from '@scoregate/ui/facts'
import { Callout, EmptyState } from '@scoregate/ui/feedback'
import { showInertLine } from '@scoregate/ui/inert-text'
import { Card, PageHeader, Stack } from '@scoregate/ui/layout'
import { type Column, DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import type { Hold } from '../holds/hold-record.ts'
import { SECTION_WORDS } from '../holds/hold-words.ts'
import { paths } from '../paths.ts'
import { type ChangedFile, type ChangedScore, compareHolds } from './compare-holds.ts'
import { newsInWords } from './what-is-new.tsx'

/** A page that lists ten thousand changed files helps nobody. */
const FILES_SHOWN = 200

const CHANGE_LOOKS = {
  new: { tone: 'info', words: 'New' },
  changed: { tone: 'warn', words: 'Changed' },
  gone: { tone: 'neutral', words: 'Gone' },
} as const satisfies Record<ChangedFile['change'], { tone: string; words: string }>

/** What is new in a hold since the last one of the same participant: scores, and files by their digests. */
export const DiffPage: FC<{ hold: Hold; last: Hold | undefined; now: Date }> = ({ hold, last, now }) => (
  <Stack>
    <PageHeader
      title="What is new"
      breadcrumbs={[
        { label: 'Inbox', href: paths.inbox() },
        { label: showInertLine(hold.job.competition.title), href: paths.hold(hold.id) },
      ]}
      description={
        last?.decidedAt === undefined ? undefined : (
          <>
            Submission {hold.job.submission.id} beside{' '}
            <a href={paths.hold(last.id)}>submission {last.job.submission.id}</a> of the same participant,
            decided <When at={last.decidedAt} now={now} />
          </>
        )
      }
    />
    {last === undefined ? (
      <EmptyState
        icon="file"
        title="There is nothing to compare it with"
        text="It is the first hold of this participant in this competition, or none was decided before it."
      />
    ) : (
      <Comparison hold={hold} last={last} />
    )}
  </Stack>
)

const Comparison: FC<{ hold: Hold; last: Hold }> = ({ hold, last }) => {
  const comparison = compareHolds(last, hold)
  const { scores, files, counts } = comparison
  return (
    <>
      {last.contentRemovedAt !== undefined && (
        <Callout tone="info">
          The files of the earlier hold have been removed; what its record says of them is compared.
        </Callout>
      )}
      <Card title="Scores, as they would leave" variant="flush">
        <DataTable
          caption="Scores before and now"
          columns={SCORE_COLUMNS}
          rows={scores}
          empty={<p class="muted">Neither has scores.</p>}
        />
      </Card>
      <Card
        title="Files"
        variant="flush"
        description={`${newsInWords(comparison)}; ${counts.same} the same, byte for byte.`}
        footer={
          files.length > FILES_SHOWN
            ? `And ${files.length - FILES_SHOWN} more that are not the same.`
            : undefined
        }
      >
        <DataTable
          caption="Files that are not the same"
          columns={fileColumns(hold, last)}
          rows={files.slice(0, FILES_SHOWN)}
          narrow="stack"
          empty={<EmptyState icon="file" title="Every file is the same" />}
        />
      </Card>
    </>
  )
}

const SCORE_COLUMNS: Column<ChangedScore>[] = [
  {
    key: 'column',
    header: 'Column',
    isRowHeader: true,
    isWide: true,
    cell: ({ title }) => <InertName text={title} />,
  },
  { key: 'before', header: 'Before', align: 'end', cell: ({ before }) => <Score value={before} /> },
  { key: 'after', header: 'Now', align: 'end', cell: ({ after }) => <Score value={after} /> },
  {
    key: 'change',
    header: 'Change',
    align: 'end',
    cell: ({ before, after }) =>
      before === after ? <span class="muted">the same</span> : differenceOf(before, after),
  },
]

const Score: FC<{ value: string | undefined }> = ({ value }) =>
  value === undefined ? <span class="muted">nothing</span> : <span class="monospace">{value}</span>

/** With a sign; as many digits as the longer of both has. */
function differenceOf(before: string | undefined, after: string | undefined): string {
  if (before === undefined || after === undefined) return ''
  const decimals = Math.max(...[before, after].map((value) => value.split('.')[1]?.length ?? 0))
  const difference = Number(after) - Number(before)
  return `${difference > 0 ? '+' : '−'}${Math.abs(difference).toFixed(decimals)}`
}

function fileColumns(hold: Hold, last: Hold): Column<ChangedFile>[] {
  return [
    {
      key: 'file',
      header: 'File',
      isRowHeader: true,
      isWide: true,
      cell: (file) => <InertName text={entryOf(file).path} isMonospace />,
    },
    { key: 'section', header: 'Part of the run', cell: (file) => SECTION_WORDS[entryOf(file).section] },
    {
      key: 'change',
      header: 'Change',
      cell: ({ change }) => <Badge tone={CHANGE_LOOKS[change].tone}>{CHANGE_LOOKS[change].words}</Badge>,
    },
    {
      key: 'size',
      header: 'Size',
      align: 'end',
      cell: (file) => (
        <>
          {file.change !== 'new' && <FileSize bytes={file.before.entry.sizeBytes} />}
          {file.change === 'changed' && ' → '}
          {file.change !== 'gone' && <FileSize bytes={file.after.entry.sizeBytes} />}
        </>
      ),
    },
    {
      key: 'look',
      header: 'Look',
      cell: (file) => (
        <>
          {file.change !== 'gone' && hold.contentRemovedAt === undefined && (
            <a href={paths.file(hold.id, file.after.number)}>now</a>
          )}
          {file.change === 'changed' && ', '}
          {file.change !== 'new' && last.contentRemovedAt === undefined && (
            <a href={paths.file(last.id, file.before.number)}>before</a>
          )}
        </>
      ),
    },
  ]
}

function entryOf(file: ChangedFile) {
  return file.change === 'gone' ? file.before.entry : file.after.entry
}
