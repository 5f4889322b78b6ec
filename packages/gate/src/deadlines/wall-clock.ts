/** A day of the calendar, `2026-12-24`. */
export type CalendarDay = string

const DAY_MILLISECONDS = 86_400_000
const FORMATS = new Map<string, Intl.DateTimeFormat>()

/** Whether a name is that of a time zone that this machine knows, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name)
    return true
  } catch {
    return false // the one thing that a format throws for here
  }
}

/** The day that the clocks of a zone show at an instant. */
export function dayAt(instant: number, timezone: string): CalendarDay {
  return new Date(shownAt(instant, timezone)).toISOString().slice(0, 10)
}

/** The day after. */
export function nextDay(day: CalendarDay): CalendarDay {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MILLISECONDS).toISOString().slice(0, 10)
}

/** Which day of the week it is: 0 is Sunday. */
export function weekdayOf(day: CalendarDay): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay()
}

/**
 * The first instant at which the clocks of a zone show this time of this day, or a later one where they are set ahead past it.
 * `minutes` counts from midnight; 1440 is the end of the day.
 */
export function instantOf(day: CalendarDay, minutes: number, timezone: string): number {
  const shown = Date.parse(`${day}T00:00:00Z`) + minutes * 60_000
  const [before, after] = [shown - DAY_MILLISECONDS, shown + DAY_MILLISECONDS]
  // What the clocks were off by a day earlier and are a day later: they are never set twice in so short a time.
  const offsets = [before, after].map((instant) => shownAt(instant, timezone) - instant)
  const candidates = offsets.map((offset) => shown - offset).sort((a, b) => a - b)
  const exact = candidates.find((instant) => shownAt(instant, timezone) === shown)
  return exact ?? firstShowing(shown, { after: before, by: after, timezone })
}

/** The clocks are set ahead past the time: the instant at which that happens. */
function firstShowing(shown: number, range: { after: number; by: number; timezone: string }): number {
  let { after, by } = range
  while (by - after > 1) {
    const middle = Math.floor((after + by) / 2)
    if (shownAt(middle, range.timezone) >= shown) by = middle
    else after = middle
  }
  return by
}

/** What the clocks of a zone show at an instant, as if they were those of UTC. */
function shownAt(instant: number, timezone: string): number {
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = (
    ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
  ).map((type) => parts.get(type))
  const milliseconds = ((instant % 1000) + 1000) % 1000
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds)
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(timezone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  })
  FORMATS.set(timezone, format)
  return format
}
