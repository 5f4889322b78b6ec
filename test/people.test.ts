import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DeskRig } from '../packages/desk/src/desk-rig.ts'
import { launchBrowser, overflow, picture, type Visitor, visit } from './browser-rig.ts'
import { signInAtDesk } from './desk-steps-rig.ts'

const OWN_PASSWORD = 'horse battery staple'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser.close())

async function press({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

async function signIn({ page }: Visitor, url: string): Promise<void> {
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('Name').fill('new-reviewer')
  await page.getByLabel('Password').fill(OWN_PASSWORD)
  await page.keyboard.press('Enter')
}

describe('the people of a desk, in browsers without script', () => {
  it('are invited, take the place, sign in, get other roles, and are shut out', async () => {
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit()
    const steward = await visit(browser, { javaScript: false })
    const invited = await visit(browser, { javaScript: false })

    await signInAtDesk(steward.page, rig.url)
    await steward.page.getByRole('link', { name: 'People' }).click()
    await steward.page.getByRole('link', { name: 'Invite somebody' }).click()
    await steward.page.getByLabel('Name').fill('new-reviewer')
    expect(await steward.page.getByLabel('Reviewer').isChecked()).toBe(true)
    await picture(steward.page, 'invite')
    await press(steward, 'Make the link')
    const link = await steward.page.getByLabel('Link for new-reviewer').textContent()
    await picture(steward.page, 'invitation-link')

    await invited.page.goto(link ?? '')
    await invited.page.getByLabel('Password', { exact: true }).fill(OWN_PASSWORD)
    await invited.page.getByLabel('The same once more').fill(OWN_PASSWORD)
    await picture(invited.page, 'invitation')
    await press(invited, 'Set the password')
    await invited.page.getByText('Your password is set. Sign in with it.').waitFor()
    await signIn(invited, rig.url)
    await invited.page.getByRole('heading', { name: 'Inbox' }).waitFor()
    await invited.page.goto(`${rig.url}/holds/${id}`)
    expect(await invited.page.getByRole('button', { name: 'Approve and release' }).count()).toBe(1)
    expect(await invited.page.getByRole('link', { name: 'People' }).count()).toBe(0)

    await steward.page.getByRole('link', { name: 'To the people' }).click()
    await steward.page.getByRole('link', { name: 'new-reviewer' }).click()
    // A tick box is hit by its words, too.
    await steward.page.getByText('Reviewer', { exact: true }).click()
    await steward.page.getByText('Auditor', { exact: true }).click()
    await picture(steward.page, 'person')
    await press(steward, 'Save the roles')
    await steward.page.getByText('The roles are changed.').waitFor()

    await invited.page.reload()
    await invited.page.getByText('You cannot decide here').waitFor()
    expect(await invited.page.getByRole('button', { name: 'Approve and release' }).count()).toBe(0)
    expect(await invited.page.getByRole('link', { name: 'People' }).count()).toBe(1)

    await steward.page.getByText('Disable the account').click()
    await press(steward, 'Disable')
    await steward.page.getByText('Disabled', { exact: true }).waitFor()
    await picture(steward.page, 'people')
    await invited.page.reload()
    await invited.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await signIn(invited, rig.url)
    expect(await invited.page.getByRole('alert').textContent()).toContain(
      'The name or the password is wrong.',
    )
    expect([...steward.complaints, ...invited.complaints].filter((line) => !line.includes('401'))).toEqual([])
  })

  it('show on their own page where they are signed in, and end it elsewhere', async () => {
    await using rig = await DeskRig.start()
    const here = await visit(browser, { javaScript: false })
    const there = await visit(browser, { javaScript: false })
    await signInAtDesk(here.page, rig.url)
    await signInAtDesk(there.page, rig.url)
    await here.page.getByRole('link', { name: 'first-reviewer' }).click()
    await here.page.getByRole('heading', { name: 'My account' }).waitFor()
    expect(await here.page.getByText('This one').count()).toBe(1)
    await press(here, 'End all others')
    await here.page.getByText('Ended. Whoever sits there has to sign in again.').waitFor()
    await there.page.reload()
    await there.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  })
})

describe('a link from another site', () => {
  it('leads a person who is signed in to what it names, though their cookie does not come with it', async () => {
    await using rig = await DeskRig.start()
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(`<a href="${rig.url}/report">A notice in webmail</a>`)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      const visitor = await visit(browser, { javaScript: false })
      await signInAtDesk(visitor.page, rig.url)
      // Another host is another site, also on one machine.
      await visitor.page.goto(`http://localhost:${port}/`)
      await visitor.page.getByText('A notice in webmail').click()
      await visitor.page.getByRole('heading', { name: /^Report/ }).waitFor()

      const stranger = await visit(browser, { javaScript: false })
      await stranger.page.goto(`http://localhost:${port}/`)
      await stranger.page.getByText('A notice in webmail').click()
      await stranger.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    } finally {
      server.close()
    }
  })
})

describe('the pages of people', () => {
  it.each([360, 1280])('fit a window of %i px', async (width) => {
    await using rig = await DeskRig.start()
    const visitor = await visit(browser)
    await signInAtDesk(visitor.page, rig.url)
    await visitor.page.goto(`${rig.url}/people/invite`)
    await visitor.page.getByLabel('Name').fill(`a-${'very-long-name-'.repeat(4)}x`)
    await press(visitor, 'Make the link')
    await visitor.page.setViewportSize({ width, height: 800 })
    const wide: string[] = []
    for (const path of [
      '/people',
      '/people/invite',
      '/people/of/second-reviewer',
      '/account',
      '/account/prove',
    ]) {
      await visitor.page.goto(rig.url + path)
      if ((await overflow(visitor.page)) > 0) wide.push(path)
    }
    expect(wide).toEqual([])
    expect(visitor.complaints).toEqual([])
  })
})
