import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRecords } from '@scoregate/storage/records'
import { describe, expect, it } from 'vitest'
import { HONEST_RUN } from '../deposit-rig.ts'
import { DeskRig, POLICY } from '../desk-rig.ts'
import type { DeskTables } from '../migrations/desk-tables.ts'
import { until } from '../until-rig.ts'
import { startMailServer, startReceiver } from './receivers-rig.ts'

const DAY_SECONDS = 86_400
const FROM = 'desk@hospital.example'
const REVIEWER = 'reviewer@hospital.example'
const ALL_KINDS = ['waiting', 'half-time', 'last-call', 'second-review', 'stopped']

type Browser = Awaited<ReturnType<DeskRig['signIn']>>
type Given = { address: string; kinds?: string[]; pace?: string; shape?: string }

async function csrfOf(browser: Browser): Promise<string> {
  const page = await (await browser.get('/notices')).text()
  const csrf = /name="csrf" value="([^"]*)"/.exec(page)?.[1]
  if (csrf === undefined) throw new Error('The page has no form.')
  return csrf
}

async function turnOn(browser: Browser, way: 'mail' | 'webhook', given: Given): Promise<Response> {
  return browser.post(`/notices/${way}`, [
    ['csrf', await csrfOf(browser)],
    [`${way}-address`, given.address],
    ...(given.kinds ?? ALL_KINDS).map((kind): [string, string] => [`${way}-kinds`, kind]),
    [`${way}-pace`, given.pace ?? 'at-once'],
    [`${way}-shape`, given.shape ?? 'json'],
  ])
}

const press = async (browser: Browser, action: string) =>
  browser.post(`/notices/${action}`, [['csrf', await csrfOf(browser)]])

const policyWithHosts = (hosts: string[]) => `${POLICY}notices: { webhook_hosts: ${JSON.stringify(hosts)} }\n`

async function states(rig: DeskRig): Promise<string[]> {
  const { db, close } = await openRecords<DeskTables>(join(rig.dataFolder, 'records.db'))
  const rows = await db.selectFrom('notice').select(['kind', 'state']).orderBy('id').execute()
  await close()
  return rows.map(({ kind, state }) => `${kind} ${state}`)
}

const untilStates = (rig: DeskRig, wanted: string[]) =>
  until(`notices to be ${wanted}`, async () => (await states(rig)).join() === wanted.join())

