import type { EscapeCase } from '../../case.ts'
import { askDesk, asReviewer, heldRun, holdIn, must, outcomesOf } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

const ROUNDS = 4

export const attack: EscapeCase = {
  id: 'decisions-at-once',
  family: 26,
  tries:
    'Sends approvals and rejections of one hold at the same moment, each several times, to get two outcomes or one that nobody made.',
  plants: 'Labels in the output.',
  defence: 'A decision is one compare-and-set in one transaction: one is taken, and the others are told so.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'What is attacked, a decision at a desk, does not exist there.' },
  act: playDecisionsAtOnce,
}

async function playDecisionsAtOnce(stage: Stage): Promise<'contained'> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { hold, job } = await heldRun(stage)
    const path = `/api/holds/${hold.id}/decision`
    const approve = { digest: hold.digest, decision: 'approve', artefacts: ['scores'] }
    const reject = { digest: hold.digest, decision: 'reject', reason: 'private-data' }
    const asked = [approve, reject, approve, reject, approve, reject]
    const ordered = round % 2 === 0 ? asked : asked.reverse()
    const answers = await Promise.all(
      ordered.map((json) => askDesk(stage, path, { headers: asReviewer(stage), json })),
    )
    const taken = answers.filter(({ ok }) => ok).length
    must(taken === 1, `${taken} decisions over one hold were taken.`)
    const end = await holdIn(stage, hold.id, ['released', 'closed'])
    const outcomes = outcomesOf(stage, job.jobId).filter((kind) => kind !== 'awaiting-validation')
    const expected = end.decision?.kind === 'approve' ? 'released' : 'failed'
    must(
      outcomes.join() === expected,
      `The platform heard ${outcomes.join(' and ')} after ${end.decision?.kind}.`,
    )
  }
  return 'contained'
}
