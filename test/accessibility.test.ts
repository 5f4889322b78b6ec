import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  findViolations,
  namelessControls,
  smallTargets,
  unfold,
  walkByKeyboard,
} from './accessibility-rig.ts'
import { launchBrowser, overflow } from './browser-rig.ts'
import { type DeskPage, listDeskPages } from './desk-pages-rig.ts'
import { signInAtDesk } from './desk-steps-rig.ts'
import { type SeededDesk, seedDesk, startShippedDesk } from './seeded-desk-rig.ts'

/** More stops than this are rows of a table, each like the other. */
const MOST_STOPS = 60

describe('every page of the desk', () => {
  let browser: Browser
  let desk: SeededDesk
  let pages: readonly DeskPage[]
  beforeAll(async () => {
    browser = await launchBrowser()
    desk = await seedDesk(await startShippedDesk())
    pages = await listDeskPages(browser, desk)
  })
  afterAll(async () => {
    await browser?.close()
    await desk?.rig[Symbol.asyncDispose]()
  })

  /** Looks at each page, signed in but on the page for signing in, and collects what is wrong with it. */
  async function onEachPage(
    given: { colorScheme?: 'light' | 'dark'; width?: number },
    look: (page: Page) => Promise<readonly string[]>,
  ): Promise<string[]> {
    const context = await browser.newContext({
      colorScheme: given.colorScheme ?? 'light',
      reducedMotion: 'reduce',
      viewport: { width: given.width ?? 1280, height: 860 },
    })
    const page = await context.newPage()
    const wrong: string[] = []
    const lookAt = async ({ name, path }: DeskPage) => {
      await page.goto(desk.rig.url + path)
      for (const found of await look(page)) wrong.push(`${name}: ${found}`)
    }
    await lookAt({ name: 'sign-in', path: '/sign-in' })
    await signInAtDesk(page, desk.rig.url)
    for (const one of pages) await lookAt(one)
    await context.close()
    return wrong
  }

  it('is found by following links, each kind once', () => {
    const names = pages.map(({ name }) => name)
    for (const name of [
      'inbox',
      'decided',
      'failed',
      'hold-findings',
      'file-table',
      'workers',
      'audit',
      'report-month',
      'notices',
      'site',
      'checks',
      'checks-name',
    ])
      expect(names).toContain(name)
    expect(new Set(names).size).toBe(names.length)
  })

  for (const colorScheme of ['light', 'dark'] as const)
    it(`breaks no rule of WCAG 2.2 A and AA in ${colorScheme}`, async () => {
      expect(await onEachPage({ colorScheme }, findViolations)).toEqual([])
    })

  it('is audited by an engine that would see a fault', async () => {
    const page = await browser.newPage()
    await page.setContent(
      '<html><body><img src="data:,"><input><p style="color:#999;background:#aaa">x</p></body></html>',
    )
    const found = (await findViolations(page)).map((one) => one.replace(/:.*/s, ''))
    expect(found).toEqual(
      expect.arrayContaining(['img_alt_valid', 'input_label_exists', 'text_contrast_sufficient']),
    )
    await page.close()
  })

  it('names every control', async () => {
    expect(await onEachPage({}, namelessControls)).toEqual([])
  })

  it('can be walked through by keyboard, in the order of the page, and the focus is always seen', async () => {
    const wrong = await onEachPage({}, async (page) => {
      const stops = await walkByKeyboard(page, MOST_STOPS)
      if (!(stops[0]?.words ?? '').includes('skip-link')) return ['the first stop is not the skip link']
      return stops
        .filter(({ isShown, isInOrder }) => !isShown || !isInOrder)
        .map(({ words, isShown }) => `${isShown ? 'out of order' : 'focus not seen'}: ${words}`)
    })
    expect(wrong).toEqual([])
  })

  it('has a skip link that is seen when it has the focus and leads to the content', async () => {
    const wrong = await onEachPage({}, async (page) => {
      await page.keyboard.press('Tab')
      const box = await page.locator('.skip-link').boundingBox()
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => document.activeElement?.id === 'main')
      return box !== null && box.y >= 0 && box.height > 20 ? [] : [JSON.stringify(box)]
    })
    expect(wrong).toEqual([])
  })

  it('has targets that can be hit, at a desk and on a telephone', async () => {
    for (const width of [360, 1280])
      expect(
        await onEachPage({ width }, async (page) => {
          await unfold(page)
          return smallTargets(page)
        }),
        `at ${width} px`,
      ).toEqual([])
  })

  it('fits a window of 320 pixels, and one whose text is twice as large', async () => {
    const wider = async (page: Page) => {
      const by = await overflow(page)
      return by > 0 ? [`${by} px too wide`] : []
    }
    expect(await onEachPage({ width: 320 }, wider), 'at 320 px').toEqual([])
    expect(
      await onEachPage({ width: 1280 }, async (page) => {
        await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'))
        return wider(page)
      }),
      'at 200 %',
    ).toEqual([])
  })
})
