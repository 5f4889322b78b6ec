import type { APIRequestContext, Browser } from 'playwright-core'
import { signInAtDesk } from './desk-steps-rig.ts'
import type { SeededDesk } from './seeded-desk-rig.ts'

/** A page of a desk: a short name for it, and its address from `/` on. */
export type DeskPage = { readonly name: string; readonly path: string }

/** So many kinds of pages are no desk's: the links lead in circles. */
const MAX_PAGES = 200

/**
 * Every page of a desk: the states that the seed made, and whatever links lead to from there, one page of each kind. So a
 * new page is looked at as soon as a link leads to it.
 */
export async function listDeskPages(
  browser: Browser,
  { rig, holds, files }: SeededDesk,
): Promise<DeskPage[]> {
  const listed: DeskPage[] = [
    { name: 'inbox', path: '/' },
    { name: 'inbox-nothing-found', path: '/?participant=nobody' },
    { name: 'inbox-ticked', path: '/?tick=all' },
    { name: 'not-found', path: '/holds/NOT-HERE' },
    ...Object.entries(holds).map(([state, id]) => ({ name: `hold-${state}`, path: `/holds/${id}` })),
    ...files.map(({ as, path }) => ({ name: `file-${as.replaceAll(' ', '-')}`, path })),
  ]
  const context = await browser.newContext()
  const page = await context.newPage()
  await signInAtDesk(page, rig.url)
  const kinds = new Set(listed.map(({ path }) => kindOf(path)))
  for (const { path } of listed) {
    if (listed.length > MAX_PAGES) throw new Error('The desk has more kinds of pages than can be looked at.')
    await page.goto(rig.url + path)
    const links = await page
      .locator('a[href]:not([download])')
      .evaluateAll((all) => all.map((link) => (link instanceof HTMLAnchorElement ? link.href : '')))
    for (const link of links) {
      if (!link.startsWith(`${rig.url}/`)) continue
      const { pathname, search } = new URL(link)
      if (kinds.has(kindOf(pathname))) continue
      kinds.add(kindOf(pathname))
      const target = await targetOf(context.request, rig.url + pathname + search)
      const kind = target && kindOf(target)
      if (target === undefined || kind === undefined || (kind !== kindOf(pathname) && kinds.has(kind)))
        continue
      kinds.add(kind)
      listed.push({ name: kind.replace(/^\//, '').replaceAll(/[/:]+/g, '-'), path: target })
    }
  }
  await context.close()
  return listed
}

/** The address without what names one hold, file, month or check of many. */
function kindOf(path: string): string {
  return path
    .replace(/[?#].*$/s, '')
    .replace(/^\/holds\/[^/]+/, '/holds/:id')
    .replace(/\/files\/\d+/, '/files/:n')
    .replace(/^\/report\/.+/, '/report/:month')
    .replace(/^\/checks\/.+/, '/checks/:name')
    .replaceAll(/\/\d+(?=\/|$)/g, '/:number')
}

/** The address, from `/` on, of the page to which a link leads in the end; undefined where that is no page. */
async function targetOf(request: APIRequestContext, link: string): Promise<string | undefined> {
  const answer = await request.get(link)
  const isPage = answer.ok() && (answer.headers()['content-type'] ?? '').startsWith('text/html')
  const { pathname, search } = new URL(answer.url())
  return isPage ? pathname + search : undefined
}
