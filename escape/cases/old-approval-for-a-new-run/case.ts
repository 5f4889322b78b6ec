import type { EscapeCase } from '../../case.ts'
import { askDesk, asReviewer, heldRun, holdIn, must } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

export const attack: EscapeCase = {
  id: 'old-approval-for-a-new-run',
  family: 26,
  tries:
    'Has an honest run approved, then runs other code for the same submission and sends the old approval again, as request and as form.',
  plants: 'Labels in the output of both runs.',
  defence: 'An approval names the digest of what was looked at, and is refused over any other.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'What is attacked, an approval that names a digest, does not exist there.' },
  act: playOldApproval,
}

async function playOldApproval(stage: Stage): Promise<'contained'> {
  const submission = { id: 1_000_000_007, submittedAt: '2026-01-01T00:00:00Z', fileName: 'submission.zip' }
  const first = await heldRun(stage, { job: { submission } })
  must((await stage.site.reviewer.approve(first.hold, ['scores'])).ok, 'The first run could not be approved.')
  await holdIn(stage, first.hold.id, ['released'])

  const second = await heldRun(stage, { job: { submission }, beside: { 'other.txt': 'other code' } })
  must(second.hold.digest !== first.hold.digest, 'Two runs have one digest.')
  for (const holdId of [first.hold.id, second.hold.id]) {
    const json = { digest: first.hold.digest, decision: 'approve', artefacts: ['output'] }
    const answer = await askDesk(stage, `/api/holds/${holdId}/decision`, { headers: asReviewer(stage), json })
    must(!answer.ok, `An old approval was taken for hold ${holdId}.`)
  }
  must((await stage.site.reviewer.show(second.hold.id)).state === 'awaiting', 'The new run is decided.')
  await stage.decide(second, 'reject')
  return 'contained'
}
