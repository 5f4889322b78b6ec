import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileSizeWords } from './file-size.ts'
import {
  absoluteMinute,
  absoluteTime,
  durationWords,
  timeLeftWords,
  urgencyOf,
  whenWords,
} from './plain-time.ts'

const NOW = new Date('2026-03-02T09:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function later(milliseconds: number): Date {
  return new Date(NOW.getTime() + milliseconds)
}

describe('the time left', () => {
  it.each([
    [18 * HOUR + 20 * MINUTE, '18 hours left'],
    [4 * MINUTE + 59_000, '4 minutes left'],
    [HOUR, '1 hour left'],
    [2 * HOUR + 5 * MINUTE, '2 hours 5 minutes left'],
    [59_999, 'Less than a minute left'],
    [0, 'Time is up'],
    [-DAY, 'Time is up'],
    [47 * HOUR, '47 hours left'],
    [3 * DAY + HOUR, '3 days left'],
  ])('of %i ms is "%s"', (milliseconds, words) => {
    expect(timeLeftWords(later(milliseconds), NOW)).toBe(words)
  })

  it('never promises more than there is', () => {
    fc.assert(
      fc.property(fc.integer({ min: MINUTE, max: 400 * DAY }), (milliseconds) => {
        const [, amount = '0', unit = ''] =
          /^(\d+) (minute|hour|day)/.exec(timeLeftWords(later(milliseconds), NOW)) ?? []
        const size = unit === 'day' ? DAY : unit === 'hour' ? HOUR : MINUTE
        return Number(amount) * size <= milliseconds
      }),
    )
  })

  it('is urgent in the last hour and in the last tenth', () => {
    expect(urgencyOf(later(59 * MINUTE), NOW)).toBe('urgent')
    expect(urgencyOf(later(2 * HOUR), NOW)).toBe('calm')
    expect(urgencyOf(later(2 * HOUR), NOW, later(-22 * HOUR))).toBe('urgent')
    expect(urgencyOf(later(3 * HOUR), NOW, later(-21 * HOUR))).toBe('calm')
    expect(urgencyOf(NOW, NOW)).toBe('over')
  })
})

describe('an instant in words', () => {
  it.each([
    [-10_000, 'just now'],
    [-4 * MINUTE, '4 minutes ago'],
    [-HOUR, '1 hour ago'],
    [2 * DAY, 'in 2 days'],
    [-40 * DAY, '2026-01-21'],
  ])('at %i ms is "%s"', (milliseconds, words) => {
    expect(whenWords(later(milliseconds), NOW)).toBe(words)
  })

  it('is written in full in UTC', () => {
    expect(absoluteTime(NOW)).toBe('2026-03-02 09:00:00 UTC')
    expect(absoluteMinute(NOW)).toBe('2026-03-02 09:00 UTC')
  })
})

describe('a length of time in words', () => {
  it.each([
    [0, 'less than a second'],
    [1000, '1 second'],
    [222_000, '3 minutes 42 seconds'],
    [2 * HOUR, '2 hours'],
    [3 * DAY + 4 * HOUR, '3 days 4 hours'],
  ])('of %i ms is "%s"', (milliseconds, words) => {
    expect(durationWords(milliseconds)).toBe(words)
  })
})

describe('a size in words', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1200, '1.2 kB'],
    [999_960, '1.0 MB'],
    [340_000_000_000, '340 GB'],
  ])('of %i bytes is "%s"', (bytes, words) => {
    expect(fileSizeWords(bytes)).toBe(words)
  })
})
