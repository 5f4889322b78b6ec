import type { FC } from 'hono/jsx'

/** How many of some numbers lie from `from` up to `to`. */
export interface DistributionBucket {
  readonly from: number
  readonly to: number
  readonly count: number
}

const WIDTH = 132
const HEIGHT = 34
const GROUND = 28

/**
 * Where one number stands among many, small enough for a cell of a table: bars for the many and a mark for the one. The
 * picture is for a glance; its description says the same in words, and the numbers must stand in a table as well.
 */
export const Distribution: FC<{
  /** Unique on the page. */
  id: string
  label: string
  buckets: readonly DistributionBucket[]
  /** The number that is marked, and how it is written; none where there is none. */
  mark?: { readonly at: number; readonly label: string } | undefined
}> = ({ id, label, buckets, mark }) => {
  const [first] = buckets
  const last = buckets.at(-1)
  if (first === undefined || last === undefined) return null
  const highest = Math.max(...buckets.map(({ count }) => count))
  const step = WIDTH / buckets.length
  return (
    <svg
      class="distribution"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-words`}
    >
      <title id={`${id}-title`}>{label}</title>
      <desc id={`${id}-words`}>{inWords(buckets, mark)}</desc>
      <line class="plot-line" x1="0" x2={WIDTH} y1={GROUND} y2={GROUND} />
      {buckets.map(({ count }, at) => {
        // Also one among thousands is to be seen.
        const height = count === 0 ? 0 : Math.max(1.5, ((GROUND - 2) * count) / highest)
        return height === 0 ? null : (
          <rect
            class="distribution-bar"
            x={tenths(at * step + step * 0.08)}
            y={tenths(GROUND - height)}
            width={tenths(step * 0.84)}
            height={tenths(height)}
          />
        )
      })}
      {mark !== undefined && (
        <path
          class="distribution-mark"
          d={`M${tenths(placeOf(mark.at, first.from, last.to))} 1V${GROUND}m-3.5 6l3.5 -5.5l3.5 5.5z`}
        />
      )}
    </svg>
  )
}

/** How many lie below the number, with it in its range, and above. */
function inWords(
  buckets: readonly DistributionBucket[],
  mark: { at: number; label: string } | undefined,
): string {
  const sum = (some: readonly DistributionBucket[]) => some.reduce((all, { count }) => all + count, 0)
  const range = `${sum(buckets)} from ${shortNumber(buckets[0]?.from ?? 0)} to ${shortNumber(buckets.at(-1)?.to ?? 0)}`
  if (mark === undefined) return range
  const below = sum(buckets.filter(({ to }) => to <= mark.at))
  const above = sum(buckets.filter(({ from }) => from > mark.at))
  return `${range}. This one, ${mark.label}: ${below} are lower, ${above} higher, ${sum(buckets) - below - above} about the same`
}

/** A bound of a range as people read it: four digits say enough. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function placeOf(at: number, from: number, to: number): number {
  const share = to > from ? (at - from) / (to - from) : 0.5
  return Math.min(WIDTH - 4, Math.max(4, share * WIDTH))
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
