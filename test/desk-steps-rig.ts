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
