import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deflateSync } from 'node:zlib'
import type { BrowserContext, Frame, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { launchBrowser } from '../../../../test/browser-rig.ts'
import { DeskRig, PASSWORD } from '../desk-rig.ts'

/** Whatever a page can do to ask for something, run something or lead away; each at an address of its own. */
function hostilePage(to: string): string {
  return `<!doctype html><title>x</title><base href="${to}/base/">
    <meta http-equiv="refresh" content="0; url=${to}/refresh">
    <link rel=stylesheet href="${to}/style"><link rel=prefetch href="${to}/prefetch"><link rel=icon href="${to}/icon">
    <style>@import "${to}/import"; body { background: url(${to}/background) } a { position: fixed; inset: 0; z-index: 9 }</style>
    <script>document.title='ran'; fetch('${to}/fetch'); parent.document.title='ran'; top.location='${to}/top'</script>
    <img src="${to}/img"><img src=x onerror="fetch('${to}/onerror')"><video src="${to}/video" autoplay></video>
    <iframe src="${to}/frame"></iframe><object data="${to}/object"></object><embed src="${to}/embed">
    <svg onload="fetch('${to}/svg')"><image href="${to}/svgimage"/><foreignObject><img src="${to}/foreign"></foreignObject></svg>
    <form action="${to}/form" id=f><input name=a autofocus onfocus="f.submit()"></form>
    <a href="${to}/click" target=_blank ping="${to}/ping">LINK-OF-THE-RUN</a><p>VISIBLE-WORDS</p>`
}

/** Ends whatever a page around it may have open, and then asks for something. */
function breakOut(to: string): string {
  return `</code></pre></td></summary></title></textarea></script>-->"'><img src=${to}/img onerror="fetch('${to}/onerror')"><script>fetch('${to}/ran')</script>`
}

/** What a file that attacks one view hides or does, and what the view must show of it instead. */
type Attack = {
  readonly path: string
  readonly content: (to: string) => string | Buffer
  /** The view that it attacks; it is opened in the others, too. */
  readonly as: string
  /** Words that stand on the page of that view: nothing of it is hidden. */
  readonly shows: readonly string[]
}

const ATTACKS: readonly Attack[] = [
  {
    path: 'logs/scoring_stdout',
    content: (to) =>
      `\u001b]0;title\u0007\u001b[2J\u202e${breakOut(to)}${hostilePage(to)}\u200b p\u0430ypal\rHIDDEN\n`,
    as: 'text',
    shows: [
      '\\u{1b}]0;title\\u{7}',
      '\\u{202e}',
      '\\u{200b}',
      'p\u0430\\u{430}ypal',
      '\\u{d}HIDDEN',
      '<script>fetch(',
    ],
  },
  {
    path: 'scoring_output/table.csv',
    content: (to) =>
      `name,value\n"=HYPERLINK(""${to}/csv"")",1\n"${breakOut(to).replaceAll('"', '""')}",2\n"@SUM(1)\u202etxt",3\n`,
    as: 'table',
    shows: ['=HYPERLINK(', '2 cells here would run as a formula', '<script>fetch(', '@SUM(1)\\u{202e}txt'],
  },
  {
    path: 'scoring_output/scores.json',
    content: (to) =>
      `{"auc": 0.5, "auc": 0.7, "__proto__": {"x": 1}, "x": ${JSON.stringify(`${breakOut(to)}\u202e`)}}`,
    as: 'tree',
    shows: ['same key again', '__proto__', '<script>fetch(', '\\u{202e}'],
  },
  {
    path: 'scoring_output/tree.yaml',
    content: (to) =>
      `a: &a ["${breakOut(to).replaceAll('"', '')}"]\nb: [*a, *a]\nc: !!js/function "alert(1)"\n`,
    as: 'tree',
    shows: ['*a', '!!js/function', '<script>fetch('],
  },
  {
    path: 'scoring_output/picture.png',
    content: (to) => Buffer.concat([pngWith('tEXt', breakOut(to)), Buffer.from(breakOut(to))]),
    as: 'picture',
    shows: ['There is more in this file than its pixels', 'tEXt', 'after the end'],
  },
  {
    path: 'scoring_output/picture.svg',
    content: (to) =>
      `<svg xmlns="http://www.w3.org/2000/svg" onload="fetch('${to}/svgfile')"><script>fetch('${to}/svgscript')</script><image href="${to}/svgload"/></svg>`,
    as: 'text',
    shows: ['<script>fetch('],
  },
  {
    path: 'scoring_output/detailed_results.html',
    content: hostilePage,
    as: 'rendered',
    shows: ['Scripts are off and nothing is loaded'],
  },
  {
    path: 'scoring_output/bytes.bin',
    content: (to) => Buffer.concat([Buffer.from([0, 255, 27, 91]), Buffer.from(breakOut(to))]),
    as: 'hex',
    shows: ['00 ff 1b 5b', '...[</code></pre'],
  },
  {
    path: `scoring_output/<img src=x onerror=alert(1)> .._'"&amp;.txt`,
    content: () => 'a name that attacks\n',
    as: 'text',
    shows: [`<img src=x onerror=alert(1)> .._'"&amp;.txt`],
  },
]

function corpus(to: string): Record<string, string | Buffer> {
  return Object.fromEntries(ATTACKS.map(({ path, content }) => [path, content(to)]))
}

/** One grey point, and a chunk beside it. */
function pngWith(name: string, text: string): Buffer {
  const chunk = (kind: string, data: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    return Buffer.concat([length, Buffer.from(kind), data, Buffer.alloc(4)])
  }
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
    chunk(name, Buffer.from(text)),
    chunk('IDAT', deflateSync(Buffer.from([0, 128]))),
    chunk('IEND', Buffer.of()),
  ])
}

