import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parkRun } from '@scoregate/worker/parked-runs'
import { describe, expect, it } from 'vitest'
import { examineParkedRuns } from './examine-parked-runs.ts'

describe('what doctor says of sealed runs that were set aside', () => {
  it('is that all is well where there are none, and otherwise which, why, where and what to do', async () => {
    const worker = await mkdtemp(join(tmpdir(), 'scoregate-doctor-'))
    try {
      expect(await examineParkedRuns(worker)).toMatchObject([{ state: 'holds' }])
      const home = join(worker, 'spool', 'run-1')
      await mkdir(home, { recursive: true })
      await parkRun(home, {
        why: 'desk-refused',
        detail: 'status 400',
        now: new Date('2026-01-02T03:04:05Z'),
      })
      expect(await examineParkedRuns(worker)).toMatchObject([
        {
          state: 'does-not-hold',
          why: `the desk refused it for good (status 400), and it was set aside in ${join(worker, 'parked', 'run-1')} on 2026-01-02T03:04:05.000Z`,
          remedy: expect.stringContaining('docs/when-things-go-wrong.md'),
        },
      ])
    } finally {
      await rm(worker, { recursive: true })
    }
  })
})
