import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { launchBrowser, overflow } from './browser-rig.ts'
import { listDeskPages } from './desk-pages-rig.ts'
import { signInAtDesk } from './desk-steps-rig.ts'
import { seedHoldStates } from './hold-states-rig.ts'
import { seedDesk, startShippedDesk } from './seeded-desk-rig.ts'

/**
 * Takes a picture of every page of the desk, at three widths, in light and dark, of a desk with all that a reviewer may
 * meet, of an empty one, of one with a thousand holds, and of a hold in each of its states: `npm run screenshots`, then look. The folder is not committed.
 */
const WIDTHS = [360, 1024, 1600]
const folder = resolve(process.argv[2] ?? 'test-results/pictures')
const only = process.argv[3]

async function takePictures(
  browser: Browser,
  url: string,
  pages: readonly { name: string; path: string }[],
  by?: string,
) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' })
    const page = await context.newPage()
    await signInAtDesk(page, url, by)
    for (const { name, path } of pages) {
      if (only !== undefined && !name.includes(only)) continue
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 860 })
        await page.goto(url + path)
        const wider = await overflow(page)
        if (wider > 0) process.stdout.write(`${name} is ${wider} px wider than ${width} px\n`)
        const path_ = join(folder, `${name}-${width}-${colorScheme}.png`)
        await page.screenshot({ path: path_, fullPage: width !== 1024, animations: 'disabled' })
      }
    }
    await context.close()
  }
}

await mkdir(folder, { recursive: true })
const browser = await launchBrowser()
try {
  {
    await using rig = await startShippedDesk()
    await takePictures(browser, rig.url, [{ name: 'empty-inbox', path: '/' }])
    const seeded = await seedDesk(rig)
    await takePictures(browser, rig.url, await listDeskPages(browser, seeded))
    await rig.copyHold(seeded.holds.long, 1000)
    await takePictures(browser, rig.url, [
      { name: 'thousand-inbox', path: '/' },
      { name: 'thousand-ticked', path: '/?tick=all' },
    ])
  }
  {
    const { rig: desk, states } = await seedHoldStates()
    await using rig = desk
    for (const by of new Set(states.map((state) => state.by))) {
      const own = states.filter((state) => state.by === by)
      const pages = own.map(({ name, id }) => ({ name: `state-${name}`, path: `/holds/${id}` }))
      await takePictures(browser, rig.url, pages, by)
    }
  }
} finally {
  await browser.close()
}
process.stdout.write(`The pictures are in ${folder}.\n`)
