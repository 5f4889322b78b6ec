import { writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { doctorResultFile } from './doctor-result.ts'
import { RESULTS } from './test-programs-rig.ts'
import { findTestSandboxes } from './test-sandboxes-rig.ts'
import { deposited, startTestSite, until } from './test-site-rig.ts'

const [found] = await findTestSandboxes()
if (found === undefined) throw new Error('There is no sandbox to run in.')
const { sandbox, image } = found

const EXAMINATION = {
  examinedAt: '2026-05-01T12:00:00.000Z',
  sandbox: sandbox.name,
  broken: ['network'],
  unchecked: [],
}

it('tells the desk how the worker is when it starts, with what the doctor found', async () => {
  await using site = await startTestSite({ sandbox, image })
  await writeFile(doctorResultFile(site.dataFolder), JSON.stringify(EXAMINATION))
  await site.startWorker()
  await until(() => expect(site.reports).toHaveLength(1))
  expect(site.reports[0]).toMatchObject({
    worker: 'test worker',
    version: '0.1.0',
    sandbox: sandbox.name,
    examination: EXAMINATION,
    neededDiskBytes: 4 * site.site.limits.outputBytes,
    slots: 1,
    running: 0,
    parkedRuns: 0,
  })
  expect(site.reports[0]?.freeDiskBytes).toBeGreaterThan(0)
})

it('leaves out what is not the result of a doctor', async () => {
  await using site = await startTestSite({ sandbox, image })
  await writeFile(doctorResultFile(site.dataFolder), JSON.stringify({ ...EXAMINATION, broken: ['PATIENT'] }))
  await site.startWorker()
  await until(() => expect(site.reports).toHaveLength(1))
  expect(site.reports[0]).not.toHaveProperty('examination')
})

it('runs jobs also beside a desk that does not know reports', async () => {
  await using site = await startTestSite({ sandbox, image })
  site.state.desk = 'without-reports'
  await site.addJob(RESULTS)
  await site.startWorker()
  expect((await deposited(site)).failure).toBeUndefined()
  expect(site.requests).toContain('PUT /api/worker/report')
  expect(site.reports).toEqual([])
})
