import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DeskRig, PASSWORD } from '../desk-rig.ts'
import { startMailServer } from '../notices/receivers-rig.ts'
import { FormBrowser } from './form-browser-rig.ts'

let rig: DeskRig
let steward: FormBrowser

const EVERYBODY = [
  { username: 'first-reviewer', roles: ['reviewer', 'steward'] },
  { username: 'an-auditor', roles: ['auditor'] },
  { username: 'only-reviewer', roles: ['reviewer'] },
] as const

beforeEach(async () => {
  const people = EVERYBODY.map(({ username, roles }) => ({
    ...{ username, roles: [...roles], password: PASSWORD, token: `token-of-${username}` },
  }))
  rig = await DeskRig.start({ config: { provision: { people } } })
  steward = new FormBrowser(rig.url)
  await steward.signIn()
})

afterEach(() => rig[Symbol.asyncDispose]())

/** Invites somebody by the form; answers the path of the link that the page shows. */
async function invite(username: string, roles: readonly string[] = ['reviewer']): Promise<string> {
  const answer = await steward.send('/people/invite', [
    ['username', username],
    ...roles.map((role): [string, string] => ['roles', role]),
  ])
  expect(answer.status).toBe(200)
  return linkIn(await answer.text())
}

function linkIn(page: string): string {
  const link = /http:\/\/[^\s<"]+(\/invitation\?link=[A-Za-z0-9_-]{43})/.exec(page)?.[1]
  if (link === undefined) throw new Error('The page shows no link.')
  return link
}

function take(link: string, password = 'my own password', again = password): Promise<Response> {
  const secret = new URL(link, rig.url).searchParams.get('link') ?? ''
  return new FormBrowser(rig.url).ask('/invitation', { link: secret, password, again })
}

async function enters(username: string, password = 'my own password'): Promise<boolean> {
  const browser = new FormBrowser(rig.url, { username })
  return (await browser.signIn(password)).status === 303
}

async function chain(): Promise<string> {
  return (await steward.read('/audit?group=people')).replaceAll(/<[^>]+>/g, '')
}

describe('an invitation', () => {
  it('lets somebody in who chooses a password, once, with the roles that it names', async () => {
    const link = await invite('new-person', ['reviewer', 'auditor'])
    const page = await new FormBrowser(rig.url).read(link)
    expect(page).toContain('You are invited as reviewer, auditor')
    // Looking at it is no use of it: what reads mail looks, too.
    expect(await new FormBrowser(rig.url).read(link)).toContain('Choose a password')
    expect((await take(link, 'short', 'short')).status).toBe(400)
    expect((await take(link, 'my own password', 'another')).status).toBe(400)
    expect((await take(link)).headers.get('location')).toBe('/sign-in?done=password-set')
    expect(await enters('new-person')).toBe(true)
    expect((await take(link, 'stolen later on')).status).toBe(410)
    expect(await enters('new-person', 'stolen later on')).toBe(false)
    const people = await steward.read('/people')
    expect(people).toContain('new-person')
    const told = await chain()
    expect(told).toContain('first-reviewer invited new-person as reviewer, auditor')
    expect(told).toContain('new-person took the invitation, as reviewer, auditor')
  })

  it('is stored as a hash, and shown nowhere again', async () => {
    const link = await invite('new-person')
    const secret = new URL(link, rig.url).searchParams.get('link') ?? 'none'
    expect(await steward.read('/people')).not.toContain(secret)
    expect(await chain()).not.toContain(secret)
    expect(rig.log.join('\n')).not.toContain(secret)
  })

  it('is taken by one of many who try at once', async () => {
    const link = await invite('new-person')
    const answers = await Promise.all(
      ['first password', 'other password', 'third password'].map((own) => take(link, own)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410])
  })

  it('is void after 72 hours, when taken back, and when a new link takes its place', async () => {
    const old = await invite('late-person')
    const revoked = await invite('unwanted')
    const numbers = [...(await steward.read('/people')).matchAll(/invitations\/(\d+)\/revoke/g)]
    expect(numbers).toHaveLength(2)
    await steward.send(`/people/invitations/${numbers[0]?.[1]}/revoke`)
    expect((await take(revoked)).status).toBe(410)
    const renewed = linkIn(await (await steward.send(`/people/invitations/${numbers[1]?.[1]}/renew`)).text())
    expect((await take(old)).status).toBe(410)
    rig.passTime(72 * 3600 + 1)
    expect((await take(renewed)).status).toBe(410)
    await steward.signIn()
    expect(await steward.read('/people')).toContain('Over')
    const again = linkIn(await (await steward.send(`/people/invitations/${numbers[1]?.[1]}/renew`)).text())
    expect((await take(again)).status).toBe(303)
  })

  it('is refused for a name that is taken, bad, or without a role, with what to do', async () => {
    await invite('new-person')
    for (const [username, words] of [
      ['Only-Reviewer', 'is taken'],
      ['NEW-person', 'is taken'],
      ['<b>', 'is not a name that can be used'],
    ] as const) {
      const answer = await steward.send('/people/invite', { username, roles: 'reviewer' })
      expect([answer.status, (await answer.text()).includes(words)]).toEqual([400, true])
    }
    const none = await steward.send('/people/invite', { username: 'roleless' })
    expect(await none.text()).toContain('Tick at least one.')
    expect((await steward.send('/people/invite', { username: 'x1', roles: 'emperor' })).status).toBe(400)
  })

  it('cannot be found by trying: one address is stopped, and is told nothing of names', async () => {
    const link = await invite('new-person')
    const guess = () => new FormBrowser(rig.url).ask('/invitation?link=guess')
    const answers: number[] = []
    for (let times = 0; times < 42; times++) answers.push((await guess()).status)
    expect(answers.slice(0, 40)).toEqual(Array.from({ length: 40 }, () => 410))
    expect(answers.slice(40)).toEqual([429, 429])
    rig.passTime(5 * 60 + 1)
    expect((await take(link)).status).toBe(303)
  })

  it('goes by mail where there is a mail server, to the address that was given', async () => {
    await using server = await startMailServer()
    await rig.stopDesk()
    rig.config = { ...rig.config, mail: { smtpUrl: server.url, from: 'desk@hospital.example' } }
    rig.config = { ...rig.config, publicUrl: 'https://desk.hospital.example' }
    await rig.startDesk()
    steward = new FormBrowser(rig.url)
    await steward.signIn()
    const fields = { username: 'new-person', roles: 'auditor', mail: 'new@hospital.example' }
    const page = await (await steward.send('/people/invite', fields)).text()
    expect(page).toContain('The link was sent by mail, too.')
    const [sent] = server.mails
    expect(sent?.to).toEqual(['new@hospital.example'])
    const text = (sent?.raw ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=')
    expect(text).toMatch(/https:\/\/desk\.hospital\.example\/invitation\?link=[A-Za-z0-9_-]{43}/)
    expect(await chain()).not.toContain('new@hospital.example')
    // The mail server waits at its end for connections that a desk keeps.
    await rig.stopDesk()
  })
})

describe('a steward', () => {
  it('changes roles, which holds for what is open already', async () => {
    const reviewer = new FormBrowser(rig.url, { username: 'only-reviewer' })
    await reviewer.signIn()
    expect((await reviewer.ask('/people')).status).toBe(403)
    await steward.send('/people/of/only-reviewer/roles', { roles: 'auditor' })
    expect((await reviewer.ask('/people')).status).toBe(200)
    expect((await reviewer.send('/bulk', { act: 'release' })).status).toBe(403)
    expect(await chain()).toContain('changed the roles of only-reviewer from reviewer to auditor')
  })

  it('disables an account, whose session, token and password let nobody in from then on', async () => {
    const reviewer = new FormBrowser(rig.url, { username: 'only-reviewer' })
    await reviewer.signIn()
    const byToken = async () => (await rig.api('/api/holds', undefined, 'only-reviewer')).status
    expect([await reviewer.isIn(), await byToken()]).toEqual([true, 200])
    await steward.send('/people/of/only-reviewer/disable')
    expect([await reviewer.isIn(), await byToken()]).toEqual([false, 401])
    expect(await enters('only-reviewer', PASSWORD)).toBe(false)
    expect(await steward.read('/people')).toContain('Disabled')
    await steward.send('/people/of/only-reviewer/enable')
    expect([await reviewer.isIn(), await byToken()]).toEqual([false, 200])
    expect(await enters('only-reviewer', PASSWORD)).toBe(true)
  })

  it('who is the last one can neither be disabled nor lose the role, also when two try it to each other', async () => {
    expect((await steward.send('/people/of/first-reviewer/disable')).status).toBe(409)
    const refused = await steward.send('/people/of/first-reviewer/roles', { roles: 'reviewer' })
    expect([refused.status, (await refused.text()).includes('is the last steward')]).toEqual([400, true])

    await steward.send('/people/of/an-auditor/roles', { roles: 'steward' })
    const second = new FormBrowser(rig.url, { username: 'an-auditor' })
    await second.signIn()
    const statuses = await Promise.all([
      steward.send('/people/of/an-auditor/disable').then(({ status }) => status),
      second.send('/people/of/first-reviewer/disable').then(({ status }) => status),
    ])
    expect(statuses.filter((status) => status === 303)).toHaveLength(1)
  })

  it('ends all sessions of a person', async () => {
    const reviewer = new FormBrowser(rig.url, { username: 'only-reviewer' })
    await reviewer.signIn()
    await steward.send('/people/of/only-reviewer/end-sessions')
    expect(await reviewer.isIn()).toBe(false)
    expect(await chain()).toContain('first-reviewer ended 1 session of only-reviewer')
  })

  it('makes a link for a new password, which ends what was signed in with the old one', async () => {
    const reviewer = new FormBrowser(rig.url, { username: 'only-reviewer' })
    await reviewer.signIn()
    const page = await (await steward.send('/people/of/only-reviewer/new-password')).text()
    expect(await reviewer.isIn()).toBe(true)
    expect((await take(linkIn(page))).status).toBe(303)
    expect(await reviewer.isIn()).toBe(false)
    expect([await enters('only-reviewer', PASSWORD), await enters('only-reviewer')]).toEqual([false, true])
  })

  it('sees whose name is locked, and lets them try again', async () => {
    for (let times = 0; times < 10; times++) expect(await enters('only-reviewer', 'wrong')).toBe(false)
    for (let times = 0; times < 10; times++) expect(await enters('nobody-here', 'wrong')).toBe(false)
    expect(await enters('only-reviewer', PASSWORD)).toBe(false)
    const page = await steward.read('/people')
    expect(page).toContain('only-reviewer cannot sign in by password')
    // What was typed as a name may have been a password.
    expect(page).not.toContain('nobody-here')
    await steward.send('/people/of/only-reviewer/unlock')
    expect(await enters('only-reviewer', PASSWORD)).toBe(true)
  })

  it('gives the password once more when the sign-in is older than ten minutes', async () => {
    rig.passTime(10 * 60 + 1)
    expect((await steward.ask('/people')).status).toBe(200)
    const asked = await steward.ask('/people/of/only-reviewer')
    expect(asked.headers.get('location')).toBe('/account/prove?next=%2Fpeople%2Fof%2Fonly-reviewer')
    const late = await steward.send('/people/of/only-reviewer/disable')
    expect(late.headers.get('location')).toMatch(/^\/account\/prove/)
    expect(await enters('only-reviewer', PASSWORD)).toBe(true)
    await steward.send('/account/prove', { password: PASSWORD, next: '/people' })
    const done = await steward.send('/people/of/only-reviewer/disable')
    expect(done.headers.get('location')).toBe('/people?done=disable')
  })

  it('gives it for a new token, too, in a form and by a script of a page', async () => {
    rig.passTime(10 * 60 + 1)
    const form = { label: 'a machine', scope: 'read', days: '7' }
    const asked = await steward.send('/account/tokens', form)
    expect(asked.headers.get('location')).toBe('/account/prove?next=%2Faccount')
    expect(await (await steward.send('/api/tokens', form)).json()).toMatchObject({ code: 'proof-too-old' })
    await steward.send('/account/prove', { password: PASSWORD, next: '/account' })
    expect((await steward.send('/account/tokens', form)).status).toBe(200)
  })

  it('changes people in a browser only, not by a token', async () => {
    const answer = await rig.api('/people/of/only-reviewer/disable', {})
    expect([answer.status, (await answer.text()).includes('for whoever signed in with a browser')]).toEqual([
      403,
      true,
    ])
    expect(await enters('only-reviewer', PASSWORD)).toBe(true)
  })
})

describe('an auditor', () => {
  it('sees the people and gets no forms', async () => {
    const auditor = new FormBrowser(rig.url, { username: 'an-auditor' })
    await auditor.signIn()
    const page = await auditor.read('/people')
    expect(page).toContain('only-reviewer')
    expect(page).not.toContain('/people/invite')
    expect((await auditor.ask('/people/of/only-reviewer')).status).toBe(403)
  })

  it('sees a hold and why there is nothing to decide it with', async () => {
    const { id } = await rig.depositUnchecked()
    const auditor = new FormBrowser(rig.url, { username: 'an-auditor' })
    await auditor.signIn()
    const page = await auditor.read(`/holds/${id}`)
    expect(page).toContain('You cannot decide here')
    expect(page).not.toContain(`/holds/${id}/approve`)
    expect(await auditor.read('/')).not.toContain('/claim')
  })
})
