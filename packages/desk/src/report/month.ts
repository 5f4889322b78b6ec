/** A month in UTC, `2026-05`, with the instants and days between which it lies. */
export type Month = {
  readonly name: string
  /** `May 2026`. */
  readonly words: string
  /** The first instant of the month, and the first after it, as texts that compare as times do. */
  readonly from: string
  readonly before: string
  /** All its days, `2026-05-01` and on. */
  readonly days: readonly string[]
}

/** The month with this name, if there is one. */
export function monthOf(name: string): Month | undefined {
  if (!/^20[0-9]{2}-(?:0[1-9]|1[0-2])$/.test(name)) return undefined
  const from = new Date(`${name}-01T00:00:00.000Z`)
  const before = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1))
  const count = Math.round((before.getTime() - from.getTime()) / 86_400_000)
  const words = from.toLocaleString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
  const days = Array.from({ length: count }, (_, at) => `${name}-${String(at + 1).padStart(2, '0')}`)
  return { name, words, from: from.toISOString(), before: before.toISOString(), days }
}

/** The name of the month in which an instant lies. */
export function monthAt(at: Date): string {
  return at.toISOString().slice(0, 7)
}

/** The name of the month so many months later, or earlier. */
export function monthsLater(name: string, count: number): string {
  const [year = 2000, month = 1] = name.split('-').map(Number)
  return monthAt(new Date(Date.UTC(year, month - 1 + count, 1)))
}
