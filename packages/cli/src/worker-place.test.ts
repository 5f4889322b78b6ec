import { generateKeyPairSync } from 'node:crypto'
import { sitePublicKeyOf } from '@scoregate/gate/receipt'
import { ScoregateError } from '@scoregate/protocol/errors'
import { describe, expect, it } from 'vitest'
import { isElsewhere, readWorkerPlace, workerSettingsOf } from './worker-place.ts'

const account = { username: 'x', password: 'x', token: 'x' }
const link = { username: 'x', token: 'x', validUntil: '2026-01-01T00:00:00Z' }
const PROVISION = {
  secrets: {
    organizer: account,
    participant: account,
    reviewer: account,
    queueToken: 'queue-token-of-the-test',
    depositToken: 'deposit-token-of-the-test',
    siteToken: 'site-token-of-the-test',
  },
  hubUrl: 'http://localhost:8080',
  deskUrl: 'http://localhost:8090',
  sitePublicKey: sitePublicKeyOf(generateKeyPairSync('ed25519').publicKey),
  signInLinks: { organizer: link, participant: link, reviewer: link },
}

const variablesOf = (lines: string): Record<string, string> =>
  Object.fromEntries(
    lines
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  )

const SETTINGS = variablesOf(workerSettingsOf(PROVISION, { desk: 'https://desk.example' }))

function problemsOf(changes: Record<string, string>): string[] {
  try {
    readWorkerPlace({ ...SETTINGS, ...changes })
  } catch (error) {
    if (error instanceof ScoregateError) return error.problems.map(({ where, what }) => `${where}: ${what}`)
    throw error
  }
  return []
}

describe('a worker on a machine of its own', () => {
  it('is told where it belongs by what the machine of the desk prints', () => {
    expect(isElsewhere({})).toBe(false)
    expect(isElsewhere(SETTINGS)).toBe(true)
    expect(readWorkerPlace({ ...SETTINGS, SCOREGATE_WORKER_NAME: 'gpu 1' })).toEqual({
      deskUrl: 'https://desk.example',
      depositToken: 'deposit-token-of-the-test',
      hub: { url: 'http://localhost:8080', queueToken: 'queue-token-of-the-test' },
      workerName: 'gpu 1',
    })
  })

  it('needs no hub, where a broker gives the jobs', () => {
    const { SCOREGATE_WORKER_HUB: _hub, SCOREGATE_WORKER_HUB_TOKEN: _token, ...others } = SETTINGS
    expect(readWorkerPlace(others).hub).toBeUndefined()
  })

  it.each([
    ['SCOREGATE_WORKER_DESK', 'http://desk.example'],
    ['SCOREGATE_WORKER_DESK', 'desk.example'],
    ['SCOREGATE_WORKER_DESK_TOKEN', 'short'],
    ['SCOREGATE_WORKER_HUB', 'http://10.0.0.1:8080'],
    ['SCOREGATE_WORKER_HUB_TOKEN', ''],
  ])('is refused where results would go in the clear, or half of it is missing: %s=%s', (name, value) => {
    const problems = problemsOf({ [name]: value })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(name)
    expect(problems.join()).not.toContain('token-of-the-test')
  })
})
