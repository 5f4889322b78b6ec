import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@scoregate/storage/migrate'
import { openRecords, type Records } from '@scoregate/storage/records'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ACCOUNT_MIGRATIONS,
  type AccountOptions,
  type Accounts,
  type AccountTables,
  createAccounts,
  type Person,
} from './accounts.ts'

const PASSWORD = 'a long enough password'
const STRICT = { hours: 8, idleMinutes: 30, isBoundToBrowser: true, sameSite: 'Strict' } as const
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
const EDGE = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/129.0 Safari/537.36 Edg/129.0'

let folder: string
let records: Records<AccountTables>
let now: Date
let refused: string[]

beforeEach(async () => {
  now = new Date('2026-05-01T12:00:00Z')
  refused = []
  folder = await mkdtemp(join(tmpdir(), 'scoregate-sessions-'))
  records = await openRecords(join(folder, 'site.db'))
  await migrate(records.db, ACCOUNT_MIGRATIONS)
})

afterEach(async () => {
  await records.close()
  await rm(folder, { recursive: true })
})

function accountsWith(options: AccountOptions): Accounts {
  return createAccounts(records.db, () => now, {
    ...options,
    onOtherBrowser: async ({ username }) => void refused.push(username),
  })
}

async function signIn(
  accounts: Accounts,
  agent = FIREFOX,
): Promise<{ person: Person; id: string; look(as?: string, isUse?: boolean): Promise<boolean> }> {
  const person =
    (await accounts.findPersonByUsername('reviewer')) ??
    (await accounts.createPerson({ username: 'reviewer', password: PASSWORD }))
  const { id } = await accounts.createSession(person, agent)
  const look = async (as = agent, isUse = true) =>
    (await accounts.findSession(id, { agent: as, isUse })) !== undefined
  return { person, id, look }
}

function pass(minutes: number): void {
  now = new Date(now.getTime() + minutes * 60_000)
}

describe('a session with strict rules', () => {
  it('ends after half an hour without use, and each use prolongs it', async () => {
    const { look } = await signIn(accountsWith({ sessions: STRICT }))
    for (let times = 0; times < 3; times++) {
      pass(29)
      expect(await look()).toBe(true)
    }
    pass(31)
    expect(await look()).toBe(false)
  })

  it('is not prolonged by what a page asks by itself', async () => {
    const { look } = await signIn(accountsWith({ sessions: STRICT }))
    for (let minutes = 0; minutes < 28; minutes += 4) {
      pass(4)
      expect(await look(FIREFOX, false)).toBe(true)
    }
    pass(4)
    expect(await look(FIREFOX, false)).toBe(false)
    expect(await look()).toBe(false)
  })

  it('ends after its hours, however much it is used', async () => {
    const { look } = await signIn(accountsWith({ sessions: STRICT }))
    for (let minutes = 0; minutes < 8 * 60 - 20; minutes += 20) {
      pass(20)
      expect(await look()).toBe(true)
    }
    pass(20)
    expect(await look()).toBe(false)
  })

  it('is refused and ended when its secret comes from another browser, and the site is told', async () => {
    const { look } = await signIn(accountsWith({ sessions: STRICT }))
    expect(await look()).toBe(true)
    expect(await look(EDGE)).toBe(false)
    expect(refused).toEqual(['reviewer'])
    expect(await look()).toBe(false)
    expect(refused).toHaveLength(1)
  })

  it('is listed with its browser in words of ours, and which one looks', async () => {
    const accounts = accountsWith({ sessions: STRICT })
    const first = await signIn(accounts)
    pass(5)
    const second = await signIn(accounts, EDGE)
    const third = await signIn(accounts, '<script>alert(1)</script>')
    const list = await accounts.listSessions(first.person, second.id)
    expect(list.map(({ browser, isThis }) => ({ browser, isThis }))).toEqual(
      expect.arrayContaining([
        { browser: 'Firefox on Linux', isThis: false },
        { browser: 'Edge on Windows', isThis: true },
        { browser: 'another program', isThis: false },
      ]),
    )
    expect(JSON.stringify(list)).not.toContain(third.id)
  })
})

describe('a session with the usual rules', () => {
  it('holds without use and in any browser, for twelve hours', async () => {
    const { look } = await signIn(accountsWith({}))
    pass(11 * 60)
    expect(await look(EDGE)).toBe(true)
    expect(refused).toEqual([])
    pass(61)
    expect(await look()).toBe(false)
  })
})

describe('a disabled account', () => {
  it('is let in by nothing that it had, and by nothing new', async () => {
    const accounts = accountsWith({})
    const { person, look } = await signIn(accounts)
    const token = await accounts.createToken(person)
    await accounts.createSignInLink(person, 'link-token', new Date(now.getTime() + 3_600_000))
    const enters = async () => [
      await look(),
      (await accounts.findByToken(token)) !== undefined,
      (await accounts.useSignInLink('link-token')) !== undefined,
      (await accounts.checkPassword('reviewer', PASSWORD)) !== undefined,
    ]
    expect(await enters()).toEqual([true, true, true, true])
    await records.db.updateTable('person').set({ disabled_at: now.toISOString() }).execute()
    expect(await enters()).toEqual([false, false, false, false])
    await expect(accounts.createSession(person)).rejects.toMatchObject({ code: 'account-disabled' })
  })
})

describe('wrong passwords', () => {
  const tried = async (accounts: Accounts, username: string, address?: string) =>
    accounts.checkPassword(username, 'wrong password', address).then(
      () => 'checked',
      (error) => String(error.code),
    )

  it('make each further wait for a name twice as long, up to an hour, until the right one comes', async () => {
    const accounts = accountsWith({})
    await signIn(accounts)
    for (let times = 0; times < 10; times++) expect(await tried(accounts, 'reviewer')).toBe('checked')
    for (const minutes of [5, 10, 20, 40, 60, 60]) {
      pass(minutes - 1)
      expect(await tried(accounts, 'reviewer')).toBe('too-many-sign-ins')
      pass(1)
      expect(await tried(accounts, 'reviewer')).toBe('checked')
    }
    pass(60)
    expect(await accounts.checkPassword('reviewer', PASSWORD)).toMatchObject({ username: 'reviewer' })
    expect(await tried(accounts, 'reviewer')).toBe('checked')
  })

  it('are counted alike for names that nobody has', async () => {
    const accounts = accountsWith({})
    for (let times = 0; times < 10; times++) expect(await tried(accounts, 'nobody')).toBe('checked')
    expect(await tried(accounts, 'NoBody')).toBe('too-many-sign-ins')
    expect(await accounts.limits.listLocked()).toMatchObject([{ usernameKey: 'nobody', failures: 10 }])
  })

  it('are counted for an address too, whatever names it tries, and for no other address', async () => {
    const accounts = accountsWith({})
    for (let times = 0; times < 40; times++) {
      expect(await tried(accounts, `name-${times}`, '192.0.2.1')).toBe('checked')
    }
    expect(await tried(accounts, 'yet-another', '192.0.2.1')).toBe('too-many-sign-ins')
    expect(await tried(accounts, 'yet-another', '192.0.2.2')).toBe('checked')
    pass(5)
    expect(await tried(accounts, 'yet-another', '192.0.2.1')).toBe('checked')
  })

  it('do not slip past the limit by being many at once', async () => {
    const accounts = accountsWith({})
    const answers = await Promise.all(Array.from({ length: 30 }, () => tried(accounts, 'reviewer')))
    expect(answers.filter((answer) => answer === 'checked')).toHaveLength(10)
  })
})
