import { chmod, lstat, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fetchInput } from './fetch-inputs.ts'
import { call } from './http-call.ts'
import { INGESTION, INPUT_DATA, MODEL, pythonProgram, RESULTS, SCORER } from './test-programs-rig.ts'
import { findTestSandboxes } from './test-sandboxes-rig.ts'
import { deposited, startTestSite } from './test-site-rig.ts'
import { UNTRUSTED } from './untrusted-certificate-rig.ts'

/*
 * Holes of the worker that this one replaces, by their numbers in the protocol reference, section 10, as far as no test of
 * the part concerned has them already.
 */

const sandboxes = await findTestSandboxes()

it('has a sandbox to run in', () => {
  expect(sandboxes).not.toEqual([])
})

describe.each(sandboxes)('a worker with $name', ({ sandbox, image }) => {
  const start = () => startTestSite({ sandbox, image })

  it.each([
    ['W2: a link to its own environment', '/proc/self/environ', 'result.txt'],
    ['W3: a link in the place of the scores', '/proc/self/environ', 'scores.json'],
    ['W3: a link in the place of the detailed results', '/etc/hostname', 'detailed_results.html'],
  ])('does not follow %s', async (_what, target, name) => {
    await using site = await start()
    const leaves = `import os; os.symlink('${target}', '/app/output/${name}')`
    await site.addJob({ ...RESULTS, scoringProgram: pythonProgram(leaves) })
    await site.startWorker()
    const deposit = await deposited(site)
    expect(deposit.failure).toBe('output-refused')
    expect(deposit.manifest.refusals).toMatchObject([{ kind: 'symbolic-link', shownPath: name }])
    expect(deposit.manifest.entries.filter(({ section }) => section === 'scoring_output')).toEqual([])
    const sealed = [...site.blobs.values()].map((bytes) => bytes.toString('latin1')).join()
    expect(sealed).not.toContain('PATH=')
  })

  it('W4: creates nothing through a link that a program left where the old worker wrote', async () => {
    await using site = await start()
    const outside = await mkdtemp(join(tmpdir(), 'scoregate-w4-'))
    try {
      const target = join(outside, 'created')
      const leaves = `import os; os.symlink('${target}', '/app/output/metadata')`
      await site.addJob({ ...RESULTS, scoringProgram: pythonProgram(`${SCORER}\n${leaves}`) })
      await site.startWorker()
      expect((await deposited(site)).failure).toBe('output-refused')
      await expect(lstat(target)).rejects.toMatchObject({ code: 'ENOENT' })
    } finally {
      await rm(outside, { recursive: true })
    }
  })

  it("W8: shows the site's data to the runs that the policy names, and to no other", async () => {
    await using site = await start()
    const data = await mkdtemp(join(tmpdir(), 'scoregate-w8-'))
    try {
      await writeFile(join(data, 'private.txt'), 'private', { mode: 0o644 })
      await chmod(data, 0o755)
      site.site.data.push({ competition: '*', source: data, target: '/app/data', runs: ['scoring'] })
      const looks = `${INGESTION}\nassert not os.path.exists('/app/data')`
      const reads = `${SCORER}\nassert open('/app/data/private.txt').read() == 'private'
try: open('/app/data/private.txt', 'w')
except OSError: pass
else: raise SystemExit('the data is writable')`
      await site.addJob({
        ...RESULTS,
        submission: MODEL,
        inputData: INPUT_DATA,
        ingestionProgram: pythonProgram(looks),
        scoringProgram: pythonProgram(reads),
      })
      await site.startWorker()
      const deposit = await deposited(site)
      expect(site.text(deposit, 'logs', 'ingestion_stderr')).toBe('')
      expect(site.text(deposit, 'logs', 'scoring_stderr')).toBe('')
      expect(deposit.failure).toBeUndefined()
    } finally {
      await rm(data, { recursive: true })
    }
  })

  it('W23: goes on after jobs that it cannot read, and logs where they are wrong and nothing of them', async () => {
    await using site = await start()
    for (const wrong of [
      { image: { 'PRIVATE-1': true } },
      { jobId: '../../PRIVATE-2' },
      { attempt: 'PRIVATE-3' },
      { inputs: 'PRIVATE-4' },
      { timeLimitSeconds: -1 },
    ]) {
      Object.assign(await site.addJob(RESULTS), wrong)
    }
    const readable = await site.addJob(RESULTS)
    await site.startWorker()
    expect((await deposited(site)).manifest.jobId).toBe(readable.jobId)
    expect(site.logged().match(/a job that this worker cannot read \(job\./g)).toHaveLength(5)
    expect(site.logged()).not.toContain('PRIVATE')
  })
})

describe('W19: a server whose certificate nobody vouches for', () => {
  it('is told no token and asked for no input', async () => {
    const heard: (string | undefined)[] = []
    const server = createServer(UNTRUSTED, (asked, response) => {
      heard.push(asked.headers.authorization)
      response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo // it listens on a port
    const url = `https://127.0.0.1:${port}`
    const { signal } = new AbortController()
    try {
      const answer = await call({ method: 'POST', url, token: 'secret', timeoutMs: 10_000, signal })
      expect(answer).toEqual({ kind: 'unreachable', why: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
      const file = join(tmpdir(), `scoregate-w19-${process.pid}`)
      const pace = { firstMs: 1, longestMs: 2 }
      const allowedOrigins = new Set([url])
      const fetched = await fetchInput({ link: { url }, file, maxBytes: 10, allowedOrigins, signal, pace })
      expect(fetched.kind).toBe('refused')
      expect(heard).toEqual([])
      // Control: one that does not look at certificates is heard.
      await new Promise((resolve, reject) => {
        request(url, { rejectUnauthorized: false, headers: { authorization: 'Bearer secret' } }, resolve)
          .on('error', reject)
          .end()
      })
      expect(heard).toEqual(['Bearer secret'])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})
