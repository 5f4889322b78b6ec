import type { EscapeCase } from '../../case.ts'
import { heldRun, must, passTimeWithoutDesk } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

/** Scaled down; `test/many-holds.test.ts` has thousands. */
const PARKED = 10

export const attack: EscapeCase = {
  id: 'holds-without-number',
  family: 28,
  tries:
    'Sends more submissions than anybody can review, so that the worker stands still or the desk gives up and lets them pass.',
  plants: 'Labels in the output of each.',
  defence:
    'A hold waits at the desk and not in the worker, which takes the next job at once; what nobody decides expires.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'The replaced gate holds its worker for each, and so never gets to the second.' },
  ownSite: {},
  act: playParked,
}

async function playParked(stage: Stage): Promise<'contained'> {
  const jobs = []
  for (let at = 0; at < PARKED; at += 1) jobs.push(await stage.submit())
  const results = await Promise.all(jobs.map((job) => stage.result(job)))
  must(
    results.every(({ kind }) => kind === 'held'),
    'A job was turned away while others waited.',
  )
  await heldRun(stage)
  // Nobody looks at any of them.
  await passTimeWithoutDesk(stage, 2 * 86_400)
  for (const { jobId } of jobs) {
    await stage.site.boundary.until(
      'the end of every hold',
      () =>
        stage.site.hub
          .heard(jobId)
          .some((heard) => heard.kind === 'outcome' && heard.outcome.kind === 'failed') || undefined,
    )
  }
  return 'contained'
}
