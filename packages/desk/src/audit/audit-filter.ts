import type { AuditAct } from '@scoregate/protocol/audit'
import type { FormError } from '@scoregate/ui/form'
import { HoldId } from '../holds/hold-record.ts'
import { type ActGroup, isActGroup } from './act-groups.ts'

/** Which entries of the chain are wanted; what is absent does not choose. */
export type AuditFilter = {
  readonly group?: ActGroup
  readonly reviewer?: string
  readonly hold?: HoldId
  /** The first day and the last, as `2026-05-01`, in UTC. */
  readonly from?: string
  readonly to?: string
}

/** A filter as it was typed, and what is wrong with it. What is wrong does not choose. */
export type TypedFilter = {
  readonly filter: AuditFilter
  readonly typed: Readonly<Record<FilterField, string>>
  readonly errors: readonly FormError[]
}

const FILTER_FIELDS = ['group', 'reviewer', 'hold', 'from', 'to'] as const
type FilterField = (typeof FILTER_FIELDS)[number]

const LONGEST_TYPED = 200

/** Reads a filter from an address. */
export function readFilter(query: (name: string) => string | undefined): TypedFilter {
  const read = (name: FilterField) => (query(name) ?? '').trim().slice(0, LONGEST_TYPED)
  const typed = {
    group: read('group'),
    reviewer: read('reviewer'),
    hold: read('hold').toLowerCase(),
    from: read('from'),
    to: read('to'),
  }
  const errors: FormError[] = []
  const chosen = <T>(name: FilterField, value: T | undefined, text: string): T | undefined => {
    if (typed[name] !== '' && value === undefined) errors.push({ field: name, text })
    return value
  }
  const group = chosen(
    'group',
    isActGroup(typed.group) ? typed.group : undefined,
    'Choose one from the list.',
  )
  const hold = chosen(
    'hold',
    HoldId.safeParse(typed.hold).data,
    'A hold is named by eight letters and digits, such as 4k7qx2mn.',
  )
  const from = chosen('from', dayOf(typed.from), 'Write a day as 2026-05-01.')
  const to = chosen('to', dayOf(typed.to), 'Write a day as 2026-05-31.')
  if (from !== undefined && to !== undefined && from > to) {
    errors.push({ field: 'to', text: 'The last day is before the first.' })
  }
  const filter = {
    ...(group === undefined ? {} : { group }),
    ...(typed.reviewer === '' ? {} : { reviewer: typed.reviewer }),
    ...(hold === undefined ? {} : { hold }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
  return { filter, typed, errors }
}

/** The filter as the end of an address, with more of it if given. */
export function filterQuery(filter: AuditFilter, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ ...filter, ...more }).toString()
  return query === '' ? '' : `?${query}`
}

type ChainExported = Extract<AuditAct, { kind: 'chain-exported' }>

/** By what a filter chooses, for the chain: what was typed may be anything, so it is not told. */
export function filteredBy(filter: AuditFilter): ChainExported['filteredBy'] {
  return [
    ...(filter.group === undefined ? [] : (['kind'] as const)),
    ...(filter.reviewer === undefined ? [] : (['reviewer'] as const)),
    ...(filter.hold === undefined ? [] : (['hold'] as const)),
    ...(filter.from === undefined && filter.to === undefined ? [] : (['time'] as const)),
  ]
}

/** The day, if there is such a day. */
function dayOf(text: string): string | undefined {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return undefined
  const at = new Date(`${text}T00:00:00.000Z`)
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text ? undefined : text
}
