import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { launchBrowser } from '../../../../test/browser-rig.ts'
import { DeskRig, PASSWORD } from '../desk-rig.ts'

/** Whatever a page can do to ask for something, run something or lead away; each at an address of its own. */
function corpus(to: string): Record<string, string> {
  const page = `<!doctype html><title>x</title><base href="${to}/base/">
    <meta http-equiv="refresh" content="0; url=${to}/refresh">
    <link rel=stylesheet href="${to}/style"><link rel=prefetch href="${to}/prefetch"><link rel=icon href="${to}/icon">
    <style>@import "${to}/import"; body { background: url(${to}/background) } a { position: fixed; inset: 0; z-index: 9 }</style>
    <script>document.title='ran'; fetch('${to}/fetch'); parent.document.title='ran'; top.location='${to}/top'</script>
    <img src="${to}/img"><img src=x onerror="fetch('${to}/onerror')"><video src="${to}/video" autoplay></video>
    <iframe src="${to}/frame"></iframe><object data="${to}/object"></object><embed src="${to}/embed">
    <svg onload="fetch('${to}/svg')"><image href="${to}/svgimage"/><foreignObject><img src="${to}/foreign"></foreignObject></svg>
    <form action="${to}/form" id=f><input name=a autofocus onfocus="f.submit()"></form>
    <a href="${to}/click" target=_blank ping="${to}/ping">LINK-OF-THE-RUN</a><p>VISIBLE-WORDS</p>`
  const breakOut = '</code></pre></td></summary></title></textarea></script>-->"\'>'
  return {
    'scoring_output/scores.json': `{"auc": 0.5, "auc": 0.7, "x": "${breakOut.replaceAll('"', '\\"')}<img src=${to}/json>"}`,
    'scoring_output/detailed_results.html': page,
    'scoring_output/picture.svg': `<svg xmlns="http://www.w3.org/2000/svg" onload="fetch('${to}/svgfile')"><script>fetch('${to}/svgscript')</script><image href="${to}/svgload"/></svg>`,
    'scoring_output/table.csv': `name,value\n"=HYPERLINK(""${to}/csv"")",1\n"${breakOut}<img src=${to}/cell>",2\n`,
    'scoring_output/tree.yaml': `a: &a ["${breakOut.replaceAll('"', '')}<img src=${to}/yaml>"]\nb: [*a,*a]\n`,
    'logs/scoring_stdout': `\u001b]0;title\u0007\u001b[2J\u202e${breakOut}${page}\u200b p\u0430ypal\n`,
  }
}

const VIEWS = ['text', 'table', 'tree', 'picture', 'rendered', 'hex']

describe('a hostile corpus in a browser', () => {
  it('runs nothing, asks for nothing and hides nothing in any view; as pages, the same files do', async () => {
    const asked: string[] = []
    const listener = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(200, { 'content-type': 'text/html', 'access-control-allow-origin': '*' }).end('here')
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const to = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
    const files = corpus(to)
    await using rig = await DeskRig.start()
    const { id } = await rig.deposit({ files })
    const browser = await launchBrowser()
    try {
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.setContent(files['scoring_output/detailed_results.html'] ?? '')
      await expect.poll(() => new Set(asked).size, { timeout: 30_000 }).toBeGreaterThan(5)
      await page.goto('about:blank')
      await page.waitForLoadState('networkidle')
      asked.length = 0

      const away: string[] = []
      // What a policy blocks is told as a request, too, and then as failed: what matters is what got an answer.
      context.on('requestfinished', (request) => {
        if (!request.url().startsWith(rig.url) && !request.url().startsWith('data:')) away.push(request.url())
      })
      context.on('page', (opened) => away.push(`opened ${opened.url()}`))
      await page.goto(`${rig.url}/sign-in`)
      await page.fill('input[name=username]', 'first-reviewer')
      await page.fill('input[name=password]', PASSWORD)
      await Promise.all([page.waitForURL(`${rig.url}/`), page.click('button[type=submit]')])
      const { files: listed } = await rig.show(id)
      for (const { number, path } of listed) {
        for (const view of VIEWS) {
          await page.goto(`${rig.url}/holds/${id}/files/${number}?as=${view}`, { waitUntil: 'networkidle' })
          const title = await page.title()
          expect(title, `${path} as ${view}`).toContain(path)
          expect(title).not.toContain('ran')
          expect(
            await page
              .locator('main img:not(.run-picture), main script, main svg[onload], main form#f')
              .count(),
          ).toBe(0)
        }
      }
      const html = listed.find(({ path }) => path === 'detailed_results.html')?.number ?? 0
      await page.goto(`${rig.url}/holds/${id}/files/${html}?as=rendered`, { waitUntil: 'networkidle' })
      const inside = page.frames().find((frame) => frame.url().endsWith('/rendered'))
      expect(await inside?.locator('p').textContent()).toBe('VISIBLE-WORDS')
      // A click lands on the page around it, and no key gets in.
      const box = await page.locator('iframe').boundingBox()
      await page.mouse.click((box?.x ?? 0) + 50, (box?.y ?? 0) + 50, { modifiers: ['Control'] } as never)
      await page.mouse.click((box?.x ?? 0) + 50, (box?.y ?? 0) + 50, { button: 'middle' })
      for (let press = 0; press < 40; press += 1) await page.keyboard.press('Tab')
      expect(await inside?.evaluate(() => document.activeElement?.tagName)).toBe('BODY')

      const tab = await context.newPage()
      away.pop()
      await tab.goto(`${rig.url}/holds/${id}/files/${html}/rendered`, { waitUntil: 'networkidle' })
      expect(tab.url()).toBe(`${rig.url}/holds/${id}/files/${html}?as=rendered`)
      expect(away).toEqual([])
      expect(asked).toEqual([])
    } finally {
      await browser.close()
      listener.closeAllConnections()
      listener.close()
    }
  })

  it('is served so that its page has no origin, in a frame and out of it', async () => {
    await using rig = await DeskRig.start()
    const browser = await rig.signIn()
    const { id } = await rig.deposit()
    const number = (await rig.show(id)).files.find(({ path }) => path.endsWith('.html'))?.number
    const plain = await browser.get(`/holds/${id}/files/${number}/rendered`)
    expect(plain.status).toBe(303)
    const framed = await browser.get(`/holds/${id}/files/${number}/rendered`, { 'sec-fetch-dest': 'iframe' })
    const policy = framed.headers.get('content-security-policy') ?? ''
    for (const part of [
      'sandbox;',
      "default-src 'none'",
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'self'",
    ])
      expect(policy).toContain(part)
    expect(policy).not.toContain('allow-')
    expect(framed.headers.get('x-content-type-options')).toBe('nosniff')
    expect(framed.headers.get('referrer-policy')).toBe('no-referrer')
    const around = await (await browser.get(`/holds/${id}/files/${number}?as=rendered`)).text()
    expect(around).toMatch(/<iframe [^>]*sandbox=""/)
    expect(around).toContain('tabindex="-1"')
  })
})
