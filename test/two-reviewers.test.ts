import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TWO } from '../packages/desk/src/approvals/approvals-rig.ts'
import { launchBrowser, overflow, visit } from './browser-rig.ts'
import { signInAtDesk } from './desk-steps-rig.ts'
import { startShippedDesk } from './seeded-desk-rig.ts'

const NOTE = 'the words of the first reviewer'

/** Goes from the inbox to a hold, by what the inbox offers. */
async function openHold(page: Page, id: string): Promise<void> {
  await page.getByRole('button', { name: `Review ${id}` }).click()
  await page.getByRole('heading', { name: 'Your decision' }).waitFor()
  expect(await overflow(page)).toBe(0)
}

describe('two reviewers who decide one hold, without script', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })

  for (const size of [
    { width: 1024, height: 768 },
    { width: 360, height: 740 },
  ])
    it(`wait for each other, the second blind, and then release, at ${size.width} px`, async () => {
      await using rig = await startShippedDesk(TWO)
      const { id } = await rig.deposit()
      const first = await visit(browser, { javaScript: false })
      await first.page.setViewportSize(size)
      await signInAtDesk(first.page, rig.url, 'first-reviewer')
      await openHold(first.page, id)
      await first.page.getByText('Two reviewers must approve').waitFor()
      await first.page.getByText('What they will read; add a note').click()
      await first.page.getByLabel('Note for this site’s record').first().fill(NOTE)
      await first.page.getByRole('button', { name: 'Approve, as the first of two' }).click()
      await first.page.getByText('Nothing leaves before a second reviewer approves').waitFor()
      // They read what they gave, can take it back, and have nothing to tick any more.
      await first.page.getByRole('button', { name: 'Withdraw my approval' }).waitFor()
      await first.page.getByText(NOTE).waitFor()
      expect(await first.page.getByRole('checkbox').count()).toBe(0)
      expect(await overflow(first.page)).toBe(0)
      expect((await rig.show(id)).state).toBe('awaiting')

      const second = await visit(browser, { javaScript: false })
      await second.page.setViewportSize(size)
      await signInAtDesk(second.page, rig.url, 'second-reviewer')
      await openHold(second.page, id)
      await second.page.getByText('Approved by a first reviewer').waitFor()
      expect(await second.page.content()).not.toContain(NOTE)
      await second.page.getByRole('button', { name: 'Approve and release' }).click()
      await second.page.waitForURL(/done=approved/)
      await rig.untilState(id, 'released')
      await second.page.reload()
      await second.page.getByText(NOTE).waitFor()
      expect(await overflow(second.page)).toBe(0)
      expect(rig.platform.statements.at(-1)?.predicate.decision).toMatchObject({
        reviewer: 'second-reviewer',
        first: { reviewer: 'first-reviewer' },
      })
      expect([...first.complaints, ...second.complaints]).toEqual([])
    })
})

describe('a clean hold', () => {
  it('is decided in two clicks from the inbox, with all that is needed in sight at 1024 by 768', async () => {
    const browser = await launchBrowser()
    try {
      await using rig = await startShippedDesk()
      const { id } = await rig.deposit()
      const { page } = await visit(browser)
      await page.setViewportSize({ width: 1024, height: 768 })
      await signInAtDesk(page, rig.url)
      await openHold(page, id)
      for (const shown of [
        page.getByRole('table', { name: /Scores as written/ }),
        page.getByText('No findings', { exact: true }),
        page.getByRole('group', { name: 'Only what is ticked leaves' }),
        page.locator('.time-left'),
        page.getByRole('button', { name: 'Approve and release' }),
        page.locator('summary', { hasText: 'Reject' }),
      ]) {
        const box = await shown.boundingBox()
        expect(box?.y).toBeGreaterThanOrEqual(0)
        expect((box?.y ?? 0) + (box?.height ?? Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(768)
      }
      const scrolling = await page.locator('main *').evaluateAll((all) =>
        all
          .filter((one) => /auto|scroll/.test(getComputedStyle(one).overflowY))
          .filter((one) => one.clientHeight > 0 && one.scrollHeight > one.clientHeight + 1)
          .map((one) => one.className),
      )
      expect(scrolling).toEqual([])
      await page.getByRole('button', { name: 'Approve and release' }).click()
      await page.waitForURL(/done=approved/)
      await rig.untilState(id, 'released')
    } finally {
      await browser.close()
    }
  })
})
