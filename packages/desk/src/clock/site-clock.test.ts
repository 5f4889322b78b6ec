import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { createSiteClock, STEADY_MILLISECONDS } from './site-clock.ts'

const NOON = Date.parse('2026-05-01T12:00:00Z')

/** A machine whose clock and count a test moves by hand. */
function machine(remembered?: Date) {
  const log: string[] = []
  let wall = NOON
  let count = 0
  const clock = createSiteClock({
    wall: () => new Date(wall),
    monotonic: () => count,
    remembered,
    log: pino({ level: 'info' }, { write: (line: string) => void log.push(line) }),
  })
  return {
    clock,
    log,
    pass(seconds: number) {
      wall += seconds * 1000
      count += seconds * 1000
    },
    jump(seconds: number) {
      wall += seconds * 1000
    },
    /** Seconds after noon. */
    time: () => (clock.now().getTime() - NOON) / 1000,
  }
}

describe('the time of a site', () => {
  it('is that of the machine while its clock runs evenly, and forgives small corrections', () => {
    const site = machine()
    site.pass(10)
    expect(site.time()).toBe(10)
    site.jump(1)
    site.pass(3600)
    expect(site.time()).toBe(3611)
    site.jump(-1)
    expect(site.time()).toBe(3611)
    expect(site.clock.trouble()).toBeUndefined()
  })

  it('does not go back with the clock, and nothing may be approved until the clock is where it was', () => {
    const site = machine()
    site.pass(100)
    expect(site.time()).toBe(100)
    site.jump(-3600)
    expect(site.clock.trouble()).toBe('behind')
    site.pass(50)
    expect(site.time()).toBe(150)
    site.pass(3550)
    expect(site.clock.trouble()).toBeUndefined()
    expect(site.time()).toBeGreaterThanOrEqual(150)
    expect(site.log.join('')).toMatch(/"jumpSeconds":-3600.*jumped.*cannot be trusted.*steady again/s)
  })

  it('takes over a jump ahead only when the clock has been steady for a minute', () => {
    const site = machine()
    site.pass(100)
    site.jump(7200)
    expect(site.clock.trouble()).toBe('jumped')
    expect(site.time()).toBe(100)
    site.pass(STEADY_MILLISECONDS / 1000 - 1)
    expect(site.time()).toBe(159)
    expect(site.clock.trouble()).toBe('jumped')
    site.pass(1)
    expect(site.clock.trouble()).toBeUndefined()
    expect(site.time()).toBe(7360)
  })

  it('forgets a jump ahead that was undone before', () => {
    const site = machine()
    site.jump(86_400)
    expect(site.time()).toBe(0)
    site.pass(10)
    site.jump(-86_400)
    site.pass(60)
    expect(site.clock.trouble()).toBe('jumped')
    site.pass(60)
    expect(site.clock.trouble()).toBeUndefined()
    expect(site.time()).toBe(130)
  })

  it('is not trusted when the clock is behind what an earlier run of the desk has known', () => {
    const site = machine(new Date(NOON + 3_600_000))
    expect(site.clock.trouble()).toBe('behind')
    site.pass(3000)
    expect(site.clock.trouble()).toBe('behind')
    expect(site.time()).toBe(6600)
    site.pass(600)
    expect(site.clock.trouble()).toBeUndefined()
    expect(site.time()).toBe(6600)
    site.pass(7200)
    expect(site.time()).toBe(10_800)
    expect(machine(new Date(NOON - 1000)).clock.trouble()).toBeUndefined()
  })

  it('never goes back, whatever the clock does', () => {
    const site = machine()
    let last = site.time()
    for (let step = 0; step < 2000; step += 1) {
      // A fixed sequence without order, so that a failure can be repeated.
      const turn = (step * 7919) % 101
      if (turn < 20) site.jump((turn - 10) * 500)
      else site.pass(turn)
      const now = site.time()
      expect(now).toBeGreaterThanOrEqual(last)
      last = now
    }
  })
})
