import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CODE as UNPACKED } from './test-programs-rig.ts'
import { findTestSandboxes } from './test-sandboxes-rig.ts'
import { startTestSite, type TestInputs, type TestSite, until } from './test-site-rig.ts'
import { zipOf } from './zip-rig.ts'

// Made once: an archive that is made again is another one, since it names the time.
const CODE: TestInputs = {
  scoringProgram: await zipOf(UNPACKED.scoringProgram),
  referenceData: await zipOf(UNPACKED.referenceData),
  submission: await zipOf(UNPACKED.submission),
  ingestionProgram: await zipOf(UNPACKED.ingestionProgram),
  inputData: await zipOf(UNPACKED.inputData),
}

const [sandbox] = await findTestSandboxes()

it('has a sandbox to run in', () => {
  expect(sandbox).toBeDefined()
})

/** Runs a job to its deposit, and tells how many archives were fetched for it. */
async function runOnce(site: TestSite, job: Parameters<TestSite['addJob']>[1] = {}): Promise<number> {
  const { deposits, requests } = site
  const [before, fetched] = [deposits.length, requests.filter(isFetch).length]
  await site.addJob(CODE, job)
  await until(() => expect(deposits).toHaveLength(before + 1))
  expect(deposits[before]?.failure).toBeUndefined()
  return requests.filter(isFetch).length - fetched
}

const isFetch = (request: string) => request.startsWith('GET /inputs/')

describe.runIf(sandbox !== undefined)('inputs that were fetched before', () => {
  const start = async () => {
    if (sandbox === undefined) throw new Error('no sandbox')
    return await startTestSite(sandbox)
  }
  const kept = (site: TestSite) => readdir(join(site.dataFolder, 'cache'))

  it('are not fetched again, but for the submission, and the manifest names them all the same', async () => {
    await using site = await start()
    await site.startWorker()
    expect(await runOnce(site)).toBe(5)
    expect(await runOnce(site)).toBe(1)
    const [first, second] = site.deposits
    expect(second?.manifest.inputs).toEqual(first?.manifest.inputs)
    expect(await kept(site)).toHaveLength(4)
    expect(site.logged()).not.toContain('secret-signature')
  })

  it('are fetched again for a job of another competition', async () => {
    await using site = await start()
    await site.startWorker()
    expect(await runOnce(site)).toBe(5)
    expect(await runOnce(site, { competition: { id: 2, title: 'Another' } })).toBe(5)
  })

  it('are fetched again when they are not what they were', async () => {
    await using site = await start()
    await site.startWorker()
    expect(await runOnce(site)).toBe(5)
    for (const name of await kept(site)) await writeFile(join(site.dataFolder, 'cache', name), 'spoilt')
    expect(await runOnce(site)).toBe(5)
    expect(site.logged()).toContain('it is fetched again')
    expect(await runOnce(site)).toBe(1)
  })

  it('are not kept where the policy turns the cache off, also those of before', async () => {
    await using site = await start()
    await site.startWorker()
    expect(await runOnce(site)).toBe(5)
    site.site.limits.cacheBytes = 0
    // The worker that waits for a job asked for the policy before: this job is still run under the old one.
    await runOnce(site)
    expect(await runOnce(site)).toBe(5)
    expect(await kept(site)).toEqual([])
  })
})
