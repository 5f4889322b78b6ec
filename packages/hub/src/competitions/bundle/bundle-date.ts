/**
 * Reads a date as bundles write them: `2026-01-31`, `2026-01-31 08:00[:00]`, with `T`, `Z` or an offset, or month first
 * as Codabench's reader takes it (`1-31-2026`, `1/31/2026`). Without a zone it is UTC. `undefined` when it is no date.
 */
export function parseBundleDate(text: string): Date | undefined {
  const parts = YEAR_FIRST.exec(text.trim())?.groups ?? MONTH_FIRST.exec(text.trim())?.groups
  if (parts === undefined) return undefined
  const number = (name: string) => Number(parts[name] ?? 0)
  const [year, month, day] = [number('year'), number('month'), number('day')]
  const [hour, minute, second] = [number('hour'), number('minute'), number('second')]
  const utc = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  // Date.UTC rolls over, so that 30 February becomes a day in March: not what was meant.
  const isReal = utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day
  if (!isReal || hour > 23 || minute > 59 || second > 59) return undefined
  return new Date(utc.getTime() - offsetMinutes(parts['zone']) * 60_000)
}

const TIME =
  '(?:[T ]+(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:\\.\\d+)?)?\\s*(?<zone>Z|[+-]\\d{2}:?\\d{2})?)?'
const YEAR_FIRST = new RegExp(`^(?<year>\\d{4})[-/](?<month>\\d{1,2})[-/](?<day>\\d{1,2})${TIME}$`)
const MONTH_FIRST = new RegExp(`^(?<month>\\d{1,2})[-/](?<day>\\d{1,2})[-/](?<year>\\d{4})${TIME}$`)

function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const digits = zone.replace(':', '')
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5))
  return digits.startsWith('-') ? -minutes : minutes
}