const VIEWS = ['text', 'table', 'tree', 'picture', 'rendered', 'hex']

/** The control: as a browser opens them by itself, the same files do ask, run and lead away. */
async function expectAttacks(
  context: BrowserContext,
  files: Readonly<Record<string, string | Buffer>>,
  asked: string[],
): Promise<void> {
  const openAs = async (path: string, wrap: (text: string) => string, wanted: string) => {
    const page = await context.newPage()
    await page.setContent(wrap(String(files[path]))).catch(() => undefined) // it may lead away at once
    await expect.poll(() => asked, { timeout: 30_000, message: path }).toContain(wanted)
    await page.close()
  }
  const asIs = (text: string) => text
  await openAs('scoring_output/detailed_results.html', asIs, '/img')
  await openAs('scoring_output/picture.svg', asIs, '/svgscript')
  for (const [path, wrap] of [
    ['logs/scoring_stdout', (text: string) => `<pre>${text}`],
    ['scoring_output/table.csv', (text: string) => `<table><td>${text.replaceAll('""', '"')}`],
    ['scoring_output/scores.json', (text: string) => `<code>${text.replaceAll('\\"', '"')}`],
    ['scoring_output/tree.yaml', (text: string) => `<details><summary>${text}`],
    ['scoring_output/picture.png', (text: string) => `<img alt="${text}">`],
    ['scoring_output/bytes.bin', (text: string) => `<pre><code>${text}`],
  ] as const) {
    asked.length = 0
    await openAs(path, wrap, '/ran')
  }
  asked.length = 0
}

/** The frame of a page of the run has an origin that is nobody's: it reads neither the session nor the page around it. */
async function expectNoSession(page: Page, inside: Frame | undefined): Promise<void> {
  const reach = () => {
    const could: string[] = []
    for (const [name, attempt] of Object.entries({
      cookie: () => document.cookie,
      storage: () => localStorage.length,
      parent: () => window.parent.document.title,
      origin: () => {
        if (window.origin === 'null') throw new Error('no origin')
      },
    }))
      try {
        attempt()
        could.push(name)
      } catch {
        // it could not
      }
    return could
  }
  expect(await inside?.evaluate(reach)).toEqual([])
  // The page around it could each of these.
  expect(await page.evaluate(reach)).toEqual(['cookie', 'storage', 'parent', 'origin'])
}

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
      const apart = await browser.newContext()
      await expectAttacks(apart, files, asked)
      await apart.close()
      const context = await browser.newContext()
      const page = await context.newPage()

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
      for (const { number, path, section } of listed) {
        const attack = ATTACKS.find((one) => one.path === `${section}/${path}`)
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
          if (view !== attack?.as) continue
          const shown = await page.locator('main').innerText()
          for (const words of attack.shows) expect(shown, `${path} as ${view}`).toContain(words)
        }
      }
      const html = listed.find(({ path }) => path === 'detailed_results.html')?.number ?? 0
      await page.goto(`${rig.url}/holds/${id}/files/${html}?as=rendered`, { waitUntil: 'networkidle' })
      const inside = page.frames().find((frame) => frame.url().endsWith('/rendered'))
      expect(await inside?.locator('p').textContent()).toBe('VISIBLE-WORDS')
      await expectNoSession(page, inside)
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
