import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FileViewKind } from '@scoregate/protocol/audit'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../../test/browser-rig.ts'
import type { Ending } from '../case.ts'
import type { JobResult, Stage } from './stage.ts'

/** A reviewer's browser, for which every other name than this machine's own leads to one listener. */
export type ReviewingBrowser = AsyncDisposable & {
  readonly page: Page
  /** What the listener got since it was last asked: a line for each request, and each dialog that a page opened. */
  arrived(): Promise<string[]>
}

/** Starts a real Chromium; nothing that it asks of the world outside gets further than the listener. */
export async function openReviewingBrowser(): Promise<ReviewingBrowser> {
  let lines: string[] = []
  const listener = createServer((request, response) => {
    lines.push(`${request.method} ${request.headers.host}${request.url}`)
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      if (parts.length > 0)
        lines.push(`body for ${request.headers.host}: ${Buffer.concat(parts).toString('latin1')}`)
      response
        .writeHead(200, { 'content-type': 'text/html', 'access-control-allow-origin': '*' })
        .end('<p>here</p>')
    })
  })
  const port = await listen(listener)
  const browser = await launchBrowser([`--host-resolver-rules=MAP * 127.0.0.1:${port}, EXCLUDE 127.0.0.1`])
  const context = await browser.newContext()
  context.on('page', (opened) => {
    opened.on('dialog', (dialog) => {
      lines.push(`dialog: ${dialog.message()}`)
      dialog.dismiss().catch(() => undefined) // the page may be gone with its dialog
    })
  })
  const page = await context.newPage()
  let fences = 0

  return {
    page,
    async arrived() {
      // Whatever was asked for before this arrives before it: a condition to wait for, and no time.
      fences += 1
      const fence = `fence-${fences}.example`
      const last = await context.newPage()
      await last.goto(`http://${fence}/`)
      await last.close()
      // A browser asks for things of its own (names without a dot, its maker's servers); what the pages ask for has this end.
      const all = lines.filter((line) => /\.example|^dialog/.test(line) && !/fence-|favicon\.ico/.test(line))
      lines = []
      return all
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      listener.closeAllConnections()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

/**
 * Plays a job and shows what it left to a reviewer in a browser: inbox, hold, each file in every view, each file by its
 * own address. What the pages ask for elsewhere has crossed. First, as the control, the same browser opens the same
 * files as pages of another site: there, at least `reaches` names must be asked for.
 */
export async function showToReviewer(stage: Stage, given: { readonly reaches: number }): Promise<Ending> {
  const result = await stage.result(await stage.submit())
  if (result.kind === 'not-run') throw new Error(`The job was not run: ${result.reason}.`)
  await using browser = await openReviewingBrowser()
  await openUnguarded(stage, browser, result, given.reaches)
  await signIn(stage, browser.page)
  await visitDesk(stage, browser.page, result)
  for (const line of await browser.arrived()) stage.site.boundary.cross('network', line, result.job.jobId)
  const hold = await stage.site.reviewer.show(result.hold.id)
  if (hold.state !== 'awaiting') throw new Error(`A page made the hold ${hold.state}.`)
  await stage.decide(result, 'reject')
  return 'contained'
}

type Held = Extract<JobResult, { kind: 'held' }>

/** The control: what the files do where nothing keeps them from it. */
async function openUnguarded(
  stage: Stage,
  browser: ReviewingBrowser,
  { hold }: Held,
  reaches: number,
): Promise<void> {
  const bytes = await stage.site.reviewer.files(hold)
  const types: Record<string, string> = {
    html: 'text/html',
    svg: 'image/svg+xml',
    xhtml: 'application/xhtml+xml',
  }
  const pages = hold.files.flatMap(({ path }, at) => {
    const type = types[path.split('.').at(-1) ?? '']
    return type === undefined ? [] : [{ type, content: bytes[at] ?? Buffer.of() }]
  })
  const server = createServer((request, response) => {
    const page = pages[Number(request.url?.slice(1))]
    response
      .writeHead(page === undefined ? 404 : 200, { 'content-type': page?.type ?? 'text/plain' })
      .end(page?.content)
  })
  const port = await listen(server)
  const hosts = new Set<string>()
  for (const at of pages.keys()) {
    // A page may lead away while it loads.
    await browser.page.goto(`http://127.0.0.1:${port}/${at}`).catch(() => undefined)
    for (const line of await browser.arrived()) hosts.add(/[\w-]+\.example/.exec(line)?.[0] ?? line)
  }
  await browser.page.goto('about:blank')
  await browser.arrived()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  if (hosts.size < reaches) {
    throw new Error(`Opened as pages, the files reach ${[...hosts].sort().join(', ') || 'nothing'} only.`)
  }
}

/** Signs in by the form, as a person does. */
export async function signIn(stage: Stage, page: Page): Promise<void> {
  const { username, password } = stage.site.credentials
  await page.goto(`${stage.site.deskUrl()}/sign-in`)
  await page.fill('input[name=username]', username)
  await page.fill('input[name=password]', password)
  await Promise.all([page.waitForURL(`${stage.site.deskUrl()}/`), page.click('button[type=submit]')])
}

async function visitDesk(stage: Stage, page: Page, { hold }: Held): Promise<void> {
  const desk = stage.site.deskUrl()
  const files = hold.files.map(({ number }) => `/holds/${hold.id}/files/${number}`)
  const views = files.flatMap((file) => FileViewKind.options.map((view) => `${file}?as=${view}`))
  const shown = ['/', `/holds/${hold.id}`, ...views]
  for (const path of shown) {
    const answer = await page.goto(desk + path)
    if (answer?.status() !== 200) throw new Error(`The desk answered ${path} with ${answer?.status()}.`)
  }
  const raw = hold.files.flatMap(({ number }) => [
    `/holds/${hold.id}/files/${number}/download`,
    `/holds/${hold.id}/files/${number}/rendered`,
    `/holds/${hold.id}/files/${number}/picture.png`,
    `/api/holds/${hold.id}/files/${number}`,
  ])
  for (const path of raw) {
    // In a tab of its own, as a careless reviewer would: it must become a download, which ends the navigation.
    const tab = await page.context().newPage()
    await tab.goto(desk + path).catch(() => undefined)
    await tab.close()
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port // it listens on a port, not on a pipe
}
