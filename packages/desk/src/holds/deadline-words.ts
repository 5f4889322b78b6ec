import { policyDeadline } from '@scoregate/gate/deadline'
import type { WorkingCalendar } from '@scoregate/gate/working-hours'
import { absoluteMinute, durationWords } from '@scoregate/ui/plain-time'
import type { HoldSummary } from './hold-record.ts'

/** What a list says beside the time that is left, where that needs a word; undefined for the plain time-out of the policy. */
export function deadlineNote({
  deadlineCause,
  rules,
}: Pick<HoldSummary, 'deadlineCause' | 'rules'>): string | undefined {
  if (deadlineCause === 'links') return 'until the platform stops taking it'
  return rules.calendar === undefined ? undefined : 'working time counts'
}

/** The deadline of a hold, and why it is then. */
export function deadlineSentence(
  hold: Pick<HoldSummary, 'expiresAt' | 'depositedAt' | 'deadlineCause' | 'rules'>,
): string {
  const { expiresAt, deadlineCause, rules, depositedAt } = hold
  const timeOut = timeOutWords(rules)
  if (deadlineCause === 'policy') {
    return `${absoluteMinute(expiresAt)}, set by the policy of this site: ${timeOut} after the deposit`
  }
  const byPolicy = absoluteMinute(policyDeadline(rules, depositedAt))
  return `${absoluteMinute(expiresAt)}, shortly before the links end by which the platform takes the result. By the policy of this site (${timeOut}) it would be ${byPolicy}`
}

function timeOutWords({ timeoutSeconds, calendar }: HoldSummary['rules']): string {
  const milliseconds = timeoutSeconds * 1000
  if (calendar === undefined) return durationWords(milliseconds)
  const hours = Math.floor(timeoutSeconds / 3600)
  const time = hours === 0 ? durationWords(milliseconds) : `${hours} ${hours === 1 ? 'hour' : 'hours'}`
  return `${time} of working time (${calendarWords(calendar)})`
}

function calendarWords({ days, hours, holidays, timezone }: WorkingCalendar): string {
  const names = days.map((day) => day.charAt(0).toUpperCase() + day.slice(1)).join(', ')
  const but = holidays.length === 0 ? '' : ' without holidays'
  return `${names} ${hours.join(' to ')}${but}, ${timezone}`
}
