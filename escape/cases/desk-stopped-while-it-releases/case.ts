import type { EscapeCase } from '../../case.ts'
import { heldRun, holdIn, must, outcomesOf } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

export const attack: EscapeCase = {
  id: 'desk-stopped-while-it-releases',
  family: 27,
  tries:
    'Stops the desk again and again between decision, release and acknowledgement, while the platform breaks off what it is told.',
  plants: 'Labels in the output.',
  defence:
    'What follows from a decision is written with it, is tried until it is accepted, and is the same each time.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'What is attacked, a release that outlives its program, does not exist there.' },
  ownSite: {},
  act: playStops,
}

async function playStops(stage: Stage): Promise<'contained'> {
  const { site } = stage
  const approved = await heldRun(stage)
  const rejected = await heldRun(stage)
  const undecided = await heldRun(stage)
  site.hub.state = 'down'
  await site.reviewer.approve(approved.hold, ['scores'])
  await site.reviewer.reject(rejected.hold)
  for (let stop = 0; stop < 3; stop += 1) {
    const before = site.hub.requestCount()
    await site.boundary.until('a try that breaks off', () =>
      site.hub.requestCount() > before ? true : undefined,
    )
    await site.stopDesk()
    await site.startDesk()
  }
  site.hub.state = 'up'
  await holdIn(stage, approved.hold.id, ['released'])
  await holdIn(stage, rejected.hold.id, ['closed'])
  must((await site.reviewer.show(undecided.hold.id)).state === 'awaiting', 'What nobody decided is decided.')
  for (const [{ job }, ending] of [
    [approved, 'released'],
    [rejected, 'failed'],
  ] as const) {
    const outcomes = outcomesOf(stage, job.jobId).filter((kind) => kind !== 'awaiting-validation')
    must(outcomes.join() === ending, `The platform heard ${outcomes.join(' and ')}, and not ${ending}.`)
  }
  return 'contained'
}
