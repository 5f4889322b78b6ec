import { readFile, rm, writeFile } from 'node:fs/promises'
import type { EscapeCase } from '../../case.ts'
import { heldRun, must } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

export const attack: EscapeCase = {
  id: 'policy-nobody-can-read',
  family: 25,
  tries: 'Breaks the policy of the site, in the hope that a desk without one lets everything pass.',
  plants: 'Labels in the output.',
  defence: 'A desk that cannot read its policy does not start.',
  expect: 'contained',
  quick: false,
  control: { notApplicable: 'What is attacked, a policy, does not exist there.' },
  ownSite: {},
  act: playBrokenPolicy,
}

async function playBrokenPolicy(stage: Stage): Promise<'contained'> {
  const { site } = stage
  const { hold } = await heldRun(stage)
  const policy = await readFile(site.policyFile, 'utf8')
  const wide = JSON.stringify({ ...JSON.parse(policy), review: { required: 'sometimes' } })
  for (const broken of ['', '{', policy.slice(0, -9), wide, undefined]) {
    await site.stopDesk()
    if (broken === undefined) await rm(site.policyFile)
    else await writeFile(site.policyFile, broken)
    const isStarted = await site.startDesk().then(
      () => true,
      () => false,
    )
    must(!isStarted, `The desk started with the policy ${broken ?? 'gone'}.`)
  }
  await writeFile(site.policyFile, policy)
  await site.startDesk()
  must((await site.reviewer.show(hold.id)).state === 'awaiting', 'The hold was decided without a policy.')
  await site.reviewer.reject(hold)
  return 'contained'
}
