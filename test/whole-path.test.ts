import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { launchBrowser, overflow, picture, type Visitor, visit } from './browser-rig.ts'
import {
  type Installation,
  smallBundle,
  startInstallation,
  testPolicy,
  until,
  zipOf,
} from './installation-rig.ts'

const run = promisify(execFile)

const Provision = z.looseObject({
  signInLinks: z.record(
    z.enum(['organizer', 'participant', 'reviewer']),
    z.looseObject({ token: z.string() }),
  ),
})

async function signIn(
  visitor: Visitor,
  site: Installation,
  as: 'organizer' | 'participant' | 'reviewer',
): Promise<void> {
  const text = await readFile(join(site.dataFolder, 'provision.json'), 'utf8')
  const { token } = Provision.parse(JSON.parse(text)).signInLinks[as]
  const home = as === 'reviewer' ? site.ready.desk : site.ready.hub
  await visitor.page.goto(`${home}/sign-in/link?token=${token}`)
}

async function expectFits(visitor: Visitor, what: string): Promise<void> {
  const { page } = visitor
  for (const width of [360, 1024, 1600]) {
    await page.setViewportSize({ width, height: 860 })
    expect(await overflow(page), `${what} at ${width} px`).toBeLessThanOrEqual(0)
  }
  await page.setViewportSize({ width: 1280, height: 860 })
}

/** The page offers a receipt that convinces somebody who has nothing but the site's key, and has no network. */
async function expectProof({ page }: Visitor, site: Installation, submission: number): Promise<void> {
  const card = page.getByRole('region', { name: 'Receipt' })
  await card.getByText(/Released by reviewer on \d{4}-\d\d-\d\d \d\d:\d\d UTC/).waitFor()
  const save = async (link: string) => {
    const coming = page.waitForEvent('download')
    await card.getByRole('link', { name: link }).click()
    return (await coming).path()
  }
  const receipt = await save('Download the receipt')
  const scores = await save('Scores as released')
  const [key] = SiteKeys.parse(await site.hub('organizer', 'GET', '/api/queues/local/key'))
  const verify = ['dist/scoregate.js', 'verify', receipt, '--key', key?.public_key ?? '']
  const { stdout } = await run(process.execPath, [...verify, '--file', `scores=${scores}`])
  expect(stdout).toContain('The receipt is valid.\nReleased by reviewer on ')
  expect(stdout).toContain(`submission   ${submission} `)
  expect(stdout).toContain(`; ${scores} is this file`)
  const byHub = await run(process.execPath, ['dist/scoregate.js', 'verify', receipt, '--hub', site.ready.hub])
  expect(byHub.stdout).toContain(`The key is the one that ${site.ready.hub} gave.`)
}

const SiteKeys = z.array(z.looseObject({ public_key: z.string() }))

const sample = (site: Installation, name: string) =>
  join(site.dataFolder, 'sample-submissions', `${name}.zip`)

