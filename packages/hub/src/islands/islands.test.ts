import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { exampleBundle, startTestHub, type TestHub, zipOf } from '../pages/page-rig.ts'
import { SESSION_COOKIE } from '../pages/paths.ts'

let hub: TestHub
let browser: Browser
let context: BrowserContext
/** What went wrong in a page: script errors, and everything that the content policy refused. */
let complaints: string[]

beforeAll(async () => {
  hub = await startTestHub()
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
})
afterAll(async () => {
  await browser.close()
  await hub[Symbol.asyncDispose]()
})
beforeEach(() => {
  complaints = []
})
afterEach(() => context.close())

describe('a submission in the browser', () => {
  it('is uploaded with progress, appears in the list, and its status changes there by itself', async () => {
    const page = await open('participant', '/competitions/1/submissions')
    const form = page.locator('[data-upload="submission"]').first()
    // Large enough, over a connection slow enough, that progress can be seen.
    await slowDown(page)
    await form.getByLabel('Submission').setInputFiles({
      name: 'predictions.zip',
      mimeType: 'application/zip',
      buffer: await zipOf('predictions.csv', Buffer.alloc(2_000_000, 'x')),
    })
    const seen = watchProgress(page)
    await form.getByRole('button', { name: 'Submit' }).click()
    await form.getByRole('link', { name: /submission \d+/ }).waitFor()
    const shares = await seen
    expect(shares.some((share) => share > 0 && share < 1)).toBe(true)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))

    const list = page.getByRole('table', { name: 'My submissions' })
    const row = list.getByRole('row', { name: /predictions\.zip/ })
    await row.getByText('Submitted', { exact: true }).waitFor()
    const id = Number((await row.getByRole('link').getAttribute('href'))?.split('/').at(-1))
    await hub.cancel(id)
    await row.getByText('Cancelled').waitFor()
    await expect
      .poll(() => page.getByRole('status').first().innerText())
      .toContain(`Submission ${id}: Cancelled.`)
    expect(complaints).toEqual([])
  })

  it('shows each step on its own page, by itself', async () => {
    const id = await hub.submit('predictions.zip')
    const page = await open('participant', `/submissions/${id}`)
    await page.getByText('The submission waits for a worker beside the data.').waitFor()
    expect(await page.title()).toContain('Submitted')
    await hub.cancel(id)
    await page.getByText('It was cancelled.').waitFor()
    await expect.poll(() => page.title()).toContain('Cancelled')
    expect(complaints).toEqual([])
  })

  it('that is no zip is refused in words, and the form can be used again', async () => {
    const page = await open('participant', '/competitions/1/submissions')
    const form = page.locator('[data-upload="submission"]').first()
    await form.getByLabel('Submission').setInputFiles({
      name: '<img src=x onerror=alert(1)>.zip',
      mimeType: 'application/zip',
      buffer: Buffer.from('this is no zip'),
    })
    await form.getByRole('button', { name: 'Submit' }).click()
    await form.getByRole('alert').waitFor()
    expect(await form.getByRole('alert').innerText()).toMatch(/zip/)
    expect(await form.getByRole('button', { name: 'Submit' }).isEnabled()).toBe(true)
    expect(await form.locator('img').count()).toBe(0)
    // A refused request is logged by the browser itself; nothing else may be.
    expect(complaints.filter((text) => !text.includes('Failed to load resource'))).toEqual([])
  })
})

describe('a bundle in the browser', () => {
  it('with errors shows all of them with file and line; a good one leads to its competition', async () => {
    const page = await open('organizer', '/competitions/new')
    const choose = async (buffer: Buffer) => {
      await page
        .getByLabel('Bundle')
        .setInputFiles({ name: 'bundle.zip', mimeType: 'application/zip', buffer })
      await page.getByRole('button', { name: /upload/i }).click()
    }
    await choose(await exampleBundle({ 'competition.yaml': 'version: 2\ntitel: Wrong\n' }))
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').innerText()).toMatch(/competition\.yaml.*2.*titel.*title/s)

    await choose(await exampleBundle())
    await page.getByRole('heading', { name: 'Sepsis early warning', level: 1 }).waitFor()
    expect(page.url()).toMatch(/\/competitions\/\d+$/)
    await page.getByRole('link', { name: 'Manage' }).click()
    await page.getByRole('button', { name: 'Publish it' }).waitFor()
    expect(complaints).toEqual([])
  })
})

describe('every page', () => {
  it('fits a narrow window and breaks no content policy', async () => {
    const id = await hub.submit('predictions.zip')
    const paths = {
      participant: [
        '/',
        '/competitions/1',
        '/competitions/1/phases',
        '/competitions/1/leaderboard',
        '/competitions/1/submissions',
        `/submissions/${id}`,
      ],
      organizer: [
        '/competitions/new',
        '/competitions/1/manage',
        '/competitions/1/manage/submissions',
        '/competitions/1/manage/participants',
        '/api/docs',
      ],
    }
    for (const username of ['participant', 'organizer'] as const) {
      const page = await open(username, '/')
      for (const path of paths[username]) {
        await page.goto(new URL(path, hub.url).href)
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        expect([path, overflow, complaints]).toEqual([path, 0, []])
      }
      if (username === 'participant') await context.close()
    }
  })
})

/** A page of somebody who is signed in, in a window as narrow as a telephone. */
async function open(username: 'organizer' | 'participant', path: string): Promise<Page> {
  const { session } = await hub.signedIn(username)
  context = await browser.newContext({ viewport: { width: 360, height: 780 } })
  await context.addCookies([{ name: SESSION_COOKIE, value: session, url: hub.url }])
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  await page.goto(new URL(path, hub.url).href)
  return page
}

async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 5,
    downloadThroughput: 10_000_000,
    uploadThroughput: 1_500_000,
  })
}

/** The shares that the progress bar goes through, from now until it is hidden again. */
function watchProgress(page: Page): Promise<number[]> {
  return page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const box = document.querySelector<HTMLElement>('[data-upload-progress]')
        const bar = box?.querySelector('progress')
        const shares: number[] = []
        let wasShown = false
        const look = () => {
          if (box === null || bar === null || bar === undefined) return resolve(shares)
          if (!box.hidden) {
            wasShown = true
            shares.push(bar.value)
          } else if (wasShown) return resolve(shares)
          requestAnimationFrame(look)
        }
        look()
      }),
  )
}
