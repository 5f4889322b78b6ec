import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DeskRig, PASSWORD } from '../desk-rig.ts'
import { FormBrowser } from './form-browser-rig.ts'
import { inviteOnMachine, newPasswordOnMachine } from './people-on-machine.ts'

let rig: DeskRig

beforeEach(async () => {
  rig = await DeskRig.start({ config: { provision: { people: [] } } })
})

afterEach(() => rig[Symbol.asyncDispose]())

function inviteSteward(username: string) {
  const given = { username, roles: ['steward', 'auditor'] as const, now: new Date() }
  return inviteOnMachine({ ...given, dataFolder: rig.dataFolder })
}

async function take(path: string, password = PASSWORD): Promise<number> {
  const link = new URL(path, rig.url).searchParams.get('link') ?? ''
  const answer = await new FormBrowser(rig.url).ask('/invitation', { link, password, again: password })
  return answer.status
}

async function signIn(username: string, password = PASSWORD): Promise<FormBrowser> {
  const browser = new FormBrowser(rig.url, { username })
  await browser.signIn(password)
  return browser
}

describe('an invitation that was made on the machine of the desk', () => {
  it('is the first way into a desk where nobody has an account, while it runs', async () => {
    const { path } = await inviteSteward('first-steward')
    expect(await take(path)).toBe(303)
    const steward = await signIn('first-steward')
    expect(await steward.isIn()).toBe(true)
    expect(await steward.read('/audit?group=people')).toContain(
      'somebody on the machine of the desk invited first-steward as steward, auditor',
    )
  })

  it('holds, and is on the chain, when it was made while the desk did not run', async () => {
    await rig.stopDesk()
    const { path } = await inviteSteward('first-steward')
    await rig.startDesk()
    expect(await take(path)).toBe(303)
    const chain = await (await signIn('first-steward')).read('/audit')
    expect(chain).toContain('invited first-steward')
    expect(chain).toContain('after a crash, or made on its machine')
  })

  it('gives somebody who lost their password another', async () => {
    expect(await take((await inviteSteward('first-steward')).path)).toBe(303)
    const given = { dataFolder: rig.dataFolder, username: 'First-Steward', now: new Date() }
    const { path } = await newPasswordOnMachine(given)
    expect(await take(path, 'another password')).toBe(303)
    expect(await (await signIn('first-steward')).isIn()).toBe(false)
    expect(await (await signIn('first-steward', 'another password')).isIn()).toBe(true)
  })

  it('is refused for a name that is taken, for a person who is not there, and where no desk has run', async () => {
    await inviteSteward('first-steward')
    await expect(inviteSteward('FIRST-steward')).rejects.toMatchObject({ code: 'username-taken' })
    const nobody = { dataFolder: rig.dataFolder, username: 'nobody', now: new Date() }
    await expect(newPasswordOnMachine(nobody)).rejects.toMatchObject({ code: 'no-such-person' })
    const folder = await mkdtemp(join(tmpdir(), 'scoregate-empty-'))
    await expect(newPasswordOnMachine({ ...nobody, dataFolder: folder })).rejects.toMatchObject({
      code: 'desk-never-started',
    })
    await rm(folder, { recursive: true })
  })
})
