import type { FileViewKind } from '@scoregate/protocol/audit'
import { ButtonLink } from '@scoregate/ui/button'
import { DefinitionList, Digest, FileSize } from '@scoregate/ui/facts'
import { showInertLine } from '@scoregate/ui/inert-text'
import { PageHeader, Stack } from '@scoregate/ui/layout'
import { Tabs } from '@scoregate/ui/navigation'
import type { Child, FC } from 'hono/jsx'
import { SECTION_WORDS } from '../holds/hold-words.ts'
import { paths } from '../paths.ts'
import { type Coverage, isSeenWhole } from './file-view.ts'
import { VIEW_WORDS, type ViewedFile } from './viewed-file.ts'

/** One sealed file in one of its views. Nothing of a run is ever a part of this page but as text. */
export const FilePage: FC<{
  file: ViewedFile
  as: FileViewKind
  /** Whether the reviewer asked for this view, and not the desk by the content. */
  isChosen: boolean
  coverage: Coverage | undefined
  content: Child
}> = ({ file: { hold, number, entry }, as, isChosen, coverage, content }) => (
  <Stack>
    <PageHeader
      title={showInertLine(entry.path)}
      breadcrumbs={[
        { label: 'Inbox', href: paths.inbox() },
        { label: `Hold ${hold.id}`, href: paths.hold(hold.id) },
      ]}
      actions={
        <ButtonLink href={paths.download(hold.id, number)} icon="download">
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
        { term: 'You have seen', value: seenWords(coverage, entry.sizeBytes) },
      ]}
    />
    <Tabs
      label="Views of this file"
      tabs={VIEW_TABS.map((view) => ({
        href: paths.fileView(hold.id, number, { as: view }),
        label: VIEW_WORDS[view],
        current: view === as,
      }))}
    />
    {!isChosen && as === 'hex' && (
      <p class="muted">This file is not plain text, so it is shown byte by byte.</p>
    )}
    {content}
  </Stack>
)

const VIEW_TABS: readonly FileViewKind[] = ['text', 'table', 'tree', 'picture', 'rendered', 'hex']

/** How much of a file a reviewer was shown, in words. */
export function seenWords(coverage: Coverage | undefined, sizeBytes: number): string {
  if (coverage === undefined) return 'nothing yet'
  if (isSeenWhole(coverage, sizeBytes)) return 'all of it'
  // Rounded down: 100 % would say that nothing is left.
  return `${Math.floor((coverage.bytes / sizeBytes) * 100)} %`
}
