import type { ManifestEntry } from '@scoregate/protocol/manifest'
import { ButtonLink } from '@scoregate/ui/button'
import { DefinitionList, Digest, FileSize, InertText } from '@scoregate/ui/facts'
import { showInertLine } from '@scoregate/ui/inert-text'
import { Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import type { FC } from 'hono/jsx'
import { SECTION_WORDS } from '../holds/hold-words.ts'
import { paths } from '../paths.ts'

/** Bytes on one page, as text or byte by byte. */
export const PAGE_BYTES = { text: 65_536, hex: 4096 } as const

/** See `FilePage`. */
export interface FilePageProps {
  readonly holdId: string
  readonly number: number
  readonly entry: ManifestEntry
  readonly as: 'text' | 'hex'
  readonly offset: number
  /** The page's text, or its hex dump; not made inert yet. */
  readonly shown: string
  /** Text was asked for, but this part is not text. */
  readonly isBinary: boolean
}

/** One sealed file, page by page. HTML and images too are shown as their bytes only: nothing of a run is ever rendered. */
export const FilePage: FC<FilePageProps> = (props) => {
  const { holdId, number, entry, as, offset, shown, isBinary } = props
  const size = PAGE_BYTES[as]
  const end = Math.min(offset + size, entry.sizeBytes)
  const part = (to: number) => paths.filePart(holdId, number, { as, offset: to })
  const other = as === 'text' ? 'hex' : 'text'
  const lastOffset = Math.max(0, Math.floor((entry.sizeBytes - 1) / size) * size)
  return (
    <Stack>
      <PageHeader
        title={showInertLine(entry.path)}
        breadcrumbs={[
          { label: 'Inbox', href: paths.inbox() },
          { label: `Hold ${holdId}`, href: paths.hold(holdId) },
        ]}
        actions={
          <ButtonLink href={paths.download(holdId, number)} icon="download">
            Download
          </ButtonLink>
        }
      />
      <DefinitionList
        layout="columns"
        items={[
          { term: 'Part of the run', value: SECTION_WORDS[entry.section] },
          { term: 'Size', value: <FileSize bytes={entry.sizeBytes} /> },
          { term: 'SHA-256', value: <Digest value={entry.sha256} /> },
        ]}
      />
      <InertText
        id="file-content"
        size="tall"
        label={entry.sizeBytes === 0 ? 'Empty file' : `Bytes ${offset + 1} to ${end} of ${entry.sizeBytes}`}
        text={shown}
        note={isBinary ? 'This part is not plain text, so it is shown byte by byte.' : undefined}
      />
      <Cluster justify="between">
        <Cluster>
          {offset > 0 && <ButtonLink href={part(Math.max(0, offset - size))}>Earlier</ButtonLink>}
          {end < entry.sizeBytes && <ButtonLink href={part(end)}>Later</ButtonLink>}
          {end < entry.sizeBytes && <ButtonLink href={part(lastOffset)}>To the end</ButtonLink>}
        </Cluster>
        <ButtonLink kind="quiet" href={paths.filePart(holdId, number, { as: other, offset: 0 })}>
          {other === 'hex' ? 'Show byte by byte' : 'Show as text'}
        </ButtonLink>
      </Cluster>
    </Stack>
  )
}
