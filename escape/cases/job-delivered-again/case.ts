import { type HoldDetails, HoldPage } from '@scoregate/desk/hold-api'
import type { EscapeCase } from '../../case.ts'
import { askDesk, asReviewer, heldRun, holdIn, must } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

export const attack: EscapeCase = {
  id: 'job-delivered-again',
  family: 27,
  tries:
    'Has a queue deliver a job again while its first run waits for review, and approves both runs, to have one job released twice.',
  plants: 'Labels in the output of both runs.',
  defence:
    'A later attempt takes the place of the earlier at the desk, and a decision over the earlier is refused.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'What is attacked, a hold that waits, does not exist there.' },
  act: playRedelivery,
}

async function playRedelivery(stage: Stage): Promise<'contained'> {
  const { site } = stage
  const first = await heldRun(stage)
  const { jobId, submissionId } = first.job
  const submission = { id: submissionId, submittedAt: '2026-01-01T00:00:00Z', fileName: 'submission.zip' }
  await stage.submit({ job: { jobId, submission, attempt: 2 }, beside: { 'other.txt': 'a later run' } })
  const second = await otherHold(stage, submissionId, first.hold.id)

  const old = await site.reviewer.approve(first.hold, ['scores'])
  must(!old.ok, 'The run that another took the place of was approved.')
  must((await site.reviewer.approve(second, ['scores'])).ok, 'The later run could not be approved.')
  await holdIn(stage, second.id, ['released'])
  const released = new Set(
    site.hub
      .heard(jobId)
      .flatMap((heard) =>
        heard.kind === 'outcome' && heard.outcome.kind === 'released' ? [heard.outcome.hold] : [],
      ),
  )
  must(released.size === 1 && released.has(second.digest), `${released.size} runs of one job were released.`)
  return 'contained'
}

/** The hold of the later run, once it is there. The earlier one still stands beside it in the list. */
async function otherHold(stage: Stage, submissionId: number, firstId: string): Promise<HoldDetails> {
  const end = Date.now() + 60_000
  while (Date.now() < end) {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const answer = await askDesk(stage, `/api/holds?after=${after}`, { headers: asReviewer(stage) })
      const page: HoldPage = HoldPage.parse(await answer.json())
      const line = page.holds.find((hold) => hold.submissionId === submissionId && hold.id !== firstId)
      if (line !== undefined) return await stage.site.reviewer.show(line.id)
      after = page.nextAfter
    }
  }
  throw new Error('The second delivery came to no hold.')
}
