import { describe, expect, it } from 'vitest'
import { examineSandbox, SandboxReport } from './examine-sandbox.ts'
import { isToBeTested, TEST_IMAGE } from './sandbox-rig.ts'

for (const sandbox of ['engine', 'bubblewrap'] as const) {
  describe.runIf(await isToBeTested(sandbox))(`the examination of ${sandbox}`, () => {
    it('tries every promise in a room, and finds kept what does not depend on the age of the engine', async () => {
      const report = await examineSandbox({ sandbox, images: [TEST_IMAGE[sandbox]], env: process.env })
      expect(report).toEqual(SandboxReport.parse(report))
      expect(report.usable, report.problems.join(' ')).toBe(true)
      const onNewer = sandbox === 'engine' ? ['other-sockets', 'system-calls'] : []
      const onRoot = process.getuid?.() === 0 ? [] : ['own-user', 'output-file-system']
      const broken = report.promises.filter(({ id }) => ![...onNewer, ...onRoot].includes(id))
      expect(broken.filter(({ state }) => state !== 'holds')).toEqual([])
    })
  })
}

describe('the examination of an engine that does not answer', () => {
  it('says why it is not usable, and checks nothing', async () => {
    const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    const report = await examineSandbox({ sandbox: 'engine', images: [], env })
    expect(report).toMatchObject({ usable: false, problems: [expect.stringContaining('no such socket')] })
    expect(new Set(report.promises.map(({ state }) => state))).toEqual(new Set(['not-checked']))
  })
})
