import { fileURLToPath } from 'node:url'
import pino from 'pino'
import type { Browser, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { DeskRig, PASSWORD } from '../packages/desk/src/desk-rig.ts'
import { startDesk } from '../packages/desk/src/start-desk.ts'
import { launchBrowser, overflow, visit } from './browser-rig.ts'

const ISLANDS = fileURLToPath(new URL('../dist/islands/', import.meta.url))

/** A desk as it is shipped: with its browser scripts. */
function startRig(): Promise<DeskRig> {
  const log = pino({ level: 'silent' })
  return DeskRig.start({ startWith: (config) => startDesk({ ...config, islandsFolder: ISLANDS, log }) })
}

/** Signs a reviewer in, by keyboard. */
async function signIn(page: Page, rig: DeskRig): Promise<void> {
  await page.goto(`${rig.url}/sign-in`)
  await page.getByLabel('Name').fill('first-reviewer')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
}

/** Presses Tab until what is wanted has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab')
    const words = await page.evaluate(() => {
      const element = document.activeElement
      return `${element?.getAttribute('aria-label') ?? ''}${element?.textContent ?? ''}`
    })
    if (name.test(words)) return
  }
  throw new Error(`The keyboard does not reach ${name}.`)
}

async function withBrowser(work: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = await launchBrowser()
  try {
    await work(browser)
  } finally {
    await browser.close()
  }
}

describe('the inbox in a browser', () => {
  it('fits its window with a thousand rows and long names, and its buttons are in sight', async () => {
    await using rig = await startRig()
    const { id } = await rig.deposit({
      participant: 'a-participant-with-a-very-long-name-that-goes-on-and-on-for-ever-and-does-not-end',
      competition: {
        id: 4,
        title: 'The early detection of a rare condition in intensive care units of hospitals',
      },
    })
    await rig.copyHold(id, 999)
    await withBrowser(async (browser) => {
      const { page, complaints } = await visit(browser)
      await signIn(page, rig)
      for (const width of [360, 1024, 1600]) {
        await page.setViewportSize({ width, height: 768 })
        for (const path of [
          '/',
          '/?tick=all',
          '/?participant=long&sort=participant',
          '/?participant=nobody',
        ]) {
          await page.goto(rig.url + path)
          expect(await overflow(page), `${path} at ${width}`).toBeLessThanOrEqual(0)
        }
        await page.goto(rig.url)
        const review = await page.getByRole('button', { name: 'Review' }).first().boundingBox()
        expect((review?.x ?? width) + (review?.width ?? 0), `Review at ${width}`).toBeLessThanOrEqual(width)
        await page.goto(`${rig.url}/?tick=all`)
        await page.getByRole('button', { name: 'Release the ticked' }).click()
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('release 50 results')
        expect(await overflow(page), `together at ${width}`).toBeLessThanOrEqual(0)
      }
      expect(complaints).toEqual([])
    })
  })

  it('releases a clean hold with two clicks, and the second button is in sight without scrolling', async () => {
    await using rig = await startRig()
    const { id } = await rig.deposit()
    await withBrowser(async (browser) => {
      for (const javaScript of [true, false]) {
        const { context, page, complaints } = await visit(browser, { javaScript })
        await page.setViewportSize({ width: 1024, height: 768 })
        await signIn(page, rig)
        await page.getByRole('button', { name: `Review ${id}` }).click()
        const approve = await page.getByRole('button', { name: 'Approve and release' }).boundingBox()
        expect((approve?.y ?? 768) + (approve?.height ?? 0)).toBeLessThanOrEqual(768)
        expect(await page.evaluate(() => window.scrollY).catch(() => 0)).toBe(0)
        expect(complaints).toEqual([])
        if (!javaScript) await page.getByRole('button', { name: 'Approve and release' }).click()
        await context.close()
      }
    })
    expect((await rig.untilState(id, 'released')).decision?.artefacts).toEqual(['scores'])
  })

  it('is gone through by keyboard alone: filter, hold, approve; and ticks, page, release', async () => {
    await using rig = await startRig()
    const { id } = await rig.deposit({ participant: 'larch' })
    const other = await rig.deposit({ participant: 'oak' })
    await withBrowser(async (browser) => {
      const { page } = await visit(browser)
      await signIn(page, rig)
      await tabTo(page, /^Search and filter$/)
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.type('larch')
      await page.keyboard.press('Enter')
      await page.waitForURL(/participant=larch/)
      await tabTo(page, new RegExp(`^Review ${id}$`))
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/holds\//)
      await tabTo(page, /^Approve and release$/)
      await page.keyboard.press('Enter')
      await page.waitForURL(/done=approved/)

      await page.goto(rig.url)
      await tabTo(page, /^Tick the result of oak/)
      await page.keyboard.press('Space')
      await page.keyboard.press('Shift+Tab')
      for (let back = 0; back < 20; back++) {
        if ((await page.evaluate(() => document.activeElement?.textContent)) === 'Release the ticked…') break
        await page.keyboard.press('Shift+Tab')
      }
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/bulk/)
      await tabTo(page, /^Release 1 result$/)
      await page.keyboard.press('Enter')
      await page.getByText('1 released').waitFor()
    })
    await rig.untilState(id, 'released')
    await rig.untilState(other.id, 'released')
  })

  it('says what is new where script is allowed, and moves no line', async () => {
    await using rig = await startRig()
    const { id } = await rig.deposit({ participant: 'larch' })
    await withBrowser(async (browser) => {
      const { page, complaints } = await visit(browser)
      await page.clock.install()
      await signIn(page, rig)
      const policy = (await page.goto(rig.url))?.headers()['content-security-policy']
      expect(policy).toContain("script-src 'self'")
      expect(policy).not.toContain('unsafe')
      const scripts = await page.locator('script').evaluateAll((all) => all.map((script) => script.outerHTML))
      expect(scripts).toEqual([
        expect.stringMatching(
          /^<script type="module" src="\/assets\/inbox-news\.js\?v=[0-9a-f]{16}"><\/script>$/,
        ),
      ])
      const news = page.getByRole('link', { name: /new result/ })
      expect(await news.count()).toBe(0)
      await rig.deposit({ participant: 'oak' })
      await page.clock.fastForward(16_000)
      await news.waitFor()
      expect(await news.textContent()).toBe('1 new result: show')
      expect(await page.getByRole('button', { name: /^Review/ }).count()).toBe(1)
      await news.click()
      await page.getByText('oak').first().waitFor()
      expect(await page.getByRole('button', { name: /^Review/ }).count()).toBe(2)
      expect(await page.getByRole('button', { name: `Review ${id}` }).count()).toBe(1)
      expect(complaints).toEqual([])
    })
  })
})
