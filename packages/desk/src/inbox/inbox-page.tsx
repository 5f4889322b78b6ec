import { Button, ButtonLink } from '@scoregate/ui/button'
import { SelectField } from '@scoregate/ui/choice'
import { InertName } from '@scoregate/ui/facts'
import { Callout, EmptyState } from '@scoregate/ui/feedback'
import { FoldedSearch, FormActions, TextField } from '@scoregate/ui/form'
import { Card, PageHeader, Stack } from '@scoregate/ui/layout'
import { Pager, Tabs } from '@scoregate/ui/navigation'
import { DataTable } from '@scoregate/ui/table'
import type { FC } from 'hono/jsx'
import type { HoldId, HoldSummary } from '../holds/hold-record.ts'
import { paths } from '../paths.ts'
import { bulkHindrance } from './bulk.ts'
import { BULK_FORM, CLAIM_FORM, inboxColumns, type ListContext } from './inbox-columns.tsx'
import { HoldList, type InboxQuery, inboxSearch, isFiltered, sortingOf } from './inbox-query.ts'
import {
  AGE_FILTER_WORDS,
  captionWords,
  counted,
  FINDING_FILTER_WORDS,
  filterPhrases,
  LIST_WORDS,
  NEEDS_FILTER_WORDS,
  placeWords,
  STATE_FILTER_WORDS,
} from './inbox-words.ts'
import type { HoldsPage } from './list-holds.ts'

/** See `InboxPage`. */
export interface InboxPageProps {
  readonly query: InboxQuery
  readonly page: HoldsPage
  readonly counts: Readonly<Record<HoldList, number>>
  readonly found: { readonly count: number; readonly isMore: boolean }
  readonly claims: ListContext['claims']
  readonly checks: ListContext['checks']
  readonly deciding: ListContext['deciding']
  readonly deciders: ListContext['deciders']
  /** Holds of which a release was stopped. */
  readonly alarms: readonly HoldId[]
  /** Absent for whoever reads with a token: forms are for browsers. */
  readonly csrf: string | undefined
  readonly me: string
  /** Whether every line that can be ticked is. */
  readonly isTicked: boolean
  readonly now: Date
}

/** The inbox: what waits for a decision, what failed, and what was decided. */
export const InboxPage: FC<InboxPageProps> = (props) => {
  const { query, page, counts, alarms, csrf } = props
  const context = { ...props, hasForms: csrf !== undefined }
  return (
    <Stack>
      <PageHeader
        title="Inbox"
        description="Look at what a run produced, and decide what of it may leave."
        actions={<ButtonLink href={paths.inbox(query.list, inboxSearch(query))}>Refresh</ButtonLink>}
      />
      {alarms.length > 0 && <StoppedReleases alarms={alarms} />}
      <Tabs
        label="Lists"
        tabs={HoldList.options.map((name) => ({
          href: paths.inbox(name),
          label: LIST_WORDS[name].tab,
          count: counts[name],
          current: name === query.list,
        }))}
      />
      <Filter query={query} />
      {isFiltered(query) && <Found {...props} />}
      <News query={query} now={props.now} />
      {csrf !== undefined && query.list === 'waiting' && page.holds.length > 0 && <BulkBar {...props} />}
      <Card variant="flush">
        <DataTable
          caption={captionWords(query.list, sortingOf(query))}
          columns={inboxColumns(context)}
          rows={page.holds}
          narrow="stack"
          empty={<Empty {...props} />}
        />
      </Card>
      {csrf !== undefined && (
        <form id={CLAIM_FORM} method="post" aria-label="Review">
          <input type="hidden" name="csrf" value={csrf} />
        </form>
      )}
      <Pages {...props} />
    </Stack>
  )
}

const StoppedReleases: FC<{ alarms: readonly HoldId[] }> = ({ alarms }) => (
  <Callout tone="bad" title="A release was stopped, since the vault no longer has what was sealed">
    Nothing of it was sent. Look at{' '}
    {alarms.map((id, at) => (
      <>
        {at > 0 && ', '}
        <a class="monospace" href={paths.hold(id)}>
          {id}
        </a>
      </>
    ))}
    , and ask whoever runs this site.
  </Callout>
)

/** Where a script says that something has arrived; without one there is the button to refresh. */
const News: FC<{ query: InboxQuery; now: Date }> = ({ query, now }) => (
  <p class="inbox-news" role="status" data-inbox-news={paths.news(query.list, newsSearch(query, now))}>
    <a href={firstPage(query)} hidden>
      Show
    </a>
  </p>
)

function newsSearch(query: InboxQuery, now: Date): string {
  const filters = inboxSearch({ ...query, ...FIRST_PAGE, sort: undefined, order: undefined })
  const since = `since=${encodeURIComponent(now.toISOString())}`
  return filters === '' ? `?${since}` : `${filters}&${since}`
}

