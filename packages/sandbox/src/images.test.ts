import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeSandboxes } from './describe-sandboxes-rig.ts'
import { startRegistry } from './image-registry-rig.ts'
import { isToBeTested, openTestSite, startSandbox, TEST_IMAGE } from './sandbox-rig.ts'

const run = promisify(execFile)
const OTHER = `sha256:${'0a'.repeat(32)}`

await describeSandboxes('images', (given) => {
  it('that the site has not are missing, and never fetched for a run', async () => {
    const missing = given.name === 'engine' ? 'scoregate-no-such-image:1' : '/no/such/root'
    expect((await given.site.run('', { image: missing })).outcome).toEqual({ kind: 'image-missing' })
    expect(await given.sandbox.hasImage(missing)).toBe(false)
    expect(await given.sandbox.hasImage(TEST_IMAGE[given.name])).toBe(true)
  })

  it('have names that cannot mean anything else', async () => {
    for (const image of ['../containers', '/', '', 'a b', 'x?force=1']) {
      expect(await given.sandbox.hasImage(image), image).toBe(false)
    }
  })

  it('are not fetched without a digest', async () => {
    const progress = { signal: new AbortController().signal, onProgress: () => undefined }
    const fetched = await given.sandbox.fetchImage(TEST_IMAGE[given.name], progress)
    expect(fetched).toMatchObject({ kind: 'not-fetched', why: expect.stringMatching(/digest|nothing/) })
  })
})

describe.runIf(await isToBeTested('engine'))('images of an engine', () => {
  const ownerMark = `images-${process.pid}`
  const idOf = async (image: string) =>
    (await run('docker', ['image', 'inspect', '--format', '{{.Id}}', image])).stdout.trim()

  it('can be pinned by their id, and a pin that is not theirs finds nothing', async () => {
    const sandbox = await startSandbox('engine', ownerMark)
    const id = await idOf(TEST_IMAGE.engine)
    for (const image of [id, `${TEST_IMAGE.engine}@${id}`])
      expect(await sandbox.hasImage(image), image).toBe(true)
    for (const image of [OTHER, `${TEST_IMAGE.engine}@${OTHER}`]) {
      expect(await sandbox.hasImage(image), image).toBe(false)
    }
    // Control: without its digest the name is enough.
    expect(await sandbox.hasImage(TEST_IMAGE.engine)).toBe(true)
  })

  it('are fetched by digest, with progress, and then are there by it', async () => {
    const sandbox = await startSandbox('engine', ownerMark)
    await using registry = await startRegistry()
    const image = `${registry.name}:1@${registry.digest}`
    const told: string[] = []
    const given = {
      signal: new AbortController().signal,
      onProgress: (words: string) => void told.push(words),
    }
    expect(await sandbox.hasImage(image)).toBe(false)
    expect(await sandbox.fetchImage(image, given)).toEqual({ kind: 'fetched' })
    expect(await sandbox.hasImage(image)).toBe(true)
    expect(told).not.toEqual([])
    await run('docker', ['image', 'rm', `${registry.name}@${registry.digest}`])

    const wrong = await sandbox.fetchImage(`${registry.name}@${OTHER}`, given)
    expect(wrong.kind).toBe('not-fetched')
  })
})

await describeSandboxes('what an outcome says of its image', (given) => {
  it('is the digest by which the engine knows it, where there is one', async () => {
    const { outcome } = await given.site.run('pass')
    if (given.name === 'bubblewrap') return expect(outcome).toMatchObject({ imageDigest: undefined })
    const { stdout } = await run('docker', ['image', 'inspect', '--format', '{{.Id}}', TEST_IMAGE.engine])
    expect(outcome).toMatchObject({ imageDigest: stdout.trim().replace('sha256:', '') })
  })
})

describe('bubblewrap', () => {
  it('says that it can give no GPU, and runs nothing without one that was granted', async () => {
    const sandbox = await startSandbox('bubblewrap', `gpu-${process.pid}`)
    await using site = await openTestSite(sandbox)
    const { outcome, stdout } = await site.run('print("ran")', { gpu: ['nvidia.com/gpu=all'] })
    expect(outcome).toMatchObject({
      kind: 'sandbox-failed',
      detail: expect.stringContaining('a GPU is granted'),
    })
    expect(stdout).toBe('')
  })
})
