import type { FC } from 'hono/jsx'

/** One group of bars that stand on each other: a day, or a range. */
export interface PlotBar {
  readonly label: string
  /** One number for each series, from the ground up. */
  readonly values: readonly number[]
}

const WIDTH = 320
const HEIGHT = 150
const LEFT = 26
const BOTTOM = 20
const TOP = 8
const PLOT_HEIGHT = HEIGHT - BOTTOM - TOP

/**
 * Numbers as bars, drawn from the numbers alone. The picture is for a glance: the same numbers must stand in a table beside
 * it, for whoever cannot see it, and for whoever wants to know.
 */
export const BarPlot: FC<{
  label: string
  series: readonly string[]
  bars: readonly PlotBar[]
  /** A label below every bar, or below each nth where there are many. */
  labelEvery?: number | undefined
}> = ({ label, series, bars, labelEvery = 1 }) => {
  const top = roundTop(
    Math.max(0, ...bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0))),
  )
  const step = (WIDTH - LEFT) / Math.max(1, bars.length)
  const yOf = (value: number) => Math.round((TOP + PLOT_HEIGHT * (1 - value / top)) * 10) / 10
  return (
    <figure class="plot">
      <svg class="plot-picture" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {[0, top / 2, top].map((value) => (
          <>
            <line class="plot-line" x1={LEFT} x2={WIDTH} y1={yOf(value)} y2={yOf(value)} />
            <text class="plot-text plot-text-end" x={LEFT - 4} y={yOf(value) + 3}>
              {value}
            </text>
          </>
        ))}
        {bars.map((bar, at) => (
          <>
            <Bar bar={bar} series={series} x={LEFT + at * step + step * 0.12} width={step * 0.76} yOf={yOf} />
            {at % labelEvery === 0 && (
              <text class="plot-text" x={LEFT + (at + 0.5) * step} y={HEIGHT - 6}>
                {bar.label}
              </text>
            )}
          </>
        ))}
      </svg>
      {series.length > 1 && (
        <figcaption class="plot-key">
          {series.map((name, at) => (
            <span class="plot-key-entry">
              <svg class="plot-key-mark" viewBox="0 0 10 10" aria-hidden="true">
                <rect class={`plot-bar plot-bar-${at + 1}`} width="10" height="10" />
              </svg>
              {name}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  )
}

const Bar: FC<{
  bar: PlotBar
  series: readonly string[]
  x: number
  width: number
  yOf: (value: number) => number
}> = ({ bar, series, x, width, yOf }) => {
  let below = 0
  return (
    <>
      {bar.values.map((value, at) => {
        const y = yOf(below + value)
        const height = yOf(below) - y
        below += value
        return value === 0 ? null : (
          <rect class={`plot-bar plot-bar-${at + 1}`} x={x} y={y} width={width} height={height}>
            <title>{`${bar.label}: ${series[at] ?? ''} ${value}`}</title>
          </rect>
        )
      })}
    </>
  )
}

/** The even number that ends the axis: 2, 4, 10, 20, 40, 100, … */
function roundTop(most: number): number {
  for (let power = 1; ; power *= 10) {
    for (const digit of [2, 4, 10]) if (digit * power >= most) return digit * power
  }
}
