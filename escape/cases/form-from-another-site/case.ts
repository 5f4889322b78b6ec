import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EscapeCase } from '../../case.ts'
import { heldRun, must } from '../../rig/desk-requests.ts'
import { openReviewingBrowser, signIn } from '../../rig/reviewing-browser.ts'
import type { Stage } from '../../rig/stage.ts'

export const attack: EscapeCase = {
  id: 'form-from-another-site',
  family: 30,
  tries:
    "Has the browser of a reviewer who is signed in send an approval from another site's page: as a form, as a request, in a frame, on the same host.",
  plants: 'Labels in the output.',
  defence:
    "A form of the desk carries a word of the session, the session's cookie is for the desk's own pages, and the desk is in nobody's frame.",
  expect: 'contained',
  quick: true,
  control: { notApplicable: "What is attacked, a reviewer's browser, does not exist there." },
  act: playForm,
}

async function playForm(stage: Stage): Promise<'contained'> {
  const { site } = stage
  const { hold } = await heldRun(stage)
  const approve = `${site.deskUrl()}/holds/${hold.id}/approve`
  const fields = `<input name=digest value=${hold.digest}><input name=artefacts value=scores><input name=artefacts value=output>`
  const api = `${site.deskUrl()}/api/holds/${hold.id}/decision`
  const json = JSON.stringify({ digest: hold.digest, decision: 'approve', artefacts: ['output'] })
  const pages = [
    `<form id=f method=post action="${approve}">${fields}</form><script>f.submit()</script>`,
    `<form id=f method=post enctype=text/plain action="${api}"><input name='${json.slice(0, -1)},"x":"' value='"}'></form><script>f.submit()</script>`,
    `<script>fetch("${api}", { method: "POST", mode: "no-cors", credentials: "include", body: ${JSON.stringify(json)} })</script>`,
    `<script>fetch("${approve}", { method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams("digest=${hold.digest}&artefacts=output") })</script>`,
    `<iframe src="${site.deskUrl()}/holds/${hold.id}"></iframe>`,
    `<img src="${approve}?digest=${hold.digest}&artefacts=output">`,
  ]
  const evil = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(pages[Number(request.url?.slice(1))] ?? '')
  })
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
  const { port } = evil.address() as AddressInfo // it listens on a port
  try {
    await using browser = await openReviewingBrowser()
    await signIn(stage, browser.page)
    for (const host of ['127.0.0.1', 'localhost']) {
      for (const at of pages.keys()) {
        await browser.page
          .goto(`http://${host}:${port}/${at}`, { waitUntil: 'networkidle' })
          .catch(() => undefined)
        must((await site.reviewer.show(hold.id)).state === 'awaiting', `Page ${at} of ${host} decided.`)
      }
    }
    // The control: the reviewer's own form, in the same browser, does decide.
    await browser.page.goto(`${site.deskUrl()}/holds/${hold.id}`)
    await Promise.all([
      browser.page.waitForURL(/done=rejected/),
      browser.page.evaluate((action) => {
        const form = document.querySelector<HTMLFormElement>(`form[action="${action}"]`)
        const reason = form?.querySelector<HTMLSelectElement>('select[name=reason]')
        if (reason) reason.value = 'private-data'
        for (const radio of form?.querySelectorAll<HTMLInputElement>('input[name=reason]') ?? []) {
          radio.checked = radio.value === 'private-data'
        }
        form?.submit()
      }, `/holds/${hold.id}/reject`),
    ])
  } finally {
    evil.closeAllConnections()
    await new Promise((resolve) => evil.close(resolve))
  }
  return 'contained'
}
