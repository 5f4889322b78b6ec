import type { ChainHead } from '@scoregate/protocol/audit'
import { Badge } from '@scoregate/ui/badge'
import { Button, ButtonLink } from '@scoregate/ui/button'
import { SelectField } from '@scoregate/ui/choice'
import { CodeBlock, DefinitionList, Digest, InertName } from '@scoregate/ui/facts'
import { Callout, EmptyState } from '@scoregate/ui/feedback'
import { ErrorSummary, errorAt, SearchForm, TextField } from '@scoregate/ui/form'
import { Card, Cluster, PageHeader, Stack } from '@scoregate/ui/layout'
import { absoluteTime } from '@scoregate/ui/plain-time'
import { type Column, DataTable } from '@scoregate/ui/table'
import { When } from '@scoregate/ui/time-left'
import type { FC } from 'hono/jsx'
import { paths } from '../paths.ts'
import { ACT_GROUPS } from './act-groups.ts'
import { actWords } from './act-words.ts'
import type { Audit } from './audit.ts'
import { filterQuery, type TypedFilter } from './audit-filter.ts'
import type { FoundEntry } from './find-entries.ts'

/** See `AuditPage`. */
export interface AuditPageProps extends TypedFilter {
  readonly entries: readonly FoundEntry[]
  readonly newerHref: string | undefined
  readonly olderHref: string | undefined
  readonly head: ChainHead | undefined
  readonly verified: Audit['verified']
  /** Names to choose from. */
  readonly reviewers: readonly string[]
  readonly now: Date
}

/** The audit chain: what happened at this desk, act by act, with a filter and a way to take it elsewhere. */
export const AuditPage: FC<AuditPageProps> = (props) => {
  const { filter, errors, entries, newerHref, olderHref, head, verified, now } = props
  const isFiltered = Object.keys(filter).length > 0
  return (
    <Stack>
      <PageHeader
        title="Audit"
        description="Every act at this desk, the newest first. Entries are added and never changed: each holds the digest of the one before."
        actions={
          <ButtonLink href={`${paths.audit}${filterQuery(filter)}`}>
            {newerHref ? 'Newest' : 'Refresh'}
          </ButtonLink>
        }
      />
      <Card>
        <Stack>
          <ErrorSummary errors={errors} title="This filter has a problem" />
          <FilterForm {...props} />
        </Stack>
      </Card>
      <Card
        variant="flush"
        title={isFiltered ? 'Entries that fit' : 'Entries'}
        actions={
          <Cluster>
            <ButtonLink
              href={`${paths.auditExport('csv')}${filterQuery(filter)}`}
              icon="download"
              size="small"
            >
              CSV
            </ButtonLink>
            <ButtonLink
              href={`${paths.auditExport('jsonl')}${filterQuery(filter)}`}
              icon="download"
              size="small"
            >
              JSONL
            </ButtonLink>
          </Cluster>
        }
      >
        <DataTable
          caption="Entries of the audit chain, the newest first"
          columns={columnsOf(now)}
          rows={entries}
          narrow="stack"
          rowId={({ sequence }) => `entry-${sequence}`}
          empty={
            <EmptyState
              icon="search"
              title={isFiltered ? 'No entry fits this filter' : 'No entries here'}
              text="Take something out of the filter, or choose other days."
            />
          }
        />
      </Card>
      <Cluster justify="between">
        {newerHref === undefined ? (
          <span />
        ) : (
          <ButtonLink href={newerHref} icon="chevron-left" size="small">
            Newer
          </ButtonLink>
        )}
        {olderHref !== undefined && (
          <ButtonLink href={olderHref} icon="chevron-right" size="small">
            Older
          </ButtonLink>
        )}
      </Cluster>
      <Verification head={head} verified={verified} />
    </Stack>
  )
}

