import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { startDesk } from './start-desk.ts'

describe('a desk', () => {
  it('does not start with a policy that has errors, and names each', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scoregate-desk-'))
    try {
      const policyFile = join(folder, 'policy.yaml')
      await writeFile(policyFile, 'version: 1\nsite: Test\nreview:\n  requird: always\n  timeout: soon\n')
      const config = {
        dataFolder: join(folder, 'data'),
        host: '127.0.0.1',
        port: 0,
        workerToken: 'worker',
        platforms: [],
        log: pino({ level: 'silent' }),
      }
      await expect(startDesk({ ...config, policyFile })).rejects.toMatchObject({
        code: 'bad-policy',
        problems: expect.arrayContaining([
          expect.objectContaining({ where: expect.stringContaining('policy.yaml:4') }),
          expect.objectContaining({ where: expect.stringContaining('policy.yaml:5') }),
        ]),
      })
      await expect(startDesk({ ...config, policyFile: join(folder, 'absent.yaml') })).rejects.toMatchObject({
        code: 'policy-unreadable',
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
