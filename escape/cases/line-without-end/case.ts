import type { EscapeCase } from '../../case.ts'
import { heldRun, must } from '../../rig/desk-requests.ts'
import { openReviewingBrowser, signIn } from '../../rig/reviewing-browser.ts'
import type { Stage } from '../../rig/stage.ts'

/** A page of the desk shows 64 kB of a file, and the first part of each log. */
const LARGEST_PAGE_CHARACTERS = 1_500_000
const LINE_CHARACTERS = 1_000_000

export const attack: EscapeCase = {
  id: 'line-without-end',
  family: 22,
  tries:
    'Writes lines of a million characters, marks by the hundred thousand, and tags by the ten thousand, so that the page of the reviewer stands still or shows nothing of what follows.',
  plants: 'Text after the end of each line.',
  defence: 'A page shows a bounded part of a file, wraps it, and writes out what would pile up.',
  expect: 'contained',
  quick: false,
  control: { notApplicable: 'What is attacked, a page for a reviewer, does not exist there.' },
  act: playLine,
}

async function playLine(stage: Stage): Promise<'contained'> {
  const result = await heldRun(stage)
  const { hold } = result
  must(
    hold.files.some(({ sizeBytes }) => sizeBytes > LINE_CHARACTERS),
    'The line is shorter than it should be.',
  )
  await using browser = await openReviewingBrowser()
  await signIn(stage, browser.page)
  for (const path of ['', ...hold.files.map(({ number }) => `/files/${number}?as=text`)]) {
    await browser.page.goto(`${stage.site.deskUrl()}/holds/${hold.id}${path}`)
    const page = await browser.page.evaluate(() => ({
      characters: document.documentElement.outerHTML.length,
      tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }))
    must(page.characters <= LARGEST_PAGE_CHARACTERS, `${path} has ${page.characters} characters.`)
    must(page.tooWide <= 0, `${path} is ${page.tooWide} pixels wider than its window.`)
  }
  for (const line of await browser.arrived()) stage.site.boundary.cross('network', line, result.job.jobId)
  await stage.decide(result, 'reject')
  return 'contained'
}
