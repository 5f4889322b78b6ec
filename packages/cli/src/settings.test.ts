import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ScoregateError } from '@scoregate/protocol/errors'
import { describe, expect, it } from 'vitest'
import { readInstitution } from './institution-settings.ts'
import { readSettings } from './settings.ts'

const SMTP_URL = 'smtp://desk:planted-password@mail.example.org:587'

describe('the settings of mail', () => {
  it('are a server and a sender together', () => {
    expect(readSettings({}).mail).toBeUndefined()
    const both = { SCOREGATE_SMTP_URL: SMTP_URL, SCOREGATE_MAIL_FROM: 'desk@example.org' }
    expect(readSettings(both).mail).toEqual({ smtpUrl: SMTP_URL, from: 'desk@example.org' })
    expect(() => readSettings({ SCOREGATE_SMTP_URL: SMTP_URL })).toThrow('SCOREGATE_MAIL_FROM is missing')
  })

  it('never show the server, whatever is wrong with it', () => {
    let thrown: unknown
    try {
      readSettings({ SCOREGATE_SMTP_URL: SMTP_URL.replace('smtp:', 'http:'), SCOREGATE_SANDBOX: 'no-such' })
    } catch (error) {
      thrown = error
    }
    // The control: another variable is shown as it was set.
    expect(JSON.stringify(thrown)).toContain('no-such')
    expect(JSON.stringify(thrown)).toContain('SCOREGATE_SMTP_URL')
    expect(JSON.stringify(thrown)).not.toContain('planted-password')
  })
})

describe('the settings of a broker', () => {
  it('are derived from one address, which is never shown', () => {
    expect(readSettings({}).broker).toBeUndefined()
    const amqp = 'amqps://hub:planted-password@broker.example.org'
    expect(readSettings({ SCOREGATE_AMQP: amqp }).broker).toMatchObject({
      port: 5671,
      managementUrl: 'https://broker.example.org:15671',
    })
    const wrong = () => readSettings({ SCOREGATE_AMQP: amqp.replace('amqps:', 'http:') })
    expect(wrong).toThrow('--amqp is no address of a broker')
    expect(wrong).not.toThrow('planted-password')
    const hubAt = (url: string) =>
      readSettings({ SCOREGATE_AMQP: amqp, SCOREGATE_HUB_FOR_WORKERS: url }).broker
    expect(hubAt('https://hub.example.org/')).toMatchObject({ hubForWorkers: 'https://hub.example.org' })
    for (const url of [
      'hub.example.org',
      'ftp://hub.example.org',
      'https://hub.example.org/hub',
      'https://a:b@c',
    ]) {
      expect(() => hubAt(url)).toThrow('--hub-for-workers is no address of a hub')
    }
    expect(() => readSettings({ SCOREGATE_HUB_FOR_WORKERS: 'https://hub.example.org' })).toThrow(
      '--amqp is not',
    )
    expect(() => readSettings({ SCOREGATE_AMQP_MANAGEMENT: 'http://127.0.0.1:15672' })).toThrow(
      '--amqp is not',
    )
  })
})

describe('the settings of signing in by an institution', () => {
  const WHOLE = {
    SCOREGATE_OIDC_ISSUER: 'https://sso.example.org/realms/hospital',
    SCOREGATE_OIDC_CLIENT_ID: 'desk',
    SCOREGATE_OIDC_CLIENT_SECRET: 'planted-secret',
    SCOREGATE_DESK_URL: 'https://desk.example.org',
  }

  it('are none, or all that is needed', () => {
    expect(readSettings({}).institution).toBeUndefined()
    expect(readSettings(WHOLE).institution).toEqual({
      issuer: WHOLE.SCOREGATE_OIDC_ISSUER,
      clientId: 'desk',
      secret: { kind: 'given', value: 'planted-secret' },
      name: 'sso.example.org',
      requiredClaims: [],
    })
    expect(problemsOf({ SCOREGATE_OIDC_NAME: 'Hospital' })).toEqual([
      'SCOREGATE_OIDC_ISSUER',
      'SCOREGATE_OIDC_CLIENT_ID',
      'SCOREGATE_OIDC_CLIENT_SECRET_FILE',
      'SCOREGATE_DESK_URL',
    ])
    expect(problemsOf({ ...WHOLE, SCOREGATE_OIDC_CLIENT_SECRET_FILE: 'secret' })).toEqual([
      'SCOREGATE_OIDC_CLIENT_SECRET',
    ])
  })

  it.each([
    'http://sso.example.org',
    'ftp://sso.example.org',
    'sso.example.org',
    'https://sso.example.org/?realm=a',
  ])('takes no provider at %s', (issuer) => {
    expect(problemsOf({ ...WHOLE, SCOREGATE_OIDC_ISSUER: issuer })).toEqual(['SCOREGATE_OIDC_ISSUER'])
  })

  it('reads claims that are required, and nothing that only looks like them', () => {
    const read = (text: string) => readSettings({ ...WHOLE, SCOREGATE_OIDC_REQUIRE: text }).institution
    expect(read('acr=gold, silver; groups=data-reviewers')?.requiredClaims).toEqual([
      { claim: 'acr', values: ['gold', 'silver'] },
      { claim: 'groups', values: ['data-reviewers'] },
    ])
    for (const text of ['acr', 'acr=', 'acr=gold;', '=gold', 'acr=,']) {
      expect(problemsOf({ ...WHOLE, SCOREGATE_OIDC_REQUIRE: text })).toEqual(['SCOREGATE_OIDC_REQUIRE'])
    }
  })

  it('have the secret from a file, and name the file that cannot be read', async () => {
    await using folder = await temporaryFolder()
    const { SCOREGATE_OIDC_CLIENT_SECRET: _, ...rest } = WHOLE
    const file = join(folder.path, 'secret')
    const setting = readSettings({ ...rest, SCOREGATE_OIDC_CLIENT_SECRET_FILE: file }).institution
    if (setting === undefined) throw new Error('There is no setting.')
    await expect(readInstitution(setting)).rejects.toThrow(`${file} cannot be read`)
    await writeFile(file, '\n')
    await expect(readInstitution(setting)).rejects.toThrow(`${file} is empty`)
    await writeFile(file, 'planted-secret\n')
    expect((await readInstitution(setting)).clientSecret).toBe('planted-secret')
  })
})

function problemsOf(environment: Record<string, string>): string[] {
  try {
    readSettings(environment)
  } catch (error) {
    if (error instanceof ScoregateError) {
      expect(JSON.stringify(error)).not.toContain('planted-secret')
      return error.problems.map(({ where }) => where)
    }
    throw error
  }
  return []
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'scoregate-settings-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
