import { describe, expect, it } from 'vitest'
import { Duration } from './durations.ts'

describe('a duration', () => {
  it.each([
    ['30s', 30],
    ['15m', 900],
    ['24h', 86_400],
    ['7d', 604_800],
  ])('%s is %i seconds', (text, seconds) => {
    expect(Duration.parse(text)).toBe(seconds)
  })

  it.each(['', '0s', '-1h', '1.5h', '24', '24 h', 'h', '1w', '12345678s', '1h30m', '24h\n', 24])(
    'is not %j',
    (value) => {
      expect(Duration.safeParse(value).success).toBe(false)
    },
  )
})