describe('the whole path, in a browser', () => {
  let site: Installation
  let browser: Browser
  beforeAll(async () => {
    site = await startInstallation({ example: true, policy: testPolicy() })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await site?.[Symbol.asyncDispose]()
  })

  it('an organizer uploads a bundle, sees every error of a bad one, and sets the submission flow', async () => {
    const organizer = await visit(browser)
    const { page } = organizer
    await signIn(organizer, site, 'organizer')
    await page.goto(`${site.ready.hub}/competitions/new`)

    const bad = { ...smallBundle('print(1)'), 'competition.yaml': 'version: 2\ntitel: Small\nphases: []\n' }
    await page
      .getByLabel('Bundle')
      .setInputFiles({ name: 'bad.zip', mimeType: 'application/zip', buffer: await zipOf(bad) })
    await page.getByRole('button', { name: /upload/i }).click()
    await page.getByText('titel').first().waitFor()
    await expect.poll(() => page.locator('main').innerText()).toMatch(/competition\.yaml.*2/s)
    expect(await page.locator('main').innerText()).toMatch(/title/)
    await picture(page, 'bundle-errors', { fullPage: true })
    await expectFits(organizer, 'the page of a bad bundle')

    const good = await zipOf(smallBundle('print(1)', { review: false }))
    await page
      .getByLabel('Bundle')
      .setInputFiles({ name: 'good.zip', mimeType: 'application/zip', buffer: good })
    await page.getByRole('button', { name: /upload/i }).click()
    await page.waitForURL(/\/competitions\/\d+/)
    await page.getByRole('heading', { name: 'Small', level: 1 }).waitFor()
    await page.getByRole('link', { name: 'Phases' }).click()
    await page.getByText('Main').first().waitFor()

    await page.getByRole('link', { name: 'Manage' }).click()
    await page.getByRole('radio', { name: 'Wait for an organizer' }).check({ force: true })
    await page.getByRole('radio', { name: 'Hold for data-side review' }).check({ force: true })
    await picture(page, 'submission-flow')
    const saved = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.getByRole('button', { name: 'Save' }).click()
    await saved
    await page.waitForLoadState()
    await page.reload()
    expect(await page.getByRole('radio', { name: 'Wait for an organizer' }).isChecked()).toBe(true)
    expect(await page.getByRole('radio', { name: 'Hold for data-side review' }).isChecked()).toBe(true)
    await expectFits(organizer, 'the manage page')
    expect(organizer.complaints).toEqual([])
    await organizer.context.close()
  })

  it('somebody signs up, joins the example, uploads a zip with progress and follows it live to a released score', async () => {
    const participant = await visit(browser)
    const { page } = participant
    await page.goto(site.ready.hub)
    await picture(page, 'hub-home')
    await page.getByRole('link', { name: 'Sign up' }).first().click()
    await page.getByLabel('Name').fill('newcomer')
    await page.getByLabel('Password').fill('a few words that I remember')
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page
      .getByRole('link', { name: /sepsis/i })
      .first()
      .click()
    await page.getByRole('checkbox', { name: /accept/i }).check({ force: true })
    await page.getByRole('button', { name: /join/i }).click()
    await picture(page, 'competition')
    await expectFits(participant, 'the competition')

    await page.getByRole('link', { name: 'My submissions' }).click()
    const models = page.locator('[data-upload="submission"]').last()
    await models.getByLabel('Submission').setInputFiles(sample(site, 'peeking-model'))
    await models.getByRole('button', { name: 'Submit', exact: true }).click()
    await models.getByRole('link', { name: /submission \d+/ }).click()
    await page.waitForURL(/\/submissions\/\d+$/)
    const submission = Number(/submissions\/(\d+)/.exec(page.url())?.[1])
    // The drawing names every step from the start; the badge names the one that it is at.
    await page.locator('.badge', { hasText: 'Awaiting validation' }).first().waitFor({ timeout: 120_000 })
    await site.holdOf(submission)
    await picture(page, 'submission-awaiting')
    await expectFits(participant, 'a submission that waits')
    expect(await page.locator('main').innerText()).not.toMatch(/0\.75/)

    const reviewer = await visit(browser, { javaScript: false })
    const desk = reviewer.page
    await signIn(reviewer, site, 'reviewer')
    await desk.getByText('newcomer').first().waitFor()
    await picture(desk, 'desk-inbox')
    await expectFits(reviewer, 'the inbox')
    await desk
      .getByRole('button', { name: /^review/i })
      .first()
      .click()
    await desk.waitForURL(/\/holds\//)
    const shown = await desk.locator('main').innerText()
    expect(shown).toContain('AUROC')
    expect(shown).toMatch(/0\.755/)
    await picture(desk, 'desk-hold')
    await picture(desk, 'desk-hold-whole', { fullPage: true })
    await expectFits(reviewer, 'a hold')
    await desk.getByRole('link', { name: 'View ingestion_stdout' }).click()
    await desk.waitForURL(/\/files\//)
    expect(await desk.locator('main').innerText()).toContain('checkpoint')
    await desk.goBack()
    await desk.waitForURL(/\/holds\/[a-z2-7]{8}$/)
    const decided = desk.waitForResponse((response) => response.request().method() === 'POST')
    await desk.getByRole('button', { name: /approve and release/i }).click()
    await decided
    const Decided = z.object({ holds: z.array(z.object({ state: z.string() })) })
    await until('the release', async () => {
      const { holds } = Decided.parse(await site.desk('GET', '/api/holds?list=decided'))
      return holds.some(({ state }) => state === 'released')
    })
    await desk.waitForLoadState()
    await desk.reload()
    await picture(desk, 'desk-released', { fullPage: true })

    // Nobody reloads the participant's page: it follows by itself.
    await page.getByText('Finished').first().waitFor({ timeout: 30_000 })
    await expect.poll(() => page.locator('main').innerText(), { timeout: 30_000 }).toMatch(/0\.755/)
    await picture(page, 'submission-finished', { fullPage: true })
    await expectProof(participant, site, submission)

    await page.goto(`${site.ready.hub}/`)
    await page
      .getByRole('link', { name: /sepsis/i })
      .first()
      .click()
    await page.getByRole('link', { name: 'Leaderboard' }).click()
    await page.getByRole('link', { name: 'Models' }).click()
    const board = await page.locator('main').innerText()
    expect(board).toContain('newcomer')
    expect(board).toMatch(/0\.755/)
    await picture(page, 'leaderboard')
    await expectFits(participant, 'the leaderboard')

    // What the model printed of its patients is nowhere on the hub.
    const details = await site.hub('organizer', 'GET', `/api/submissions/${submission}/get_details/`)
    expect(JSON.stringify(details)).not.toMatch(/MRN-\d{7}|checkpoint/)
    expect([...participant.complaints, ...reviewer.complaints]).toEqual([])
    await participant.context.close()
    await reviewer.context.close()
  })

  it('a reviewer rejects with a reason, without any script, and the participant reads why in words', async () => {
    const participant = await visit(browser)
    await signIn(participant, site, 'participant')
    const phases = z
      .looseObject({ phases: z.array(z.looseObject({ id: z.number(), name: z.string() })) })
      .parse(await site.hub('participant', 'GET', '/api/competitions/1/')).phases
    const models = phases.find(({ name }) => name === 'Models')
    if (models === undefined) throw new Error('the example has no phase Models')
    const model = await readFile('examples/sepsis-early-warning/submissions/honest-model/model.py', 'utf8')
    const submission = await site.submit(models.id, { 'model.py': model })
    await site.untilStatus(submission, 'Awaiting validation')
    const hold = await site.holdOf(submission)

    const reviewer = await visit(browser, { javaScript: false })
    await signIn(reviewer, site, 'reviewer')
    const desk = reviewer.page
    await desk.goto(`${site.ready.desk}/holds/${hold.id}`)
    await desk
      .getByText(/^Reject/)
      .first()
      .click()
    await desk.getByRole('combobox').first().selectOption({ index: 1 })
    await desk
      .getByRole('button', { name: /^reject/i })
      .last()
      .click()
    await site.untilStatus(submission, 'Failed')

    await participant.page.goto(`${site.ready.hub}/submissions/${submission}`)
    const read = await participant.page.locator('main').innerText()
    expect(read).toContain('The data owner reviewed the result and did not release it.')
    expect(read).not.toMatch(/0\.808/)
    await picture(participant.page, 'submission-not-released')
    await expectFits(participant, 'a submission that was not released')
    expect([...participant.complaints, ...reviewer.complaints]).toEqual([])
    await participant.context.close()
    await reviewer.context.close()
  })

  it('a model that crashes fails at once with a sentence; its log stays with the reviewer', async () => {
    const found = z
      .looseObject({ phases: z.array(z.looseObject({ id: z.number(), name: z.string() })) })
      .parse(await site.hub('participant', 'GET', '/api/competitions/1/'))
    const models = found.phases.find(({ name }) => name === 'Models')
    if (models === undefined) throw new Error('the example has no phase Models')
    const model = await readFile('examples/sepsis-early-warning/submissions/crashing-model/model.py', 'utf8')
    const submission = await site.submit(models.id, { 'model.py': model })
    await site.untilStatus(submission, 'Failed')
    const participant = await visit(browser)
    await signIn(participant, site, 'participant')
    await participant.page.goto(`${site.ready.hub}/submissions/${submission}`)
    const read = await participant.page.locator('main').innerText()
    expect(read).toContain('The ingestion program, or the submission that it ran, stopped with an error.')
    expect(read).not.toMatch(/MRN-\d{7}|Traceback/)
    await picture(participant.page, 'submission-failed')

    const reviewer = await visit(browser, { javaScript: false })
    await signIn(reviewer, site, 'reviewer')
    const hold = await site.holdOf(submission, 'failed')
    await reviewer.page.goto(`${site.ready.desk}/holds/${hold.id}`)
    expect(await reviewer.page.content()).toMatch(/MRN-\d{7}/)
    await picture(reviewer.page, 'desk-failed-run')
    await expectFits(reviewer, 'a failed run')
    await participant.context.close()
    await reviewer.context.close()
  })
})
