import type { EscapeCase } from '../../case.ts'
import { askDesk, heldRun, must } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

export const attack: EscapeCase = {
  id: 'tokens-of-other-roles',
  family: 30,
  tries:
    "Asks the desk to show and to release with every token that is not a reviewer's: the worker's, the queue's, the site's, none, and forged ones.",
  plants: 'Labels in the output.',
  defence:
    'Only a reviewer who is signed in at the desk sees a hold or decides; no other token is one of a person.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'What is attacked, roles at a desk, does not exist there.' },
  act: playTokens,
}

async function playTokens(stage: Stage): Promise<'contained'> {
  const { site } = stage
  const { hold, job } = await heldRun(stage)
  const tokens = [
    site.credentials.workerToken,
    site.hub.queueToken,
    site.hub.siteToken,
    '',
    'reviewer',
    job.jobId,
  ]
  const headers: Record<string, string>[] = [
    {},
    ...tokens.flatMap((token) => [
      { authorization: `Token ${token}` },
      { authorization: `Bearer ${token}` },
      { authorization: `Basic ${Buffer.from(`reviewer:${token}`).toString('base64')}` },
      { cookie: `scoregate_desk=${token}` },
      { 'x-forwarded-user': 'reviewer', 'x-remote-user': 'reviewer', authorization: `Token ${token}` },
    ]),
  ]
  const json = { digest: hold.digest, decision: 'approve', artefacts: hold.offered.map(({ name }) => name) }
  const form = { digest: hold.digest, artefacts: 'output' }
  for (const header of headers) {
    const answers = [
      await askDesk(stage, `/api/holds/${hold.id}/decision`, { headers: header, json }),
      await askDesk(stage, `/holds/${hold.id}/approve`, { headers: header, form }),
      await askDesk(stage, `/api/holds/${hold.id}`, { headers: header }),
      await askDesk(stage, `/api/holds/${hold.id}/files/0`, { headers: header }),
      await askDesk(stage, `/holds/${hold.id}/files/0/download`, { headers: header }),
      await askDesk(stage, `/holds/${hold.id}`, { headers: header }),
    ]
    for (const answer of answers) {
      site.boundary.cross('inside', await answer.text(), job.jobId)
      must(answer.status >= 300, `The desk answered ${JSON.stringify(header)} with ${answer.status}.`)
    }
  }
  must((await site.reviewer.show(hold.id)).state === 'awaiting', 'Somebody without a right decided.')
  must((await site.reviewer.reject(hold)).ok, 'The reviewer could not decide.')
  return 'contained'
}
