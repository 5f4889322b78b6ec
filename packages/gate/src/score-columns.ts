import type { ScoreColumn } from '@scoregate/protocol/columns'

/** Lowest and highest value that may be released. */
export type ScoreRange = readonly [number, number]

/** What a policy says of released scores: of all columns, and of single ones by their key. */
export type ScoreRules = {
  readonly decimals?: number | undefined
  readonly range?: ScoreRange | undefined
  readonly columns?: Readonly<Record<string, ColumnRule>> | undefined
}

type ColumnRule = { readonly decimals?: number | undefined; readonly range?: ScoreRange | undefined }

/**
 * The columns of a competition as they hold at a site: of all who have a say (the competition, the policy for all columns,
 * the policy for this one) the fewest decimals count, and the part of the ranges that is common to all. Where they have
 * nothing in common, no value can be released.
 */
export function columnsAtSite(columns: readonly ScoreColumn[], rules: ScoreRules): ScoreColumn[] {
  return columns.map((column) => {
    const own =
      rules.columns !== undefined && Object.hasOwn(rules.columns, column.key)
        ? rules.columns[column.key]
        : undefined
    const voices: readonly ColumnRule[] = [column, rules, own ?? {}]
    const decimals = Math.min(...voices.flatMap((voice) => voice.decimals ?? []))
    const ranges = voices.flatMap(({ range }) => (range === undefined ? [] : [range]))
    const { range: _, ...rest } = column
    return { ...rest, decimals, ...(ranges.length === 0 ? {} : { range: commonRange(ranges) }) }
  })
}

function commonRange(ranges: readonly ScoreRange[]): [number, number] {
  return [Math.max(...ranges.map(([lowest]) => lowest)), Math.min(...ranges.map(([, highest]) => highest))]
}
