const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * A length of time as a person says it, cut off (never rounded up) after its two largest units:
 * "45 seconds", "3 minutes 20 seconds", "2 hours 5 minutes", "3 days". Negative lengths count as none.
 */
export function durationWords(milliseconds: number): string {
  const length = Math.max(0, milliseconds)
  if (length < SECOND) return 'less than a second'
  if (length < MINUTE) return counted(length / SECOND, 'second')
  if (length < HOUR) return twoUnits(length, MINUTE, 'minute', SECOND, 'second')
  if (length < DAY) return twoUnits(length, HOUR, 'hour', MINUTE, 'minute')
  return twoUnits(length, DAY, 'day', HOUR, 'hour')
}

/**
 * What is left until a deadline. Cut off, so that it never promises time that is not there; minutes are added to hours
 * only when few hours are left and the minutes matter.
 */
export function timeLeftWords(deadline: Date, now: Date): string {
  const left = deadline.getTime() - now.getTime()
  if (left <= 0) return 'Time is up'
  if (left < MINUTE) return 'Less than a minute left'
  if (left < HOUR) return `${counted(left / MINUTE, 'minute')} left`
  if (left < 3 * HOUR) return `${twoUnits(left, HOUR, 'hour', MINUTE, 'minute')} left`
  if (left < 2 * DAY) return `${counted(left / HOUR, 'hour')} left`
  return `${counted(left / DAY, 'day')} left`
}

/** How near a deadline is: `urgent` within its last hour or last tenth (of the time since `opened`), `over` after it. */
export type Urgency = 'calm' | 'urgent' | 'over'

/** See `Urgency`. Without `opened` only the last hour counts. */
export function urgencyOf(deadline: Date, now: Date, opened?: Date): Urgency {
  const left = deadline.getTime() - now.getTime()
  if (left <= 0) return 'over'
  const whole = opened === undefined ? 0 : deadline.getTime() - opened.getTime()
  return left < HOUR || left < whole / 10 ? 'urgent' : 'calm'
}

/** An instant relative to now: "just now", "4 minutes ago", "in 2 days"; beyond 30 days the date itself. */
export function whenWords(at: Date, now: Date): string {
  const distance = Math.abs(at.getTime() - now.getTime())
  if (distance < 45 * SECOND) return 'just now'
  if (distance >= 30 * DAY) return `${absoluteTime(at).slice(0, 10)}`
  const words =
    distance < MINUTE
      ? '1 minute'
      : distance < HOUR
        ? counted(distance / MINUTE, 'minute')
        : distance < DAY
          ? counted(distance / HOUR, 'hour')
          : counted(distance / DAY, 'day')
  return at.getTime() < now.getTime() ? `${words} ago` : `in ${words}`
}

/** An instant in full, to the second and in UTC: "2026-03-01 14:05:09 UTC". */
export function absoluteTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** An instant to the minute and in UTC: "2026-03-01 14:05 UTC". */
export function absoluteMinute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function twoUnits(
  length: number,
  large: number,
  largeName: string,
  small: number,
  smallName: string,
): string {
  const rest = Math.floor((length % large) / small)
  const head = counted(length / large, largeName)
  return rest === 0 ? head : `${head} ${counted(rest, smallName)}`
}

function counted(amount: number, name: string): string {
  const whole = Math.floor(amount)
  return `${whole} ${name}${whole === 1 ? '' : 's'}`
}