const FilterForm: FC<AuditPageProps> = ({ typed, errors, reviewers, filter }) => (
  <SearchForm action={paths.audit} label="Choose entries">
    <SelectField
      name="group"
      label="What"
      isOptional
      value={typed.group}
      width="medium"
      error={errorAt(errors, 'group')}
      options={[
        { value: '', label: 'Everything' },
        ...Object.entries(ACT_GROUPS).map(([value, label]) => ({ value, label })),
      ]}
    />
    <SelectField
      name="reviewer"
      label="Who"
      isOptional
      value={typed.reviewer}
      width="medium"
      options={[
        { value: '', label: 'Anybody' },
        ...withTyped(reviewers, typed.reviewer).map((name) => ({ value: name, label: name })),
      ]}
    />
    <TextField
      name="hold"
      label="Hold"
      type="search"
      value={typed.hold}
      width="short"
      isMonospace
      maxLength={8}
      error={errorAt(errors, 'hold')}
    />
    <TextField
      name="from"
      label="From"
      type="date"
      isOptional
      value={typed.from}
      width="short"
      error={errorAt(errors, 'from')}
    />
    <TextField
      name="to"
      label="To"
      type="date"
      isOptional
      value={typed.to}
      width="short"
      error={errorAt(errors, 'to')}
    />
    <Cluster>
      <Button kind="primary" icon="search">
        Show
      </Button>
      {(Object.keys(filter).length > 0 || errors.length > 0) && (
        <ButtonLink href={paths.audit} kind="quiet">
          Clear
        </ButtonLink>
      )}
    </Cluster>
  </SearchForm>
)

/** A name that was asked for is offered also where the chain does not have it. */
function withTyped(reviewers: readonly string[], typed: string): readonly string[] {
  return typed === '' || reviewers.includes(typed) ? reviewers : [typed, ...reviewers]
}

function columnsOf(now: Date): Column<FoundEntry>[] {
  return [
    {
      key: 'number',
      header: 'Entry',
      align: 'end',
      isRowHeader: true,
      cell: ({ sequence }) => `${sequence}`,
    },
    {
      key: 'when',
      header: 'When',
      cell: ({ entry }) => {
        const at = new Date(entry?.time ?? '')
        return Number.isNaN(at.getTime()) ? '' : <When at={at} now={now} />
      },
    },
    {
      key: 'what',
      header: 'What happened',
      isWide: true,
      cell: ({ entry }) =>
        entry === undefined ? (
          <Badge tone="bad" icon="alert">
            This entry is not as it was written
          </Badge>
        ) : (
          <InertName text={actWords(entry.act)} />
        ),
    },
    {
      key: 'hold',
      header: 'Hold',
      cell: ({ holdId }) =>
        holdId === undefined ? (
          ''
        ) : (
          <a class="monospace" href={paths.hold(holdId)}>
            {holdId}
          </a>
        ),
    },
  ]
}

const Verification: FC<Pick<AuditPageProps, 'head' | 'verified'>> = ({ head, verified }) => (
  <Card
    title="Is the chain as it was written?"
    description="Whoever can change the records of this desk can change this page, too. So ask from elsewhere."
  >
    <Stack>
      <Callout tone="good" title={`Verified when the desk started, ${absoluteTime(verified.at)}`}>
        {verified.entries === 0
          ? 'The chain was empty then.'
          : `${verified.entries === 1 ? '1 entry was' : `${verified.entries} entries were`} read, each compared with its own digest, with the entry before it and with the file. A desk that finds a difference does not start.`}
      </Callout>
      {head !== undefined && (
        <>
          <DefinitionList
            items={[
              { term: 'Entries', value: `${head.sequence}` },
              { term: 'Head of the chain', value: <Digest value={head.head} shown="whole" /> },
            ]}
          />
          <p>
            Note the head, or compare with receipts and with the platform: every receipt carries the head of
            its time. With a copy of the file, or an export of everything as JSONL, anybody can verify it:
          </p>
          <CodeBlock
            label="How to verify the chain"
            text={`npx scoregate audit verify --file audit.jsonl --head ${head.sequence}:${head.head}`}
          />
        </>
      )}
    </Stack>
  </Card>
)
