const FIRST_SECONDS = 1
/** No try is planned further ahead than this. */
export const LONGEST_SECONDS = 300

/**
 * When to try again after `tries` failed tries: 1 s, doubling to 5 minutes, without end, since a promise to publish does
 * not lapse. `chance` (0 to 1) takes up to half of it away, so that a platform that returns is not met by all at once.
 */
export function nextTryAt({ tries, now, chance }: { tries: number; now: Date; chance: number }): Date {
  const seconds = Math.min(FIRST_SECONDS * 2 ** Math.min(Math.max(tries, 1) - 1, 20), LONGEST_SECONDS)
  return new Date(now.getTime() + seconds * 1000 * (1 - chance / 2))
}