/** A desk with a mail server, and its first reviewer signed in. */
async function startMailDesk(given: { policy?: string } = {}) {
  const server = await startMailServer()
  const rig = await DeskRig.start({
    ...given,
    config: { publicUrl: 'https://desk.hospital.example', mail: { smtpUrl: server.url, from: FROM } },
  })
  return {
    server,
    rig,
    browser: await rig.signIn(),
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

const subjectOf = (raw: string) => /^Subject: (.*)$/m.exec(raw)?.[1]?.trim()
const subjects = (mails: readonly { raw: string }[]) => mails.map(({ raw }) => subjectOf(raw))
const untilMails = (mails: readonly unknown[], count: number) =>
  until(`${count} mails`, () => mails.length >= count)

describe('a notice about a hold', () => {
  it('goes to whoever asked for it, and to nobody before', async () => {
    await using desk = await startMailDesk()
    const { rig, browser, server } = desk
    await rig.deposit()
    expect((await turnOn(browser, 'mail', { address: REVIEWER })).status).toBe(303)
    await rig.deposit()
    await untilMails(server.mails, 1)
    await untilStates(rig, ['waiting sent'])
    expect(server.mails[0]?.to).toEqual([REVIEWER])
    expect(server.mails[0]?.raw).toContain('https://desk.hospital.example/')
    expect(subjects(server.mails)).toEqual(['A result waits for your review: Early warning'])

    await press(browser, 'mail/end')
    await rig.deposit()
    expect(await states(rig)).toEqual(['waiting sent'])
    const audit = await readFile(join(rig.dataFolder, 'audit.jsonl'), 'utf8')
    expect(audit).toContain('"notices-set"')
    expect(audit).toContain('"notices-ended"')
    expect(audit).not.toContain(REVIEWER)
  })

  it('goes to nobody who may not get in any more', async () => {
    await using desk = await startMailDesk()
    await turnOn(desk.browser, 'mail', { address: REVIEWER })
    await desk.rig.changeRecords('update person set disabled_at = ?', ['2026-01-01T00:00:00.000Z'])
    await desk.rig.depositUnchecked()
    expect(await states(desk.rig)).toEqual([])
  })

  it('has nothing of the hold in it', async () => {
    await using receiver = await startReceiver()
    await using desk = await startMailDesk({ policy: policyWithHosts([receiver.host]) })
    const { rig, browser, server } = desk
    await turnOn(browser, 'mail', { address: REVIEWER })
    await turnOn(browser, 'webhook', { address: receiver.url })
    const { id, deposit } = await rig.deposit({
      jobId: 'planted-job',
      submissionId: 4_815_162,
      participant: 'planted-participant',
      files: {
        ...HONEST_RUN,
        'scoring_output/scores.json': '{"auc": 0.73731, "brier": 0.1, "planted-key": 1}',
        'logs/planted-name': 'planted log',
      },
    })
    await untilStates(rig, ['waiting sent', 'waiting sent'])
    rig.passTime(0.95 * DAY_SECONDS)
    await untilStates(rig, ['waiting sent', 'waiting sent', 'last-call sent', 'last-call sent'])
    const sent = [...server.mails.map(({ raw }) => raw), ...receiver.bodies].join('\n')
    // The only text of a job that may be there: so the search below looks where the words are.
    expect(sent).toContain('Early warning')
    const { job } = deposit
    for (const secret of [
      ...['planted', '4815162', '0.737', 'auc', id, deposit.manifestDigest, 'worker-1', 'submission.zip'],
      ...[job.phase.name, job.task.name, job.image, 'PLANTED', 'participant-7', REVIEWER.replace('@', '=40')],
    ]) {
      expect(sent).not.toContain(secret)
    }
    expect(rig.log.join('\n')).not.toContain(REVIEWER)
  })

  it('reminds at half and at a tenth of the time, once each', async () => {
    await using desk = await startMailDesk()
    const { rig, browser, server } = desk
    await turnOn(browser, 'mail', { address: REVIEWER, kinds: ['half-time', 'last-call'] })
    await rig.deposit()
    rig.passTime(0.51 * DAY_SECONDS)
    await untilStates(rig, ['half-time sent'])
    rig.passTime(0.4 * DAY_SECONDS)
    await untilStates(rig, ['half-time sent', 'last-call sent'])
    await rig.stopDesk()
    await rig.startDesk()
    await untilStates(rig, ['half-time sent', 'last-call sent'])
    expect(subjects(server.mails)).toEqual([
      'Half the time to review a result is over: Early warning',
      'A result expires soon, undecided: Early warning',
    ])
  })

  it('reminds only of the end when the desk was down at half', async () => {
    await using desk = await startMailDesk()
    const { rig, browser } = desk
    await turnOn(browser, 'mail', { address: REVIEWER, kinds: ['half-time', 'last-call'] })
    await rig.deposit()
    await rig.stopDesk()
    rig.passTime(0.95 * DAY_SECONDS)
    await rig.startDesk()
    await untilStates(rig, ['last-call sent'])
  })

  it('reminds by the deadline as it is when that was moved, ahead or back', async () => {
    await using desk = await startMailDesk()
    const { rig, browser, server } = desk
    await turnOn(browser, 'mail', { address: REVIEWER, kinds: ['half-time', 'last-call'] })
    const { id } = await rig.deposit()
    const { depositedAt } = await rig.show(id)
    const moveDeadline = (hours: number) =>
      rig.changeRecords('update hold set expires_at = ? where id = ?', [
        new Date(Date.parse(depositedAt) + hours * 3_600_000).toISOString(),
        id,
      ])
    // From a day to ten hours: half of that is over after five, and not after twelve.
    await moveDeadline(10)
    rig.passTime(5.5 * 3600)
    await untilStates(rig, ['half-time sent'])
    // To a hundred: the last tenth begins after ninety, and not after nine.
    await moveDeadline(100)
    rig.passTime(60 * 3600)
    const plannedAt = async () => {
      const { db, close } = await openRecords<DeskTables>(join(rig.dataFolder, 'records.db'))
      const row = await db.selectFrom('hold_reminder').selectAll().executeTakeFirstOrThrow()
      await close()
      return Math.round((Date.parse(row.due_at) - Date.parse(depositedAt)) / 3_600_000)
    }
    await until('the reminder to be planned anew', async () => (await plannedAt()) === 90)
    rig.passTime(25 * 3600)
    await untilStates(rig, ['half-time sent', 'last-call sent'])
    expect(subjects(server.mails)).toHaveLength(2)
  })

  it('says when it is the platform that stops taking the result', async () => {
    await using desk = await startMailDesk()
    const { rig, browser, server } = desk
    await turnOn(browser, 'mail', { address: REVIEWER, kinds: ['waiting'] })
    await rig.deposit({ linksExpireAt: new Date(Date.now() + 3_600_000).toISOString() })
    await untilMails(server.mails, 1)
    expect(server.mails[0]?.raw).toContain('UTC, when the platform stops taking the result')
  })

  it('is not sent once the hold is decided', async () => {
    await using desk = await startMailDesk()
    const { rig, browser, server } = desk
    server.state.refuses = true
    await turnOn(browser, 'mail', { address: REVIEWER })
    const decided = await rig.deposit()
    await rig.deposit()
    await until('a failed try', () => rig.log.find((line) => line.includes('A notice did not arrive')))
    await rig.reject(decided.id)
    server.state.refuses = false
    rig.passTime(3600)
    // The control: what still waits is sent.
    await untilStates(rig, ['waiting void', 'waiting sent'])
    expect(server.mails).toHaveLength(1)
    rig.passTime(0.6 * DAY_SECONDS)
    await untilStates(rig, ['waiting void', 'waiting sent', 'half-time sent'])
  })

  it('tells of a release that was stopped', async () => {
    await using desk = await startMailDesk()
    const { rig, browser, server } = desk
    await turnOn(browser, 'mail', { address: REVIEWER, kinds: ['stopped'], pace: 'daily' })
    const { id } = await rig.deposit()
    await rm(rig.blobFile(HONEST_RUN['scoring_output/scores.json'] ?? ''))
    await rig.approve(id, ['scores'])
    await untilStates(rig, ['stopped sent'])
    expect(subjects(server.mails)).toEqual(['A release was stopped and needs you: Early warning'])
  })

  it('waits for the digest that was asked for, and is counted there with others', async () => {
    await using desk = await startMailDesk()
    const { rig, browser, server } = desk
    await turnOn(browser, 'mail', { address: REVIEWER, kinds: ['waiting'], pace: 'hourly' })
    await rig.deposit()
    await rig.deposit()
    await rig.deposit({ competition: { id: 9, title: 'Another one' } })
    expect(await states(rig)).toEqual(['waiting pending', 'waiting pending', 'waiting pending'])
    rig.passTime(3600)
    await untilStates(rig, ['waiting sent', 'waiting sent', 'waiting sent'])
    expect(server.mails).toHaveLength(1)
    expect(server.mails[0]?.raw).toContain('2 results wait for your review: Early warning')
    expect(server.mails[0]?.raw).toContain('A result waits for your review: Another one')
  })
})

describe('a channel that fails', () => {
  it('is shown to its reviewer and on the page of the site, until it works again', async () => {
    await using desk = await startMailDesk()
    const { rig, browser, server } = desk
    server.state.refuses = true
    await turnOn(browser, 'mail', { address: REVIEWER })
    const page = async (path: string) => (await browser.get(path)).text()
    expect(await page('/notices')).not.toContain('Failing')
    await rig.deposit()
    await until('the failure to be shown', async () => (await page('/notices')).includes('Failing since'))
    expect(await page('/notices')).toContain('The mail server did not take it')
    const site = await page('/site')
    expect(site).toContain('Notices that do not arrive')
    expect(site).toContain('first-reviewer')
    expect(site).not.toContain(REVIEWER)

    server.state.refuses = false
    rig.passTime(3600)
    await untilStates(rig, ['waiting sent'])
    expect(await page('/notices')).not.toContain('Failing since')
    expect(await page('/site')).not.toContain('Notices that do not arrive')
  })

  it('is tried for as long as the notice is true, and the notice arrives after days', async () => {
    await using desk = await startMailDesk({ policy: POLICY.replace('24h', '7d') })
    const { rig, browser, server } = desk
    server.state.refuses = true
    await turnOn(browser, 'mail', { address: REVIEWER, kinds: ['waiting'] })
    await rig.deposit()
    await until('a failed try', () => rig.log.find((line) => line.includes('A notice did not arrive')))
    rig.passTime(2 * DAY_SECONDS)
    const failures = () => rig.log.filter((line) => line.includes('A notice did not arrive')).length
    await until('another try', () => failures() >= 2)
    const page = await (await rig.signIn()).get('/notices')
    const words = await page.text()
    expect(words).toContain('Failing since')
    // A server that said no has none of it, so nothing came twice.
    expect(words).not.toContain('May have come twice')
    server.state.refuses = false
    rig.passTime(3600)
    await untilStates(rig, ['waiting sent'])
    expect(server.mails).toHaveLength(1)
  })

  it('delays neither deposits nor decisions', async () => {
    await using receiver = await startReceiver()
    receiver.state.isSilent = true
    await using rig = await DeskRig.start({ policy: policyWithHosts([receiver.host]) })
    await turnOn(await rig.signIn(), 'webhook', { address: receiver.url })
    const { id } = await rig.deposit()
    await until('the webhook to be called', () => receiver.bodies.length === 1)
    await rig.deposit()
    await rig.approve(id, ['scores'])
    await rig.untilState(id, 'released')
    // All of it while the receiver still says nothing.
    expect(await states(rig)).toEqual(['waiting sending', 'waiting pending'])
  })
})

describe('a desk that ends while it sends', () => {
  it('sends again under the same name until it arrives, each time later, and says so', async () => {
    await using receiver = await startReceiver()
    receiver.state.isSilent = true
    await using rig = await DeskRig.start({
      policy: policyWithHosts([receiver.host]),
      config: { publicUrl: 'https://desk.hospital.example' },
    })
    const page = async () => (await (await rig.signIn()).get('/notices')).text()
    await turnOn(await rig.signIn(), 'webhook', { address: receiver.url })
    expect(await page()).not.toContain('May have come twice')
    await rig.deposit()
    for (const calls of [1, 2, 3, 4]) {
      await until('the webhook to be called', () => receiver.bodies.length === calls)
      await rig.stopDesk()
      await rig.startDesk()
      // At once after the first end; then not before the pause is over, however often the desk is started.
      if (calls > 1) {
        await rig.stopDesk()
        await rig.startDesk()
        expect(await states(rig)).toEqual(['waiting pending'])
        expect(receiver.bodies).toHaveLength(calls)
      }
      if (calls === 4) receiver.state.isSilent = false
      if (calls > 1) rig.passTime(60 * 2 ** (calls - 2))
    }
    await untilStates(rig, ['waiting sent'])
    expect(receiver.bodies).toHaveLength(5)
    const [name = ''] = new Set(receiver.names)
    expect(new Set(receiver.names).size).toBe(1)
    expect(new Set(receiver.bodies).size).toBe(1)
    expect(receiver.bodies[0]).toContain(`"id":"${name}"`)
    const told = await page()
    expect(told).toContain('May have come twice')
    expect(told).toContain('at most 5 times')
    expect(told).toContain(name)
  })

  it('sends what came since as another message, under another name', async () => {
    await using receiver = await startReceiver()
    receiver.state.isSilent = true
    await using rig = await DeskRig.start({
      policy: policyWithHosts([receiver.host]),
      config: { publicUrl: 'https://desk.hospital.example' },
    })
    await turnOn(await rig.signIn(), 'webhook', { address: receiver.url, kinds: ['waiting'] })
    await rig.deposit()
    await until('the webhook to be called', () => receiver.bodies.length === 1)
    await rig.deposit()
    await rig.stopDesk()
    receiver.state.isSilent = false
    await rig.startDesk()
    await until('the message to be sent again', () => receiver.bodies.length === 2)
    await untilStates(rig, ['waiting sent', 'waiting pending'])
    rig.passTime(120)
    await untilStates(rig, ['waiting sent', 'waiting sent'])
    const [first, again, other] = receiver.names
    expect([again === first, other === first]).toEqual([true, false])
    expect(receiver.bodies[1]).toBe(receiver.bodies[0])
  })
})

describe('a webhook', () => {
  it('is called only where the policy lists its host', async () => {
    await using receiver = await startReceiver()
    await using other = await startReceiver()
    await using rig = await DeskRig.start({ policy: policyWithHosts([receiver.host]) })
    const browser = await rig.signIn()
    for (const address of [
      other.url,
      receiver.url.replace('http://', 'http://name:password@'),
      'http://[::1]/',
      'file:///etc/passwd',
    ]) {
      const answer = await turnOn(browser, 'webhook', { address })
      expect(answer.status).toBe(400)
    }
    expect(other.bodies).toEqual([])
    // The control: the one that is listed.
    expect((await turnOn(browser, 'webhook', { address: receiver.url })).status).toBe(303)
    await rig.deposit()
    await until('the webhook to be called', () => receiver.bodies.length === 1)
    await untilStates(rig, ['waiting sent'])

    await rig.stopDesk()
    await writeFile(join(rig.folder, 'policy.yaml'), policyWithHosts([other.host]))
    await rig.startDesk()
    rig.passTime(120)
    await rig.deposit()
    await until('the refusal', () => rig.log.find((line) => line.includes('does not list this host')))
    expect(receiver.bodies).toHaveLength(1)
  })
})

describe('the page of notices', () => {
  it('says what is wrong with a form, and keeps what was written', async () => {
    await using desk = await startMailDesk()
    const { rig, browser } = desk
    const answer = await turnOn(browser, 'mail', { address: 'nobody', kinds: [], pace: 'hourly' })
    expect(answer.status).toBe(400)
    const page = await answer.text()
    expect(page).toContain('value="nobody"')
    expect(page).toContain('Write a whole address.')
    expect(page).toContain('Tick at least one')
    expect((await browser.post('/notices/mail', [['mail-address', REVIEWER]])).status).toBe(403)
    expect(await (await browser.get('/notices')).text()).toContain('no host that may be called')
    expect(await states(rig)).toEqual([])
  })

  it('sends a test, and shows how it went', async () => {
    await using desk = await startMailDesk()
    const { rig, browser, server } = desk
    await turnOn(browser, 'mail', { address: REVIEWER })
    const answer = await press(browser, 'mail/test')
    expect(answer.headers.get('location')).toBe('/notices?done=tested-mail')
    expect(subjects(server.mails)).toEqual(['A test: notices from the review desk reach you here'])
    expect((await press(browser, 'mail/test')).headers.get('location')).toBe('/notices?done=too-soon-mail')
    server.state.refuses = true
    rig.passTime(60)
    const failed = await press(browser, 'mail/test')
    const page = await (await browser.get(failed.headers.get('location') ?? '')).text()
    expect(page).toContain('The test notice did not arrive')
    expect(page).toContain('Failing since')
  })
})