/** What can be done with the ticked lines: each button leads to a page that says what would happen. */
const BulkBar: FC<InboxPageProps> = ({ query, page, checks, deciding, isTicked }) => {
  const isAlone = (hold: HoldSummary) =>
    bulkHindrance(hold, { checks: checks.get(hold.id), deciding: deciding.get(hold.id) }) !== undefined
  if (page.holds.every(isAlone)) return null
  const search = inboxSearch(query)
  const tickAll = paths.inbox(query.list, search === '' ? '?tick=all' : `${search}&tick=all`)
  return (
    <form
      class="form form-inline"
      id={BULK_FORM}
      method="get"
      action={paths.bulk}
      aria-label="Ticked results"
    >
      <Button size="small" name="act" value="release">
        Release the ticked…
      </Button>
      <Button size="small" name="act" value="reject">
        Reject the ticked…
      </Button>
      <ButtonLink size="small" kind="quiet" href={isTicked ? paths.inbox(query.list, search) : tickAll}>
        {isTicked ? 'Tick none' : 'Tick all on this page'}
      </ButtonLink>
    </form>
  )
}

/** A plain form that asks by its address, so that what is found can be kept as a link. */
const Filter: FC<{ query: InboxQuery }> = ({ query }) => (
  <FoldedSearch
    action={paths.inbox(query.list)}
    label="Search and filter"
    summary="Search and filter"
    isOpen={isFiltered(query)}
  >
    {query.sort !== undefined && <input type="hidden" name="sort" value={query.sort} />}
    {query.order !== undefined && <input type="hidden" name="order" value={query.order} />}
    <TextField name="competition" label="Competition" type="search" value={query.competition} />
    <TextField name="participant" label="Participant" type="search" value={query.participant} />
    <TextField name="worker" label="Worker" type="search" value={query.worker} />
    {query.list === 'decided' && (
      <Choose name="state" label="State" words={STATE_FILTER_WORDS} value={query.state} />
    )}
    <Choose name="finding" label="Finding" words={FINDING_FILTER_WORDS} value={query.finding} />
    {query.list !== 'decided' && (
      <Choose name="needs" label="Needs" words={NEEDS_FILTER_WORDS} value={query.needs} />
    )}
    <Choose
      name="older"
      label="Arrived"
      words={
        query.older === undefined || Object.hasOwn(AGE_FILTER_WORDS, query.older)
          ? AGE_FILTER_WORDS
          : { ...AGE_FILTER_WORDS, [query.older]: `${query.older} or longer` }
      }
      value={query.older}
      suffix=" ago"
    />
    <FormActions>
      <Button icon="search">Show</Button>
    </FormActions>
  </FoldedSearch>
)

const Choose: FC<{
  name: string
  label: string
  words: Readonly<Record<string, string>>
  value: string | undefined
  suffix?: string
}> = ({ name, label, words, value, suffix = '' }) => (
  <SelectField
    name={name}
    label={label}
    value={value ?? ''}
    width="full"
    isSearch
    options={[
      { value: '', label: 'Any' },
      ...Object.entries(words).map(([key, text]) => ({ value: key, label: `${text}${suffix}` })),
    ]}
  />
)

const Found: FC<InboxPageProps> = ({ query, found }) => {
  const { one, many } = LIST_WORDS[query.list]
  return (
    <p>
      {found.isMore
        ? `More than ${found.count.toLocaleString('en')} ${many}`
        : counted(found.count, one, many)}{' '}
      found with{' '}
      {filterPhrases(query).map(({ label, value }, at) => (
        <>
          {at > 0 && ', '}
          {label} <InertName text={value} />
        </>
      ))}
      . <a href={paths.inbox(query.list)}>Show all</a>
    </p>
  )
}

const Empty: FC<InboxPageProps> = ({ query, page, counts }) => {
  const words = LIST_WORDS[query.list]
  if (page.hasPrevious) {
    return (
      <EmptyState
        icon="inbox"
        title={`There are no more ${words.many} here`}
        text="What followed has been decided meanwhile."
        action={<ButtonLink href={firstPage(query)}>To the first page</ButtonLink>}
      />
    )
  }
  if (isFiltered(query)) {
    return (
      <EmptyState
        icon="search"
        title="Nothing fits this filter"
        text={`The list has ${counted(counts[query.list], words.one, words.many)} in all.`}
        action={<ButtonLink href={paths.inbox(query.list)}>Show all</ButtonLink>}
      />
    )
  }
  return <EmptyState icon="inbox" title={words.empty} text={words.emptyText} />
}

const Pages: FC<InboxPageProps> = ({ query, page, found }) => {
  const { holds, from, isFirst, hasPrevious, hasNext } = page
  const first = holds[0]
  const last = holds.at(-1)
  if (first === undefined || last === undefined) return null
  const link = (place: Pick<InboxQuery, 'after' | 'before' | 'from'>) =>
    paths.inbox(query.list, inboxSearch({ ...query, after: undefined, before: undefined, ...place }))
  return (
    <Pager
      words={placeWords(query, { ...page, shown: holds.length }, found)}
      noun={LIST_WORDS[query.list].many}
      firstHref={isFirst ? undefined : firstPage(query)}
      previousHref={
        hasPrevious ? link({ before: first.id, from: Math.max(1, from - holds.length) }) : undefined
      }
      nextHref={hasNext ? link({ after: last.id, from: from + holds.length }) : undefined}
    />
  )
}

function firstPage(query: InboxQuery): string {
  return paths.inbox(query.list, inboxSearch({ ...query, ...FIRST_PAGE }))
}

const FIRST_PAGE = { after: undefined, before: undefined, from: undefined } as const
