import { afterWorkingTime, type WorkingCalendar, workingTimeBetween } from './working-hours.ts'

/** What sets a deadline: the site's policy, or the end of the links by which the platform takes results. */
export type DeadlineCause = 'policy' | 'links'

/** What a policy says of the time for a review. */
export type TimeOutRules = {
  readonly timeoutSeconds: number
  /** Where only working time counts. */
  readonly calendar?: WorkingCalendar | undefined
}

/** A release needs time, too: it is tried again while the platform does not answer. */
const LINK_MARGIN_MILLISECONDS = 3_600_000

/**
 * Until when a hold can be decided: the earliest of the policy's time-out and the end of the platform's links, less a margin of
 * an hour, or of a tenth of the time left where that is shorter. Links end by the clock, whatever the calendar says.
 */
export function deadlineOf(
  rules: TimeOutRules,
  { depositedAt, linksExpireAt }: { depositedAt: Date; linksExpireAt?: Date | undefined },
): { readonly at: Date; readonly cause: DeadlineCause } {
  const byPolicy = policyDeadline(rules, depositedAt)
  if (linksExpireAt === undefined) return { at: byPolicy, cause: 'policy' }
  const left = Math.max(0, linksExpireAt.getTime() - depositedAt.getTime())
  const byLinks = new Date(depositedAt.getTime() + left - Math.min(LINK_MARGIN_MILLISECONDS, left / 10))
  return byLinks < byPolicy ? { at: byLinks, cause: 'links' } : { at: byPolicy, cause: 'policy' }
}

/** Until when the policy alone would let a hold be decided. */
export function policyDeadline({ timeoutSeconds, calendar }: TimeOutRules, depositedAt: Date): Date {
  const milliseconds = timeoutSeconds * 1000
  return calendar === undefined
    ? new Date(depositedAt.getTime() + milliseconds)
    : afterWorkingTime(calendar, depositedAt, milliseconds)
}

/**
 * When a share of the time for a review is over: of its working time where the policy counts that, and by the clock where there
 * is none of it before the deadline.
 */
export function shareOfTime(
  { calendar }: Pick<TimeOutRules, 'calendar'>,
  { from, deadline, share }: { from: Date; deadline: Date; share: number },
): Date {
  const working = calendar === undefined ? 0 : workingTimeBetween(calendar, from, deadline)
  if (calendar === undefined || working === 0) {
    return new Date(from.getTime() + (deadline.getTime() - from.getTime()) * share)
  }
  return afterWorkingTime(calendar, from, working * share)
}
