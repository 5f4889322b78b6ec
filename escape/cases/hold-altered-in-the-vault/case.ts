import { appendFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EscapeCase } from '../../case.ts'
import { heldRun, must, outcomesOf } from '../../rig/desk-requests.ts'
import type { Stage } from '../../rig/stage.ts'

export const attack: EscapeCase = {
  id: 'hold-altered-in-the-vault',
  family: 25,
  tries:
    'Changes what is sealed between review and release: other bytes, fewer, more, and a file that is gone.',
  plants: 'Labels in the output, and in the bytes that take the place of what was reviewed.',
  defence:
    'A release reads the vault again and hashes it; at any difference it stops, and says so to the reviewers.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'What is attacked, a vault, does not exist there.' },
  ownSite: {},
  act: playAlterations,
}

async function playAlterations(stage: Stage): Promise<'contained'> {
  const { site, secret } = stage
  const alterations = [
    (file: string) => writeFile(file, secret.token),
    (file: string) => truncate(file, 3),
    (file: string) => appendFile(file, secret.token),
    (file: string) => rm(file),
  ]
  for (const alter of alterations) {
    const { hold, job } = await heldRun(stage)
    // Seen whole, so that it is the vault alone that stands in the way.
    await site.reviewer.files(hold)
    // The platform is away, so that nothing is released before the vault is altered.
    site.hub.state = 'down'
    for (const file of await vaultFiles(site.deskFolder)) await alter(file)
    await site.reviewer.approve(hold, ['scores', 'scoring_stdout'])
    site.hub.state = 'up'
    const stopped = await stoppedRelease(stage, hold.id)
    must(stopped, 'Nobody is told that the vault was altered.')
    const outcomes = outcomesOf(stage, job.jobId)
    must(!outcomes.includes('released'), 'What was altered was released.')
  }
  return 'contained'
}

async function vaultFiles(deskFolder: string): Promise<string[]> {
  const entries = await readdir(join(deskFolder, 'vault'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** Whether the desk says that a release was stopped, once it has tried. */
async function stoppedRelease({ site }: Stage, holdId: string): Promise<boolean> {
  const end = Date.now() + 60_000
  while (Date.now() < end) {
    const hold = await site.reviewer.show(holdId)
    if (hold.alarm !== undefined) return true
    if (hold.state === 'released') return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}
