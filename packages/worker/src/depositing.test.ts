import { readdir } from 'node:fs/promises'
import { describe, expect, it, vi } from 'vitest'
import { listParkedRuns } from './parked-runs.ts'
import { RESULTS } from './test-programs-rig.ts'
import { findTestSandboxes } from './test-sandboxes-rig.ts'
import { deposited, startTestSite, until } from './test-site-rig.ts'

const sandboxes = await findTestSandboxes()

it('has a sandbox to run in', () => {
  expect(sandboxes).not.toEqual([])
})

describe.each(sandboxes)('what a worker with $name sealed', ({ sandbox, image }) => {
  const start = () => startTestSite({ sandbox, image })

  it('takes the next job while a deposit waits for the desk, and deposits both in the end', async () => {
    await using site = await start()
    site.state.desk = 'site-only'
    await site.addJob(RESULTS)
    await site.addJob(RESULTS)
    await site.startWorker()
    await until(() => expect(site.logged().match(/a run is sealed/g)).toHaveLength(2))
    expect(site.deposits).toEqual([])
    site.state.desk = 'up'
    await deposited(site, 2)
  })

  it('takes no job while the desk does not answer', async () => {
    await using site = await start()
    site.state.desk = 'down'
    await site.addJob(RESULTS)
    await site.startWorker()
    await until(() => expect(site.logged()).toContain('no job is taken'))
    expect(site.requests.filter((request) => request.endsWith('/leases'))).toEqual([])
    site.state.desk = 'up'
    await deposited(site)
  })

  it('deposits after a restart what was sealed before it, even if its lease is lost', async () => {
    await using site = await start()
    site.state.desk = 'site-only'
    const job = await site.addJob(RESULTS)
    const first = await site.startWorker()
    await until(() => expect(site.logged()).toContain('a run is sealed'))
    await first.stop()
    expect(await site.left()).toHaveLength(1)

    site.state.desk = 'up'
    site.state.lease = 'lost'
    await site.startWorker()
    expect((await deposited(site)).manifest.jobId).toBe(job.jobId)
    await vi.waitFor(async () => expect(await site.left()).toEqual([]))
  })

  it.each(['superseding', 'has-another'] as const)('drops a sealed run when the desk is %s', async (desk) => {
    await using site = await start()
    site.state.desk = desk
    await site.addJob(RESULTS)
    await site.startWorker()
    await until(() => expect(site.logged()).toContain('wants this attempt no more'))
    await vi.waitFor(async () => expect(await site.left()).toEqual([]))
    expect(site.deposits).toEqual([])
  })

  it('drops a sealed run whose submission is cancelled while the desk is away', async () => {
    await using site = await start()
    site.state.desk = 'site-only'
    await site.addJob(RESULTS)
    await site.startWorker()
    await until(() => expect(site.logged()).toContain('a run is sealed'))
    site.state.lease = 'cancelled'
    await until(() => expect(site.logged()).toContain('its submission was cancelled'))
    site.state.desk = 'up'
    await vi.waitFor(async () => expect(await site.left()).toEqual([]))
    expect(site.deposits).toEqual([])
  })

  it('sets a sealed run aside that the desk will never take, says so to the hub, and takes the next job', async () => {
    await using site = await start()
    site.state.desk = 'refusing'
    await site.addJob(RESULTS)
    await site.startWorker()
    await until(() => expect(site.heard().at(-1)).toBe('failure: worker-failed'))
    expect(site.logged()).toContain('status 400 (bad-deposit, platform)')
    const [parked, ...others] = await listParkedRuns(site.dataFolder)
    expect(others).toEqual([])
    expect(parked?.reason).toMatchObject({
      why: 'desk-refused',
      detail: 'status 400 (bad-deposit, platform)',
    })
    expect(await readdir(parked?.folder ?? '')).toContain('record.json')
    await vi.waitFor(async () => expect(await site.left()).toEqual([]))

    site.state.desk = 'up'
    await site.addJob(RESULTS)
    await deposited(site)
  })

  it('keeps a sealed run that something between it and the desk refuses, until the desk has it', async () => {
    await using site = await start()
    site.state.desk = 'proxy-refusing'
    await site.addJob(RESULTS)
    await site.startWorker()
    await until(() => expect(site.logged()).toContain('the desk has not taken a sealed run'))
    site.state.desk = 'up'
    await deposited(site)
    expect(await listParkedRuns(site.dataFolder)).toEqual([])
  })
})
