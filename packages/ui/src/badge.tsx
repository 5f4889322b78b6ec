import type { FC, PropsWithChildren } from 'hono/jsx'
import { Icon, type IconName } from './icon.tsx'

/** What a badge says at a glance. Always with words and a shape; never by colour alone. */
export type Tone = 'neutral' | 'info' | 'progress' | 'waiting' | 'good' | 'bad' | 'warn'

/** The status words a participant sees, which are the platform's. */
export type SubmissionStatus =
  | 'Submitting'
  | 'Submitted'
  | 'Preparing'
  | 'Running'
  | 'Scoring'
  | 'Awaiting validation'
  | 'Finished'
  | 'Failed'
  | 'Cancelled'

/** The states of a hold at the desk. */
export type HoldState = 'awaiting' | 'approved' | 'released' | 'rejected' | 'expired' | 'closed'

interface Appearance {
  readonly tone: Tone
  readonly icon: IconName
  readonly words: string
}

const SUBMISSION_STATUS = {
  Submitting: { tone: 'neutral', icon: 'upload', words: 'Submitting' },
  Submitted: { tone: 'neutral', icon: 'circle', words: 'Submitted' },
  Preparing: { tone: 'progress', icon: 'dashed-circle', words: 'Preparing' },
  Running: { tone: 'progress', icon: 'play', words: 'Running' },
  Scoring: { tone: 'progress', icon: 'half-circle', words: 'Scoring' },
  'Awaiting validation': { tone: 'waiting', icon: 'pause', words: 'Awaiting validation' },
  Finished: { tone: 'good', icon: 'check-circle', words: 'Finished' },
  Failed: { tone: 'bad', icon: 'cross-circle', words: 'Failed' },
  Cancelled: { tone: 'neutral', icon: 'ban', words: 'Cancelled' },
} as const satisfies Record<SubmissionStatus, Appearance>

const HOLD_STATE = {
  awaiting: { tone: 'waiting', icon: 'pause', words: 'Awaiting review' },
  approved: { tone: 'progress', icon: 'send', words: 'Approved, being released' },
  released: { tone: 'good', icon: 'check-circle', words: 'Released' },
  rejected: { tone: 'bad', icon: 'cross-circle', words: 'Rejected' },
  expired: { tone: 'warn', icon: 'clock', words: 'Expired' },
  closed: { tone: 'neutral', icon: 'lock', words: 'Closed' },
} as const satisfies Record<HoldState, Appearance>

/** A word or two of state. Give it an icon where the tone matters, so that the shape says it too. */
export const Badge: FC<PropsWithChildren<{ tone?: Tone | undefined; icon?: IconName | undefined }>> = ({
  tone = 'neutral',
  icon,
  children,
}) => (
  <span class={`badge badge-${tone}`}>
    {icon !== undefined && <Icon name={icon} />}
    <span>{children}</span>
  </span>
)

/** A submission's status, in the platform's own words. */
export const SubmissionStatusBadge: FC<{ status: SubmissionStatus }> = ({ status }) => {
  const { tone, icon, words } = SUBMISSION_STATUS[status]
  return (
    <Badge tone={tone} icon={icon}>
      {words}
    </Badge>
  )
}

/** A hold's state, in the reviewer's words. */
export const HoldStateBadge: FC<{ state: HoldState }> = ({ state }) => {
  const { tone, icon, words } = HOLD_STATE[state]
  return (
    <Badge tone={tone} icon={icon}>
      {words}
    </Badge>
  )
}
