import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, visit } from './browser-rig.ts'
import { pressTabTo, signInAtDesk } from './desk-steps-rig.ts'
import { leakyRun, startShippedDesk } from './seeded-desk-rig.ts'

/** Opens what a control with this name leads to, by keyboard alone. */
async function follow(page: Page, name: RegExp): Promise<void> {
  await pressTabTo(page, name)
  await page.keyboard.press('Enter')
}

/** What each view must show of the file, so that it is that view and no other. */
const VIEWS = [
  { file: 'scoring_stdout', view: 'Text', shows: ['epoch 3', '\\u{202e}gnp.exe', '\\u{1b}[32mok'] },
  { file: 'per_ward.csv', view: 'Table', shows: ['would run as a formula', 'ward 12'] },
  { file: 'details.json', view: 'Tree', shows: ['"thresholds"', '0.802'] },
  { file: 'config.yaml', view: 'Tree', shows: ['YAML', '*m'] },
  { file: 'curve.png', view: 'Picture', shows: ['drawn anew'] },
  { file: 'detailed_results.html', view: 'Rendered', shows: ['This is how the page wants to look'] },
  { file: 'weights.bin', view: 'Hex', shows: ['00000010'] },
] as const

describe('a reviewer’s day, by keyboard alone', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })

  for (const javaScript of [true, false])
    it(`goes from the inbox to a hold, through each view of its files, to a release and a rejection, ${javaScript ? 'with' : 'without'} script`, async () => {
      await using rig = await startShippedDesk()
      const { id } = await rig.deposit({ participant: 'north-ridge', files: leakyRun() })
      const other = await rig.deposit({ participant: 'blue-lichen', files: leakyRun() })
      const { page, complaints } = await visit(browser, { javaScript })
      await signInAtDesk(page, rig.url)

      await follow(page, new RegExp(`^Review ${id}$`))
      await page.waitForURL(new RegExp(`/holds/${id}`))
      for (const { file, view, shows } of VIEWS) {
        await follow(page, new RegExp(`^View ${file.replace('.', '\\.')}$`))
        await page.getByRole('heading', { name: file, level: 1 }).waitFor()
        await follow(page, new RegExp(`^${view}$`))
        await page.waitForURL(new RegExp(`as=${view.toLowerCase()}`))
        const shown = await page.locator('main').innerText()
        for (const words of shows) expect(shown, `${file} as ${view}`).toContain(words)
        await follow(page, new RegExp(`^Hold ${id}$`))
        await page.waitForURL(new RegExp(`/holds/${id}$`))
      }

      await follow(page, /^View scoring_stdout$/)
      await pressTabTo(page, /^Find$/)
      await page.keyboard.type('nurse-station')
      await page.keyboard.press('Enter')
      await follow(page, /^Line 903$/)
      await page.waitForURL(/#L903$/)
      expect(await page.locator('#L903').innerText()).toContain('nurse-station@hospital.example')
      await follow(page, new RegExp(`^Hold ${id}$`))

      const tickAndApprove = async () => {
        await pressTabTo(page, /^Scoring log: standard error/)
        await page.keyboard.press('Space')
        await follow(page, /^Approve and release$/)
      }
      // Nobody releases what they have not opened.
      await tickAndApprove()
      await page.getByText('You have not seen all of what you would release').waitFor()
      await follow(page, /^Look at it again$/)
      await follow(page, /^View scoring_stderr$/)
      await page.getByText('columns were dropped').waitFor()
      await follow(page, new RegExp(`^Hold ${id}$`))
      await tickAndApprove()
      await page.waitForURL(/done=approved/)
      const released = await rig.untilState(id, 'released')
      expect(released.decision?.artefacts).toEqual(['scores', 'scoring_stderr'])

      await follow(page, /^Inbox$/)
      await follow(page, new RegExp(`^Review ${other.id}$`))
      await page.waitForURL(new RegExp(`/holds/${other.id}`))
      await follow(page, /^Reject$/)
      await pressTabTo(page, /^Reason/)
      await page.keyboard.press('ArrowDown')
      await follow(page, /^Reject$/)
      await page.waitForURL(/done=rejected/)
      expect((await rig.untilState(other.id, 'closed')).decision?.kind).toBe('reject')
      // The browser tells that it ran no script of the run, and the refusal is the one answer that is no success.
      expect(complaints).toEqual([
        expect.stringContaining("the 'allow-scripts' permission is not set"),
        expect.stringContaining('409'),
      ])
    })
})
