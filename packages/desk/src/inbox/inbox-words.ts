import type { Claim } from './claims.ts'
import type {
  DecidedState,
  FindingFilter,
  HoldList,
  InboxQuery,
  ReviewerFilter,
  SortKey,
} from './inbox-query.ts'
import { filtersOf, isFiltered } from './inbox-query.ts'
import { NEWS_COUNTED_UP_TO } from './list-holds.ts'

/** The words of the three lists. */
export const LIST_WORDS = {
  waiting: {
    title: 'Inbox',
    tab: 'Waiting',
    caption: 'Results that wait for a decision',
    one: 'waiting result',
    many: 'waiting results',
    newOne: 'new result',
    newMany: 'new results',
    empty: 'Nothing is waiting for you',
    emptyText:
      'A result appears here when a worker has sealed one. Until you decide, none of it leaves this site.',
  },
  failed: {
    title: 'Failed runs',
    tab: 'Failed runs',
    caption: 'Runs that failed',
    one: 'failed run',
    many: 'failed runs',
    newOne: 'new failed run',
    newMany: 'new failed runs',
    empty: 'No failed runs',
    emptyText:
      'When a run fails, its logs are kept here for a while. You may release them to the participant, or leave them.',
  },
  decided: {
    title: 'Decided',
    tab: 'Decided',
    caption: 'What was decided',
    one: 'decision',
    many: 'decisions',
    newOne: 'new decision',
    newMany: 'new decisions',
    empty: 'Nothing has been decided yet',
    emptyText: 'Every decision is listed here, with who made it and what left the site.',
  },
} as const satisfies Record<HoldList, Record<string, string>>

export const STATE_FILTER_WORDS = {
  approved: 'Approved, not sent yet',
  released: 'Released',
  rejected: 'Rejected, not told yet',
  expired: 'Expired, not told yet',
  closed: 'Closed',
} as const satisfies Record<DecidedState, string>

export const FINDING_FILTER_WORDS = {
  suspicious: 'Suspicious output',
  critical: 'Critical findings',
  serious: 'Serious findings or worse',
  none: 'No findings',
} as const satisfies Record<FindingFilter, string>

export const NEEDS_FILTER_WORDS = {
  second: 'A second reviewer',
} as const satisfies Record<ReviewerFilter, string>

/** The ages that the page offers; an address may name any other. */
export const AGE_FILTER_WORDS: Readonly<Record<string, string>> = {
  '1h': '1 hour or longer',
  '6h': '6 hours or longer',
  '1d': '1 day or longer',
  '3d': '3 days or longer',
  '7d': '1 week or longer',
}

const SORT_WORDS = {
  deadline: { asc: 'the nearest deadline first', desc: 'the furthest deadline first' },
  arrived: { asc: 'the oldest first', desc: 'the newest first' },
  decided: { asc: 'the oldest decision first', desc: 'the newest decision first' },
  competition: { asc: 'by competition', desc: 'by competition, from Z to A' },
  participant: { asc: 'by participant', desc: 'by participant, from Z to A' },
  worker: { asc: 'by worker', desc: 'by worker, from Z to A' },
} as const satisfies Record<SortKey, Record<'asc' | 'desc', string>>

/** The caption of a list: what it has, in which order. */
export function captionWords(list: HoldList, sorting: { sort: SortKey; order: 'asc' | 'desc' }): string {
  return `${LIST_WORDS[list].caption}, ${SORT_WORDS[sorting.sort][sorting.order]}`
}

/** Where a page lies in its list. Beyond the first page the place is about right: holds come and go. */
export function placeWords(
  query: InboxQuery,
  page: { from: number; isFirst: boolean; shown: number; hasNext: boolean },
  found: { count: number; isMore: boolean },
): string {
  const { one, many } = LIST_WORDS[query.list]
  const { from, shown, isFirst, hasNext } = page
  if (shown === 0) return `No ${many} after these`
  if (isFirst && !hasNext) return `${counted(shown, one, many)}${isFiltered(query) ? ' found' : ''}`
  const to = from + shown - 1
  const total = `${found.isMore ? 'more than ' : ''}${Math.max(found.count, to).toLocaleString('en')}`
  const place = `${from.toLocaleString('en')} to ${to.toLocaleString('en')} of ${total} ${many}`
  return `${isFirst ? '' : 'About '}${place}${isFiltered(query) ? ' found' : ''}`
}

/** What a list is narrowed to, one phrase for each filter; what was typed is not made inert here. */
export function filterPhrases(query: InboxQuery): { label: string; value: string }[] {
  const { competition, participant, worker, state, finding, needs, older } = filtersOf(query)
  return [
    ...(competition === undefined ? [] : [{ label: 'competition', value: competition }]),
    ...(participant === undefined ? [] : [{ label: 'participant', value: participant }]),
    ...(worker === undefined ? [] : [{ label: 'worker', value: worker }]),
    ...(state === undefined ? [] : [{ label: 'state', value: STATE_FILTER_WORDS[state].toLowerCase() }]),
    ...(finding === undefined
      ? []
      : [{ label: 'finding', value: FINDING_FILTER_WORDS[finding].toLowerCase() }]),
    ...(needs === undefined ? [] : [{ label: 'needs', value: NEEDS_FILTER_WORDS[needs].toLowerCase() }]),
    ...(older === undefined
      ? []
      : [{ label: 'arrived', value: `${AGE_FILTER_WORDS[older] ?? `${older} or longer`} ago` }]),
  ]
}

/** What a list says of holds that came after it was shown: "3 new waiting results: show". */
export function newsWords(list: HoldList, count: number): string {
  const { newOne, newMany } = LIST_WORDS[list]
  return `${count >= NEWS_COUNTED_UP_TO ? `${NEWS_COUNTED_UP_TO} or more ${newMany}` : counted(count, newOne, newMany)}: show`
}

/** Who is looking at a hold, and until when: "Being looked at by NAME, until 14:05 UTC". */
export function claimWords(claims: readonly Claim[], me?: string): string {
  const words = claims.map(
    ({ reviewer, until }) =>
      `${reviewer === me ? 'you' : reviewer}, until ${until.toISOString().slice(11, 16)} UTC`,
  )
  return `Being looked at by ${words.join('; and by ')}`
}

/** A number and what it counts. */
export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}
