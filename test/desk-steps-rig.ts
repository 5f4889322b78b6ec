import type { Page } from 'playwright-core'
import { PASSWORD } from '../packages/desk/src/desk-rig.ts'

/** Signs a reviewer of the rig in at a desk. */
export async function signInAtDesk(page: Page, url: string, username = 'first-reviewer'): Promise<void> {
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('Name').fill(username)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
}

/** More stops than this lie before nothing that a page offers. */
const MOST_STOPS = 150

/** Presses Tab until what has this name has the focus, as somebody without a mouse does. */
export async function pressTabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < MOST_STOPS; presses++) {
    await page.keyboard.press('Tab')
    if (name.test(await focusedName(page))) return
  }
  throw new Error(`The keyboard does not reach ${name}.`)
}

/** The name of what has the focus, as a screen reader says it. */
async function focusedName(page: Page): Promise<string> {
  const focused = page.locator(':focus')
  // At its end the page hands the focus to the browser.
  if ((await focused.count()) === 0) return ''
  // A page that comes in parts may have taken the focus away meanwhile; then the next press finds another.
  const snapshot = await focused.ariaSnapshot({ timeout: 3000 }).catch(() => '')
  const [first = ''] = snapshot.split('\n')
  const words = /^- text: (.*)$/.exec(first)?.[1]
  return words ?? String(JSON.parse(/^- '?[a-z]+ ("(?:[^"\\]|\\.)*")/.exec(first)?.[1] ?? '""'))
}
