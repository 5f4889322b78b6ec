import type { Child, FC } from 'hono/jsx'
import type { SubmissionStatus } from './badge.tsx'
import { Icon, type IconName } from './icon.tsx'

/** How far a step is. `waiting` is a current step that waits for a person. */
export type StepState = 'done' | 'current' | 'waiting' | 'todo' | 'failed'

/** One step on the way. */
export interface Step {
  readonly label: string
  readonly state: StepState
  readonly detail?: Child | undefined
}

const STEP_ICON = {
  done: 'check',
  current: 'play',
  waiting: 'pause',
  todo: 'circle',
  failed: 'cross',
} as const satisfies Record<StepState, IconName>

const STEP_WORDS = {
  done: 'done',
  current: 'now',
  waiting: 'waiting for a person',
  todo: 'to come',
  failed: 'failed',
} as const satisfies Record<StepState, string>

/** The way of something from its start to its end: side by side on a wide screen, below each other on a narrow one. */
export const Steps: FC<{ label: string; steps: readonly Step[] }> = ({ label, steps }) => (
  <ol class="steps" aria-label={label}>
    {steps.map((step) => (
      <li
        class={`step step-${step.state}`}
        aria-current={step.state === 'current' || step.state === 'waiting' ? 'step' : undefined}
      >
        <span class="step-dot">
          {step.state !== 'todo' && step.state !== 'current' && <Icon name={STEP_ICON[step.state]} />}
        </span>
        <span class="step-words">
          <span class="step-label">{step.label}</span>
          <span class="visually-hidden">: {STEP_WORDS[step.state]}</span>
          {step.detail !== undefined && <span class="step-detail">{step.detail}</span>}
        </span>
      </li>
    ))}
  </ol>
)

const WAY = ['Submitted', 'Preparing', 'Running', 'Scoring', 'Awaiting validation', 'Finished'] as const
type Stop = (typeof WAY)[number]

const STOP_OF = {
  Submitting: 'Submitted',
  Submitted: 'Submitted',
  Preparing: 'Preparing',
  Running: 'Running',
  Scoring: 'Scoring',
  'Awaiting validation': 'Awaiting validation',
  Finished: 'Finished',
  Failed: 'Finished',
  Cancelled: 'Finished',
} as const satisfies Record<SubmissionStatus, Stop>

/**
 * The steps of a submission. `reached` is the last status before it failed or was cancelled, where known: the cross is
 * drawn there. Without data-side review the way has no validation to wait for.
 */
export function submissionSteps({
  status,
  reached,
  isReviewed,
}: {
  status: SubmissionStatus
  reached?: SubmissionStatus | undefined
  isReviewed: boolean
}): Step[] {
  const hasEnded = status === 'Failed' || status === 'Cancelled'
  const stopHere = STOP_OF[hasEnded ? (reached ?? status) : status]
  // The site's policy may hold what the platform did not ask to be held, so a hold is shown wherever there is one.
  const isHeld = isReviewed || stopHere === 'Awaiting validation'
  const way: readonly Stop[] = isHeld ? WAY : WAY.filter((stop) => stop !== 'Awaiting validation')
  const here = way.indexOf(stopHere)
  return way.map((stop, at) => ({
    label: hasEnded && at === way.length - 1 && at === here ? status : stop,
    state: at < here ? 'done' : at > here ? 'todo' : stateHere(status),
  }))
}

function stateHere(status: SubmissionStatus): StepState {
  switch (status) {
    case 'Finished':
      return 'done'
    case 'Failed':
    case 'Cancelled':
      return 'failed'
    case 'Awaiting validation':
      return 'waiting'
    case 'Submitting':
    case 'Submitted':
    case 'Preparing':
    case 'Running':
    case 'Scoring':
      return 'current'
  }
}
