import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePolicy, workerSite } from '@scoregate/gate/policy'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSettings } from '../settings.ts'
import { examineMachine } from './examine-machine.ts'

describe('a machine, as the policy needs it', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scoregate-machine-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const examined = async (id: string, source: string, limits = '') => {
    const text = `version: 1\nsite: Test\n${limits}data:\n  - { competition: "*", source: ${source}, target: /app/data, runs: [scoring] }\n`
    const reading = parsePolicy(text, 'policy.yaml')
    if (reading.kind === 'invalid') throw new Error(reading.problems.map(({ what }) => what).join())
    const settings = readSettings({ SCOREGATE_DATA: join(folder, 'installation') })
    const reports = await examineMachine(settings, workerSite(reading.policy, reading.digest))
    return reports.find((report) => report.id === id)
  }
  const dataFolder = async (mode: number): Promise<string> => {
    const data = join(folder, 'data')
    await mkdir(data)
    await chmod(data, mode)
    return data
  }

  it('has private data that programs can read and only its owner changes', async () => {
    expect(await examined('data', await dataFolder(0o755))).toMatchObject({ state: 'holds' })
  })

  it.each([
    ['everybody may change', 0o757, /chmod -R o-w/],
    ['no program could read', 0o750, /chmod -R o\+rX/],
  ])('is told of a folder that %s', async (_, mode, remedy) => {
    const found = await examined('data', await dataFolder(mode))
    expect(found).toMatchObject({ state: 'does-not-hold', remedy: expect.stringMatching(remedy) })
  })

  it('is told of a folder that is not there, or shows the machine or the installation', async () => {
    const link = join(folder, 'link')
    await symlink('/proc', link)
    await mkdir(join(folder, 'installation', 'worker'), { recursive: true })
    for (const source of [
      join(folder, 'none'),
      '/',
      '/proc',
      link,
      folder,
      join(folder, 'installation/worker'),
    ]) {
      expect(await examined('data', source), source).toMatchObject({ state: 'does-not-hold' })
    }
  })

  it('is told of a disk that is too small for a run', async () => {
    const data = await dataFolder(0o755)
    expect(await examined('disk', data)).toMatchObject({ state: 'holds' })
    const huge = await examined('disk', data, 'limits: { output: 999999GiB }\n')
    expect(huge).toMatchObject({ state: 'does-not-hold', remedy: expect.stringContaining('limits.output') })
  })
})
