import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { galleryPage } from './gallery.tsx'
import { longTextPage } from './gallery-long-text.tsx'
import { isAssetName, readAsset } from './stylesheet.ts'

const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'"

/** A folder in which to keep the pictures, to look at them. */
const PICTURES_KEPT = process.env['SCOREGATE_GALLERY_PICTURES']

let server: Server
let browser: Browser
let origin: string
let pictures: string

beforeAll(async () => {
  server = createServer((request, response) => {
    respond(new URL(request.url ?? '/', 'http://gallery')).then(
      ({ body, contentType }) =>
        response.writeHead(200, { 'content-type': contentType, 'content-security-policy': POLICY }).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the gallery server has no port')
  origin = `http://127.0.0.1:${address.port}`
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  pictures =
    process.env['SCOREGATE_GALLERY_PICTURES'] ?? (await mkdtemp(join(tmpdir(), 'scoregate-gallery-')))
})

afterAll(async () => {
  await browser?.close()
  await new Promise((resolve) => server.close(resolve))
  if (PICTURES_KEPT === undefined) await rm(pictures, { recursive: true, force: true })
})

async function respond(url: URL): Promise<{ body: string | Uint8Array; contentType: string }> {
  const name = url.pathname.replace('/assets/', '')
  if (isAssetName(name)) return readAsset(name)
  if (url.pathname === '/long') {
    const body = await longTextPage({ site: 'desk', stylesheetHref: '/assets/scoregate.css' })
    return { body, contentType: 'text/html; charset=utf-8' }
  }
  const site = url.pathname === '/desk' ? 'desk' : 'hub'
  const theme = url.searchParams.get('theme')
  return {
    body: await galleryPage({
      site,
      stylesheetHref: '/assets/scoregate.css',
      theme: theme === 'dark' || theme === 'light' ? theme : undefined,
    }),
    contentType: 'text/html; charset=utf-8',
  }
}

describe('the gallery in a browser', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (const width of [360, 768, 1280, 1920]) {
      it(`fits ${width} pixels in ${theme}, under the strict content policy`, async () => {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: theme })
        try {
          const complaints: string[] = []
          page.on('console', (message) => complaints.push(message.text()))
          page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`))
          const site = width === 768 || width === 1920 ? 'hub' : 'desk'
          await page.goto(`${origin}/${site}`, { waitUntil: 'load' })
          await page.evaluate(() => document.fonts.ready)
          await page.screenshot({ path: join(pictures, `${site}-${theme}-${width}.png`), fullPage: true })
          expect(complaints).toEqual([])
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
          expect(await page.evaluate(() => document.fonts.check('16px "Inter Variable"'))).toBe(true)
        } finally {
          await page.close()
        }
      })
    }
  }

  it.each([360, 1280])('does not widen a page of %i pixels for words of 10,000 signs', async (width) => {
    const page = await browser.newPage({ viewport: { width, height: 900 } })
    try {
      await page.goto(`${origin}/long`)
      const wide = await page.evaluate(() =>
        document.documentElement.scrollWidth <= window.innerWidth
          ? []
          : [...document.querySelectorAll('body *')]
              .filter((part) => part.getBoundingClientRect().right > window.innerWidth)
              .map((part) => part.className)
              .slice(0, 12),
      )
      expect(wide).toEqual([])
      const cells = await page.locator('.cell').evaluateAll((all) => all.map((cell) => cell.clientWidth))
      expect(Math.max(...cells)).toBeLessThan(1000)
    } finally {
      await page.close()
    }
  })

  it('follows data-theme against the system', async () => {
    const page = await browser.newPage({ colorScheme: 'light' })
    try {
      const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
      await page.goto(`${origin}/hub`)
      const light = await ground()
      await page.goto(`${origin}/hub?theme=dark`)
      expect(await ground()).not.toBe(light)
    } finally {
      await page.close()
    }
  })

  it('leads the first Tab to the skip link, and from there to the content', async () => {
    const page = await browser.newPage()
    try {
      await page.goto(`${origin}/desk`)
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe(
        'Skip to the content',
      )
      await page.keyboard.press('Enter')
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
    } finally {
      await page.close()
    }
  })

  it('gives every input a name that a screen reader can say', async () => {
    const page = await browser.newPage()
    try {
      await page.goto(`${origin}/desk`)
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
          .filter((input) => !('labels' in input) || (input.labels as NodeList | null)?.length !== 1)
          .map((input) => input.outerHTML),
      )
      expect(nameless).toEqual([])
    } finally {
      await page.close()
    }
  })
})
