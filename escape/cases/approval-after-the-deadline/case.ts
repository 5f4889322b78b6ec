import type { EscapeCase } from '../../case.ts'
import { heldRun, holdIn, must, outcomesOf, passTimeWithoutDesk } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

const DAY_SECONDS = 86_400

export const attack: EscapeCase = {
  id: 'approval-after-the-deadline',
  family: 26,
  tries: 'Approves a hold whose deadline has passed, and again after the clock was set back.',
  plants: 'Labels in the output.',
  defence:
    'The deadline is part of the compare-and-set, and a clock that goes back brings nothing back to life.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'What is attacked, a deadline at a desk, does not exist there.' },
  ownSite: {},
  act: playLateApproval,
}

async function playLateApproval(stage: Stage): Promise<'contained'> {
  const { site } = stage
  const { hold, job } = await heldRun(stage)
  await passTimeWithoutDesk(stage, DAY_SECONDS + 1)
  must(!(await site.reviewer.approve(hold, ['scores'])).ok, 'An approval after the deadline was taken.')
  await holdIn(stage, hold.id, ['closed'])
  await passTimeWithoutDesk(stage, -DAY_SECONDS - 1)
  must(!(await site.reviewer.approve(hold, ['scores'])).ok, 'An approval after the end was taken.')
  const outcomes = outcomesOf(stage, job.jobId)
  must(outcomes.join() === 'awaiting-validation,failed', `The platform heard ${outcomes.join(' and ')}.`)
  return 'contained'
}
