import type { EscapeCase } from '../../case.ts'
import { heldRun, holdIn, must } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

export const attack: EscapeCase = {
  id: 'submission-edited-before-release',
  family: 29,
  tries: 'Has honest code reviewed, and other code run and sealed before that review is released.',
  plants: 'Labels in the output of the other code.',
  defence:
    'What is released is read from the vault under the digest that was approved; the other code is a hold of its own.',
  expect: 'contained',
  quick: false,
  control: { notApplicable: 'What is attacked, a sealed hold, does not exist there.' },
  act: playEdit,
}

async function playEdit(stage: Stage): Promise<'contained'> {
  const { site } = stage
  const first = await heldRun(stage, { beside: { 'accuracy.txt': '0.25' } })
  const again = await heldRun(stage, { beside: { 'accuracy.txt': '0.75' } })
  must(first.hold.digest !== again.hold.digest, 'Other code has the same digest.')
  must((await site.reviewer.approve(first.hold, ['scores'])).ok, 'The first run could not be approved.')
  await holdIn(stage, first.hold.id, ['released'])
  const released = site.hub
    .heard(first.job.jobId)
    .flatMap((heard) =>
      heard.kind === 'outcome' && heard.outcome.kind === 'released' ? [heard.outcome] : [],
    )
  const values = released.flatMap(({ scores }) => scores.map(({ value }) => value))
  must(values.length > 0 && values.every((value) => value === '0.25'), `Released were ${values.join(', ')}.`)
  must((await site.reviewer.show(again.hold.id)).state === 'awaiting', 'What nobody decided is decided.')
  await site.reviewer.reject(again.hold)
  return 'contained'
}
