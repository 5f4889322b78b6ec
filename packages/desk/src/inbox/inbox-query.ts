import { Duration } from '@scoregate/protocol/durations'
import { z } from 'zod'
import { HoldId } from '../holds/hold-record.ts'

/** The three lists of the inbox. Failed runs press nobody, so they are apart from what waits. */
export const HoldList = z.enum(['waiting', 'failed', 'decided'])
export type HoldList = z.infer<typeof HoldList>

/** What a list can be sorted by. */
export const SortKey = z.enum(['deadline', 'arrived', 'decided', 'competition', 'participant', 'worker'])
export type SortKey = z.infer<typeof SortKey>

export const SortOrder = z.enum(['asc', 'desc'])
export type SortOrder = z.infer<typeof SortOrder>

/** What each list can be sorted by. The first is how it is sorted unless asked otherwise. */
export const SORT_KEYS = {
  waiting: ['deadline', 'arrived', 'competition', 'participant', 'worker'],
  failed: ['arrived', 'competition', 'participant', 'worker'],
  decided: ['decided', 'arrived', 'competition', 'participant', 'worker'],
} as const satisfies Record<HoldList, readonly [SortKey, ...SortKey[]]>

/** The way round that is of use first: the nearest deadline, the newest arrival, names from A. */
export const FIRST_ORDER = {
  deadline: 'asc',
  arrived: 'desc',
  decided: 'desc',
  competition: 'asc',
  participant: 'asc',
  worker: 'asc',
} as const satisfies Record<SortKey, SortOrder>

/** The states that a decided hold can be in. */
export const DecidedState = z.enum(['approved', 'released', 'rejected', 'expired', 'closed'])
export type DecidedState = z.infer<typeof DecidedState>

/**
 * By what was found: `suspicious` is a hold whose output sealing could not accept; `critical` and `serious` have a finding
 * of that rank or a worse one; `none` has none of any rank.
 */
export const FindingFilter = z.enum(['suspicious', 'critical', 'serious', 'none'])
export type FindingFilter = z.infer<typeof FindingFilter>

/** By approvals: `second` is a hold that one reviewer approved, and that waits for a second one. */
export const ReviewerFilter = z.enum(['second'])
export type ReviewerFilter = z.infer<typeof ReviewerFilter>

const NamePart = z.string().trim().min(1).max(200)

const Filters = z.object({
  /** Parts of names, in any case. */
  competition: NamePart.optional(),
  participant: NamePart.optional(),
  worker: NamePart.optional(),
  state: DecidedState.optional(),
  finding: FindingFilter.optional(),
  needs: ReviewerFilter.optional(),
  /** Arrived at least so long ago: `30m`, `6h`, `2d`. */
  older: z
    .string()
    .refine((text) => Duration.safeParse(text).success, 'a whole number and a unit: 30m, 6h or 2d')
    .optional(),
})

/** What a list shows: which list, which of it, in which order, and where the page begins. All of it is in the address. */
export const InboxQuery = Filters.extend({
  list: HoldList.default('waiting'),
  sort: SortKey.optional(),
  order: SortOrder.optional(),
  /** The page begins after this hold, or ends before it. Holds keep their place, whatever comes or goes around them. */
  after: HoldId.optional(),
  before: HoldId.optional(),
  /** The place of the page's first row when the link to it was made: for words, not to find it. */
  from: z.coerce.number().int().min(1).max(1_000_000_000).optional(),
}).superRefine(({ list, sort }, context) => {
  const keys: readonly SortKey[] = SORT_KEYS[list]
  if (sort !== undefined && !keys.includes(sort)) {
    context.addIssue({ code: 'custom', path: ['sort'], message: `one of ${keys.join(', ')}` })
  }
})
export type InboxQuery = z.infer<typeof InboxQuery>

/** The filters that a list can have, without what says where in it one is. */
export type InboxFilters = z.infer<typeof Filters>

const FILTER_KEYS = Filters.keyof().options

/** The filters of a query that are set. */
export function filtersOf(query: InboxQuery): InboxFilters {
  return Object.fromEntries(
    FILTER_KEYS.filter((key) => query[key] !== undefined).map((key) => [key, query[key]]),
  )
}

/** Whether anything narrows the list. */
export function isFiltered(query: InboxQuery): boolean {
  return FILTER_KEYS.some((key) => query[key] !== undefined)
}

/** How a list is sorted: as asked, or as it is of use first. */
export function sortingOf({ list, sort, order }: InboxQuery): { sort: SortKey; order: SortOrder } {
  const key = sort ?? SORT_KEYS[list][0]
  return { sort: key, order: order ?? FIRST_ORDER[key] }
}

/**
 * Reads the query of a page's address. An empty field of a form is none, and what makes no sense is left out: an old or
 * mistyped address still shows a list.
 */
export function readInboxQuery(list: HoldList, given: Readonly<Record<string, string>>): InboxQuery {
  const kept: Record<string, unknown> = { ...withoutEmpty(given), list }
  for (;;) {
    const parsed = InboxQuery.safeParse(kept)
    if (parsed.success) return parsed.data
    for (const { path } of parsed.error.issues) delete kept[String(path[0])]
    kept['list'] = list
  }
}

/** As `readInboxQuery` for programs, which are told what makes no sense. */
export function parseInboxQuery(given: Readonly<Record<string, string>>): z.ZodSafeParseResult<InboxQuery> {
  return InboxQuery.safeParse(withoutEmpty(given))
}

/** The query string of an address that shows this, from `?` on; empty where nothing is asked. */
export function inboxSearch(query: Omit<InboxQuery, 'list'>): string {
  const order = [...FILTER_KEYS, 'sort', 'order', 'after', 'before', 'from'] as const
  const search = new URLSearchParams()
  for (const key of order) {
    const value = query[key]
    if (value !== undefined) search.set(key, String(value))
  }
  return search.size === 0 ? '' : `?${search}`
}

function withoutEmpty(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''))
}
