import { createServer } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DeskRig, PASSWORD } from '../packages/desk/src/desk-rig.ts'
import { type ProviderRig, startProvider } from '../packages/desk/src/institution/provider-rig.ts'
import { launchBrowser, type Visitor, visit } from './browser-rig.ts'

let browser: Browser
let provider: ProviderRig
let rig: DeskRig
let deskUrl: string

beforeAll(async () => {
  browser = await launchBrowser()
  provider = await startProvider()
  const port = await freePort()
  // Another host than the provider's, so that the browser takes the two for different sites, as they are.
  deskUrl = `http://localhost:${port}`
  rig = await DeskRig.start({ config: { port, publicUrl: deskUrl, institution: provider.settings } })
  provider.register(deskUrl)
  provider.state.account = { sub: 'alice-1', email: 'alice@university.example', email_verified: true }
})

afterAll(async () => {
  await browser.close()
  await rig[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

it('connects an account in a browser and signs in with it, without script, within the policy of the pages', async () => {
  for (const javaScript of [true, false]) {
    const owner = await visit(browser, { javaScript })
    await owner.page.goto(`${deskUrl}/sign-in`)
    await owner.page.getByLabel('Name').fill('first-reviewer')
    await owner.page.getByLabel('Password').fill(PASSWORD)
    await owner.page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await owner.page.goto(`${deskUrl}/account`)
    await owner.page.getByRole('button', { name: 'Connect my account at Test University' }).click()
    await owner.page.getByRole('link', { name: 'Go to Test University' }).click()
    await owner.page.waitForURL(`${deskUrl}/account`)
    await owner.page.getByText('alice@university.example').waitFor()

    const guest = await visit(browser, { javaScript })
    await guest.page.goto(`${deskUrl}/workers`)
    await guest.page.getByRole('link', { name: 'Sign in with Test University' }).click()
    await guest.page.waitForURL(`${deskUrl}/workers`)
    await guest.page.getByRole('heading', { name: 'Workers', exact: true }).waitFor()
    const session = (await guest.context.cookies(deskUrl)).find(({ name }) => name === 'scoregate_desk')
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Strict' })

    await owner.page.locator('summary', { hasText: 'Remove the connection' }).click()
    await owner.page.getByRole('button', { name: 'Remove the connection' }).click()
    await owner.page.getByText('Not connected.').waitFor()
    await expectNoComplaint(owner, guest)
  }
})

async function expectNoComplaint(...visitors: Visitor[]): Promise<void> {
  for (const { complaints, context } of visitors) {
    expect(complaints).toEqual([])
    await context.close()
  }
}

/** A port that nobody has: the address of the desk is told to the provider before the desk listens. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('There is no port.')
  return address.port
}
