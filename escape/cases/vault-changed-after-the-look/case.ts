import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EscapeCase } from '../../case.ts'
import type { EscapeSite } from '../../rig/escape-site.ts'
import { endingOf } from '../../rig/stage.ts'

/** Waits until the desk says why it does not release, or has released after all. */
async function untilStopped(site: EscapeSite, holdId: string): Promise<void> {
  for (;;) {
    const { alarm, state } = await site.reviewer.show(holdId)
    if (alarm !== undefined || state === 'released') return
    await site.boundary.untilChanged()
  }
}

export const attack: EscapeCase = {
  id: 'vault-changed-after-the-look',
  family: 6,
  tries:
    'Somebody with a shell at the site changes the sealed scores after the reviewer looked and before the release.',
  plants: 'Labels in the scores that take their place.',
  defence: 'A release reads the vault again and compares every digest; a difference stops it.',
  expect: 'contained',
  quick: false,
  control: { notApplicable: 'there the output folder itself is what is sent' },
  async act({ site, secret, submit, result }) {
    const held = await result(await submit())
    if (held.kind === 'not-run') return endingOf(held)
    const { hold, job } = held
    const sealed = hold.files.find(({ path }) => path === 'scores.json')
    if (sealed === undefined) throw new Error('There are no sealed scores.')
    const { sha256 } = sealed
    const blob = join(site.deskFolder, 'vault', sha256.slice(0, 2), sha256.slice(2))
    await chmod(blob, 0o644)
    await writeFile(blob, `{"accuracy": 0.${BigInt(`0x${secret.bytes.toString('hex')}`)}}`)
    const answer = await site.reviewer.approve(hold, ['scores'])
    if (answer.ok) await untilStopped(site, hold.id)
    const heard = site.hub.heard(job.jobId)
    const isReleased = heard.some((one) => one.kind === 'outcome' && one.outcome.kind === 'released')
    if (isReleased) site.boundary.cross('inside', secret.token)
    return 'contained'
  },
}
