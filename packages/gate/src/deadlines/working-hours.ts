import { z } from 'zod'
import { type CalendarDay, dayAt, instantOf, isTimeZone, nextDay, weekdayOf } from './wall-clock.ts'

/** The days of the week as a policy writes them, in the order of `Date`. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

const TIME_WORDS = 'a time of day, from 00:00 to 24:00: 08:00'
const HOURS_WORDS = 'when work begins and ends on a day, [08:00, 18:00]'
const DAY_WORDS = 'a day, 2026-12-24'

const TimeOfDay = z
  .string({ error: TIME_WORDS })
  .regex(/^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/, TIME_WORDS)

/** When the reviewers of a site work. Times and days are those that the clocks of the zone show. */
export const WorkingCalendar = z.strictObject({
  timezone: z
    .string()
    .refine(
      (name) => /^[A-Za-z]/.test(name) && isTimeZone(name),
      'the name of a time zone, such as Europe/Berlin',
    ),
  days: z.array(z.enum(WEEKDAYS)).min(1).max(7),
  hours: z
    .array(TimeOfDay, { error: HOURS_WORDS })
    .length(2, HOURS_WORDS)
    .refine(isInOrder, `${HOURS_WORDS}, the beginning first`),
  /** Days without work. */
  holidays: z.array(z.iso.date(DAY_WORDS)).max(1000).default([]),
})
export type WorkingCalendar = z.infer<typeof WorkingCalendar>

/** What is no pair of times at all is told of otherwise. */
function isInOrder(hours: readonly string[]): boolean {
  const [begin = '', end = ''] = hours
  return hours.length !== 2 || !hours.every((time) => TimeOfDay.safeParse(time).success) || begin < end
}

/** The time on one day in which people work; `end` is not in it. */
type Shift = { readonly begin: number; readonly end: number }

/**
 * The instant at which so much working time has passed since `from`, counted from the next beginning of work where nobody works
 * then. Never before as much time has passed on the clock.
 */
export function afterWorkingTime(calendar: WorkingCalendar, from: Date, milliseconds: number): Date {
  let left = milliseconds
  if (left <= 0) return from
  for (const { begin, end } of shiftsFrom(calendar, from.getTime())) {
    const open = Math.max(begin, from.getTime())
    if (end - open >= left) return new Date(open + left)
    left -= Math.max(0, end - open)
  }
  throw new Error('A calendar has no end.')
}

/** How much working time there is from one instant to another, in milliseconds. */
export function workingTimeBetween(calendar: WorkingCalendar, from: Date, to: Date): number {
  let sum = 0
  for (const { begin, end } of shiftsFrom(calendar, from.getTime())) {
    if (begin >= to.getTime()) break
    sum += Math.max(0, Math.min(end, to.getTime()) - Math.max(begin, from.getTime()))
  }
  return sum
}

/** The shifts from the day of an instant on, without end. */
function* shiftsFrom(calendar: WorkingCalendar, instant: number): Generator<Shift> {
  const { timezone, hours } = calendar
  const [begin = 0, end = 1440] = hours.map(minutesOf)
  const days: ReadonlySet<string> = new Set(calendar.days)
  const holidays = new Set(calendar.holidays)
  for (let day = dayAt(instant, timezone); ; day = nextDay(day)) {
    if (!isWorkingDay(day, { days, holidays })) continue
    yield { begin: instantOf(day, begin, timezone), end: instantOf(day, end, timezone) }
  }
}

function isWorkingDay(
  day: CalendarDay,
  { days, holidays }: { days: ReadonlySet<string>; holidays: ReadonlySet<string> },
): boolean {
  return days.has(WEEKDAYS[weekdayOf(day)] ?? '') && !holidays.has(day)
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}
