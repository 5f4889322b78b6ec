import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startInstallation } from './installation-rig.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoregate-start-'))
})
afterEach(() => rm(folder, { recursive: true }))

function scoregate(parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['packages/cli/bin/scoregate.js', ...parameters],
    { env: { ...process.env, SCOREGATE_DATA: join(folder, 'data'), ...environment }, encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

describe('scoregate start', () => {
  it('names the port that is taken, who wanted it and what to type', async () => {
    const squatter = createServer()
    const port = await new Promise<number>((resolve) =>
      squatter.listen(0, '127.0.0.1', () => {
        const address = squatter.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      }),
    )
    const { status, stderr } = scoregate(['start'], {
      SCOREGATE_HUB_PORT: String(port),
      SCOREGATE_DESK_PORT: '0',
      SCOREGATE_SANDBOX: 'bubblewrap',
    })
    squatter.close()
    expect(status).toBe(1)
    expect(stderr).toContain(`Port ${port}, where the hub should listen, is taken by another program.`)
    expect(stderr).toContain(`SCOREGATE_HUB_PORT=${port + 1} npm start`)
  })

  it('does not start a desk whose policy has errors, and names file, line, key and what is allowed', async () => {
    const policy = join(folder, 'policy.yaml')
    await writeFile(
      policy,
      'version: 1\nsite: Test\nreview:\n  requird: always\n  timeout: soon\nimages: {}\n',
    )
    const { status, stderr } = scoregate(['start'], {
      SCOREGATE_HUB_PORT: '0',
      SCOREGATE_DESK_PORT: '0',
      SCOREGATE_EXAMPLE: '0',
      SCOREGATE_POLICY: policy,
      SCOREGATE_SANDBOX: 'bubblewrap',
    })
    expect(status).toBe(1)
    expect(stderr).toMatch(/policy\.yaml:4.*requird/s)
    expect(stderr).toContain('required')
    expect(stderr).toMatch(/policy\.yaml:5.*timeout/s)
    expect(stderr).toMatch(/24h/)
  })

  it('names a setting that is wrong', () => {
    const { status, stderr } = scoregate(['start'], { SCOREGATE_HUB_PORT: 'eighty' })
    expect(status).toBe(1)
    expect(stderr).toContain('SCOREGATE_HUB_PORT')
  })

  it('keeps its secrets for the owner alone, and leaves nothing running when it is stopped', async () => {
    await using site = await startInstallation()
    for (const name of ['ready.json', 'secrets.json', 'provision.json']) {
      expect((await stat(join(site.dataFolder, name))).mode & 0o077, name).toBe(0)
    }
    expect((await stat(site.dataFolder)).mode & 0o077).toBe(0)
    const pids = await Promise.all((['hub', 'desk', 'worker'] as const).map((name) => site.pid(name)))
    expect(await site.stop()).toBe(0)
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow()
  })
})

describe('the review command', () => {
  it('says that nothing runs here, and what to do', () => {
    const { status, stderr } = scoregate(['review', 'list'])
    expect(status).toBe(6)
    expect(stderr).toContain('No running installation was found')
  })
})
