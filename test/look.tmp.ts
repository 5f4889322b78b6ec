import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { DeskRig } from '../packages/desk/src/desk-rig.ts'
import { startDesk } from '../packages/desk/src/start-desk.ts'
import { launchBrowser } from './browser-rig.ts'
const rig = await DeskRig.start({ startWith: (config) => startDesk({ ...config, islandsFolder: fileURLToPath(new URL('../dist/islands/', import.meta.url)), log: pino({ level: 'silent' }) }) })
const a = await rig.deposit({ participant: 'team-larch' })
await rig.deposit({ refusals: [{ kind: 'symbolic-link', section: 'scoring_output', shownPath: 'x' }], participant: 'a-participant-with-a-very-long-name-that-goes-on-and-on-for-ever', competition: {id: 4, title: 'A very long title of a competition about the early detection of a rare condition in intensive care units of several hospitals'} })
for (let i = 0; i < 8; i++) await rig.deposit({ participant: `team-${i}` })
await rig.api(`/api/holds/${a.id}/claim`, {}, 'second-reviewer')
const browser = await launchBrowser()
for (const [w, h, scheme] of [[1024, 768, 'light'], [360, 740, 'light'], [1600, 900, 'dark']] as const) {
  const context = await browser.newContext({ viewport: { width: w, height: h }, colorScheme: scheme })
  const page = await context.newPage()
  await page.goto(`${rig.url}/sign-in/link?token=link-token`)
  if (page.url().includes('sign-in')) { await page.goto(`${rig.url}/sign-in`); await page.fill('[name=username]', 'first-reviewer'); await page.fill('[name=password]', 'a long enough password'); await page.click('main button') }
  await page.goto(`${rig.url}/?tick=all`)
  await page.screenshot({ path: `/tmp/inbox-look/inbox-${w}.png` })
  await page.goto(`${rig.url}/?participant=team&older=2h`)
  await page.screenshot({ path: `/tmp/inbox-look/empty-${w}.png` })
  await page.goto(`${rig.url}/?participant=team`)
  await page.screenshot({ path: `/tmp/inbox-look/filter-${w}.png`, fullPage: w === 360 })
  await page.goto(`${rig.url}/?tick=all`)
  await page.click('text=Release the ticked')
  await page.screenshot({ path: `/tmp/inbox-look/bulk-${w}.png` })
  await page.goto(`${rig.url}/holds/${a.id}`)
  await page.screenshot({ path: `/tmp/inbox-look/hold-${w}.png` })
  const box = await page.getByRole('button', { name: 'Approve and release' }).boundingBox()
  process.stdout.write(`${w} approve ${JSON.stringify(box)} overflow ${await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)}\n`)
  await context.close()
}
await browser.close()
await rig[Symbol.asyncDispose]()
