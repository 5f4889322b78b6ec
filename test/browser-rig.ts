import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** Debian's Chromium, headless; it makes no connections of its own. `more` are further options of its command line. */
export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
}

/** Somebody at a browser of their own, and everything that went wrong on their pages. */
export type Visitor = { readonly context: BrowserContext; readonly page: Page; readonly complaints: string[] }

/** Opens a browser window; `complaints` collects script errors, policy violations and requests that leave the sites. */
export async function visit(browser: Browser, given: { javaScript?: boolean } = {}): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    deviceScaleFactor: 2,
    javaScriptEnabled: given.javaScript ?? true,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`script error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && !['localhost', '127.0.0.1'].includes(hostname)) {
      complaints.push(`request to ${hostname}`)
    }
  })
  return { context, page, complaints }
}

/** Where pictures go: the docs when they are made anew, otherwise nowhere. */
const picturesFolder = process.env['SCOREGATE_PICTURES']

/** Takes a picture of what is in view, or of the whole page. */
export async function picture(page: Page, name: string, given: { fullPage?: boolean } = {}): Promise<void> {
  if (picturesFolder === undefined) return
  await mkdir(picturesFolder, { recursive: true })
  await page.screenshot({
    path: join(picturesFolder, `${name}.png`),
    fullPage: given.fullPage ?? false,
    animations: 'disabled',
    scale: 'css',
  })
}

/** How far the page is wider than its window, in pixels; a page that fits says 0. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}
