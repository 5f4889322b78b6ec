import type { FC } from 'hono/jsx'
import { Icon } from './icon.tsx'
import { absoluteTime, durationWords, timeLeftWords, urgencyOf, whenWords } from './plain-time.ts'

/** The time until a deadline, in words, with a tone that rises in its last hour or last tenth since `opened`. */
export const TimeLeft: FC<{ deadline: Date; now: Date; opened?: Date | undefined }> = ({
  deadline,
  now,
  opened,
}) => {
  const urgency = urgencyOf(deadline, now, opened)
  return (
    <time
      class={`time-left time-left-${urgency}`}
      datetime={deadline.toISOString()}
      title={absoluteTime(deadline)}
    >
      {urgency === 'calm' ? <Icon name="clock" /> : <Icon name="alert" />}
      {timeLeftWords(deadline, now)}
    </time>
  )
}

/** An instant in relative words, the full time in its tooltip. Without an instant, a dash that is read as "not yet". */
export const When: FC<{ at: Date | undefined; now: Date }> = ({ at, now }) =>
  at === undefined ? (
    <span class="muted">
      <span aria-hidden="true">–</span>
      <span class="visually-hidden">not yet</span>
    </span>
  ) : (
    <time class="when" datetime={at.toISOString()} title={absoluteTime(at)}>
      {whenWords(at, now)}
    </time>
  )

/** A length of time in words: "3 minutes 20 seconds". */
export const Duration: FC<{ milliseconds: number }> = ({ milliseconds }) => (
  <span class="duration">{durationWords(milliseconds)}</span>
)
