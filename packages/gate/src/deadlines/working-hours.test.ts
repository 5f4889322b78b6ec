import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deadlineOf, shareOfTime } from './deadline.ts'
import { afterWorkingTime, WEEKDAYS, WorkingCalendar, workingTimeBetween } from './working-hours.ts'

const HOUR = 3_600_000
const BERLIN = WorkingCalendar.parse({
  timezone: 'Europe/Berlin',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  hours: ['08:00', '18:00'],
  holidays: ['2026-12-24', '2026-12-25'],
})

function after(from: string, hours: number, calendar = BERLIN): string {
  return afterWorkingTime(calendar, new Date(from), hours * HOUR)
    .toISOString()
    .replace('.000Z', 'Z')
}

describe('working time', () => {
  it('counts the hours of working days alone', () => {
    // Monday, 9 in the morning in Berlin: nine hours that day, ten on Tuesday, five on Wednesday.
    expect(after('2026-11-23T08:00:00Z', 24)).toBe('2026-11-25T12:00:00Z')
    // It ends with the day, and not with the beginning of the next.
    expect(after('2026-11-23T07:00:00Z', 10)).toBe('2026-11-23T17:00:00Z')
  })

  it('begins when work does: not in the evening, at a weekend or on a holiday', () => {
    expect(after('2026-11-23T20:00:00Z', 1)).toBe('2026-11-24T08:00:00Z')
    expect(after('2026-11-28T10:00:00Z', 1)).toBe('2026-11-30T08:00:00Z')
    expect(after('2026-12-23T16:00:00Z', 2)).toBe('2026-12-28T08:00:00Z')
  })

  it('goes by the clock on the wall when that is set ahead or back', () => {
    const all = { ...BERLIN, days: [...WEEKDAYS], hours: ['00:00', '24:00'] }
    // The 29th of March 2026 has 23 hours there, the 25th of October 25.
    expect(workingTimeBetween(all, new Date('2026-03-28T23:00Z'), new Date('2026-03-29T22:00Z'))).toBe(
      23 * HOUR,
    )
    expect(workingTimeBetween(all, new Date('2026-10-24T22:00Z'), new Date('2026-10-25T23:00Z'))).toBe(
      25 * HOUR,
    )
    // Eight in the morning is another instant after the change.
    expect(after('2026-03-27T17:00:00Z', 1)).toBe('2026-03-30T07:00:00Z')
    expect(after('2026-10-23T16:00:00Z', 1)).toBe('2026-10-26T08:00:00Z')
    // Half past two does not come on the day of the change: work begins when the clocks are set ahead.
    const early = { ...all, hours: ['02:30', '04:00'] }
    expect(after('2026-03-29T00:00:00Z', 0.5, early)).toBe('2026-03-29T01:30:00Z')
    // And comes twice in autumn: work begins the first time.
    expect(after('2026-10-24T23:00:00Z', 0.5, early)).toBe('2026-10-25T01:00:00Z')
  })

  const calendars = fc
    .record({
      timezone: fc.constantFrom(
        ...['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'],
        ...['Pacific/Apia', 'America/Sao_Paulo', 'Africa/Casablanca'],
      ),
      days: fc.uniqueArray(fc.constantFrom(...WEEKDAYS), { minLength: 1 }),
      from: fc.integer({ min: 0, max: 1439 }),
      length: fc.integer({ min: 120, max: 1440 }),
      holidays: fc.array(
        fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }),
        { maxLength: 20 },
      ),
    })
    .map(({ from, length, holidays, ...rest }) => ({
      ...rest,
      hours: [timeOf(from), timeOf(Math.min(1440, from + length))],
      holidays: holidays.map((day) => day.toISOString().slice(0, 10)),
    }))
  const instants = fc.date({
    min: new Date('2026-01-01'),
    max: new Date('2027-12-31'),
    noInvalidDate: true,
  })
  const lengths = fc.integer({ min: 1, max: 24 * HOUR })

  it('is never shorter than the same time on the clock, and grows with it', () => {
    fc.assert(
      fc.property(calendars, instants, lengths, lengths, (calendar, from, one, other) => {
        const [short, long] = [Math.min(one, other), Math.max(one, other)]
        const early = afterWorkingTime(calendar, from, short).getTime()
        const late = afterWorkingTime(calendar, from, long).getTime()
        expect(early).toBeGreaterThanOrEqual(from.getTime() + short)
        expect(late - early).toBeGreaterThanOrEqual(long - short)
      }),
      { numRuns: 60 },
    )
  })

  it('is what lies between its beginning and its end, and can be counted in parts', () => {
    fc.assert(
      fc.property(calendars, instants, lengths, lengths, (calendar, from, length, more) => {
        const end = afterWorkingTime(calendar, from, length)
        expect(workingTimeBetween(calendar, from, end)).toBe(length)
        expect(afterWorkingTime(calendar, end, more)).toEqual(afterWorkingTime(calendar, from, length + more))
        const later = new Date(from.getTime() + more)
        expect(afterWorkingTime(calendar, later, length).getTime()).toBeGreaterThanOrEqual(end.getTime())
      }),
      { numRuns: 60 },
    )
  })

  it('has the half of a time where half of the working time is over', () => {
    fc.assert(
      fc.property(calendars, instants, lengths, (calendar, from, length) => {
        const deadline = afterWorkingTime(calendar, from, 2 * length)
        const half = shareOfTime({ calendar }, { from, deadline, share: 0.5 })
        expect(workingTimeBetween(calendar, half, deadline)).toBe(length)
      }),
      { numRuns: 40 },
    )
  })
})

function timeOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

describe('a deadline', () => {
  const depositedAt = new Date('2026-11-27T09:00:00Z')
  const rules = { timeoutSeconds: 86_400 }
  const at = (text: string) => new Date(text)

  it('is the policy’s, or an hour before the links end where that is earlier', () => {
    expect(deadlineOf(rules, { depositedAt })).toEqual({ at: at('2026-11-28T09:00Z'), cause: 'policy' })
    const late = at('2026-12-02T09:00Z')
    expect(deadlineOf(rules, { depositedAt, linksExpireAt: late }).cause).toBe('policy')
    const soon = at('2026-11-28T06:00Z')
    expect(deadlineOf(rules, { depositedAt, linksExpireAt: soon })).toEqual({
      at: at('2026-11-28T05:00Z'),
      cause: 'links',
    })
  })

  it('keeps a tenth back of links that end within hours, and comes at once for those that have ended', () => {
    expect(deadlineOf(rules, { depositedAt, linksExpireAt: at('2026-11-27T10:00Z') }).at).toEqual(
      at('2026-11-27T09:54Z'),
    )
    expect(deadlineOf(rules, { depositedAt, linksExpireAt: at('2026-11-01T00:00Z') })).toEqual({
      at: depositedAt,
      cause: 'links',
    })
  })

  it('counts working time where the policy says so, but never beyond the links', () => {
    const working = { ...rules, calendar: BERLIN }
    const byPolicy = at('2026-12-01T13:00Z')
    expect(deadlineOf(working, { depositedAt })).toEqual({ at: byPolicy, cause: 'policy' })
    const weekend = at('2026-11-29T12:00Z')
    expect(deadlineOf(working, { depositedAt, linksExpireAt: weekend })).toEqual({
      at: at('2026-11-29T11:00Z'),
      cause: 'links',
    })
  })

  it('has shares by the clock where nobody works before it', () => {
    const [from, deadline] = [at('2026-11-28T00:00Z'), at('2026-11-29T00:00Z')]
    expect(shareOfTime({ calendar: BERLIN }, { from, deadline, share: 0.5 })).toEqual(at('2026-11-28T12:00Z'))
  })
})
