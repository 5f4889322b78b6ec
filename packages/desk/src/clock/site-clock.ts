import type { ClockTrouble } from '@scoregate/gate/hold'
import type { Logger } from 'pino'

/**
 * The time by which deadlines count. The machine's clock is not ours: it can be set wrong, set back to reopen what has
 * expired, or set ahead to let everything lapse. So this time never goes back, and takes over a jump of the machine's
 * clock only when that clock has been steady for a minute afterwards.
 */
export type SiteClock = {
  /** Never less than before, and never less than what the database remembers of earlier runs of the desk. */
  now(): Date
  /** Why nothing may be approved at the moment, if so. */
  trouble(): ClockTrouble | undefined
}

/** What clocks that are corrected little by little differ by; more than this is a jump. */
export const CLOCK_TOLERANCE_MILLISECONDS = 2000
/** So long a clock must run evenly before a jump of it is believed. */
export const STEADY_MILLISECONDS = 60_000

/**
 * Watches the machine's clock against one that only counts (`monotonic`, in milliseconds), at every look. `remembered` is
 * the latest time that an earlier run wrote into the database. What happened while no desk ran cannot be told from a
 * pause, except that the clock may not be behind `remembered`.
 */
export function createSiteClock(given: {
  wall: () => Date
  monotonic: () => number
  remembered: Date | undefined
  log: Logger
}): SiteClock {
  const { wall, monotonic, log } = given
  let highest = given.remembered?.getTime() ?? Number.NEGATIVE_INFINITY
  let time = highest
  let lastWall = wall().getTime()
  let lastCount = monotonic()
  let jumpedAt: number | undefined
  let lastTrouble: ClockTrouble | undefined

  function look(): { time: number; trouble: ClockTrouble | undefined } {
    const wallTime = wall().getTime()
    const count = monotonic()
    const passed = Math.max(0, count - lastCount)
    const jump = wallTime - lastWall - passed
    lastWall = wallTime
    lastCount = count
    if (Math.abs(jump) > CLOCK_TOLERANCE_MILLISECONDS) {
      jumpedAt = count
      log.warn({ jumpSeconds: Math.round(jump / 1000) }, 'The clock of this machine jumped.')
    }
    const trouble = findTrouble(wallTime, count)
    if (trouble === undefined) {
      highest = Math.max(highest, wallTime)
      time = Math.max(time, wallTime)
    } else {
      // Deadlines go on by the count, so that a wrong clock neither hastens nor stops them.
      time += passed
    }
    tell(trouble)
    return { time, trouble }
  }

  function findTrouble(wallTime: number, count: number): ClockTrouble | undefined {
    if (wallTime < highest - CLOCK_TOLERANCE_MILLISECONDS) return 'behind'
    if (jumpedAt !== undefined && count - jumpedAt < STEADY_MILLISECONDS) return 'jumped'
    return undefined
  }

  function tell(trouble: ClockTrouble | undefined): void {
    if (trouble === lastTrouble) return
    lastTrouble = trouble
    if (trouble === undefined) log.info('The clock of this machine is steady again.')
    else log.error({ trouble }, 'The clock of this machine cannot be trusted; nothing can be approved.')
  }

  look()
  return { now: () => new Date(look().time), trouble: () => look().trouble }
}

/** What a reviewer reads at the top of every page while the clock cannot be trusted. */
export const CLOCK_TROUBLE_WORDS = {
  behind: {
    title: 'The clock of this machine is behind the time that it has shown before',
    text: 'Nothing can be approved until it is right again. Ask whoever runs this site to set the clock. What has expired stays expired.',
  },
  jumped: {
    title: 'The clock of this machine has just jumped',
    text: 'Nothing can be approved until it has been steady for a minute, and no deadline comes because of the jump before then.',
  },
} as const satisfies Record<ClockTrouble, { title: string; text: string }>
