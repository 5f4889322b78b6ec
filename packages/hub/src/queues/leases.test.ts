import { describe, expect, it } from 'vitest'
import { type HubRig, startHubRig, until } from '../hub-rig.ts'

type Job = { jobId: string; attempt: number }

const say = (rig: HubRig, job: Job, word: string, more: object = {}) =>
  rig.worker('POST', `/api/worker/leases/${job.jobId}/${word}`, { attempt: job.attempt, ...more })

describe('a leased job', () => {
  it('is handed to a worker that waits, as soon as it comes', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition()
    const waiting = rig.lease(30)
    const id = await rig.submit(phase)
    expect((await waiting)?.job.submission.id).toBe(id)
    expect(await rig.lease()).toBeUndefined()
  })

  it('is handed to one worker only, the oldest first', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition()
    const ids = [await rig.submit(phase), await rig.submit(phase), await rig.submit(phase)]
    const leases = await Promise.all(Array.from({ length: 5 }, () => rig.lease()))
    expect(leases.flatMap((lease) => (lease ? [lease.job.submission.id] : [])).sort()).toEqual(ids)
  })

  it('is not lost to a worker that has hung up', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition()
    const gone = new AbortController()
    const request = fetch(`${rig.url}/api/worker/leases`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer worker-token-of-the-local-queue',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ worker: { name: 'w', version: '1' }, waitSeconds: 30 }),
      signal: gone.signal,
    })
    await until(async () => {
      const { body } = await rig.organizer('GET', '/api/queues/')
      return JSON.stringify(body).includes('"w"') ? true : undefined
    })
    gone.abort()
    await expect(request).rejects.toThrow()
    const id = await rig.submit(phase)
    expect((await until(() => rig.lease())).job.submission.id).toBe(id)
  })

  it('goes back when its worker vanishes, and the late worker is fenced off', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition()
    const id = await rig.submit(phase)
    const first = await rig.takeJob()
    await say(rig, first, 'status', { status: 'Running' })
    rig.tick(59)
    expect((await say(rig, first, 'heartbeat')).status).toBe(200)
    rig.tick(59)
    expect(await rig.lease()).toBeUndefined()
    rig.tick(2)
    const { job: second } = await until(() => rig.lease())
    expect([second.jobId, second.attempt]).toEqual([first.jobId, 2])
    expect((await rig.submission(id)).status).toBe('Submitted')

    for (const [word, more] of [
      ['heartbeat', {}],
      ['status', { status: 'Scoring' }],
      ['failure', { reason: 'inputs-unavailable' }],
      ['return', {}],
    ] as const) {
      expect((await say(rig, first, word, more)).status, word).toBe(410)
    }
    for (const outcome of [{ kind: 'awaiting-validation' }, { kind: 'failed', reason: 'scoring-failed' }]) {
      expect((await rig.outcome(first, outcome)).status).toBe(410)
    }
    expect((await rig.release(first, { acc: '1', loss: '0' })).status).toBe(410)
    expect((await rig.submission(id)).status).toBe('Submitted')
    expect((await rig.release(second, { acc: '1', loss: '0' })).status).toBe(200)
  })

  it('whose lease lapsed is still welcome while nobody else has taken it', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition()
    const id = await rig.submit(phase)
    const job = await rig.takeJob()
    await say(rig, job, 'status', { status: 'Running' })
    rig.tick(61)
    await until(async () => ((await rig.submission(id)).status === 'Submitted' ? true : undefined))
    expect((await say(rig, job, 'heartbeat')).status).toBe(410)
    expect((await rig.outcome(job, { kind: 'awaiting-validation' })).status).toBe(200)
    expect(await rig.lease()).toBeUndefined()
    expect((await rig.submission(id)).status).toBe('Awaiting validation')
  })

  it('is given up after five vanished workers', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition()
    const id = await rig.submit(phase)
    for (let tries = 1; tries <= 5; tries++) {
      const { job } = await until(() => rig.lease())
      expect(job.attempt).toBe(tries)
      rig.tick(61)
    }
    await until(async () => ((await rig.submission(id)).status === 'Failed' ? true : undefined))
    expect(await rig.submission(id)).toMatchObject({ reason_code: 'worker-failed' })
    expect(await rig.lease()).toBeUndefined()
  })

  it('fails when no worker comes in time', async () => {
    await using rig = await startHubRig({ queueWaitSeconds: 3600 })
    const { phase } = await rig.createCompetition()
    const id = await rig.submit(phase)
    rig.tick(3601)
    await until(async () => ((await rig.submission(id)).status === 'Failed' ? true : undefined))
    expect(await rig.submission(id)).toMatchObject({ reason_code: 'no-worker' })
  })

  it('is given back, or fails before anything ran', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition()
    const id = await rig.submit(phase)
    const first = await rig.takeJob()
    expect((await say(rig, first, 'return')).status).toBe(200)
    const second = await rig.takeJob()
    expect(second.attempt).toBe(2)
    expect((await say(rig, second, 'failure', { reason: 'the log said: patient 17' })).status).toBe(400)
    expect((await say(rig, second, 'failure', { reason: 'image-missing' })).status).toBe(200)
    expect(await rig.submission(id)).toMatchObject({ status: 'Failed', reason_code: 'image-missing' })
    expect((await say(rig, second, 'failure', { reason: 'image-missing' })).status).toBe(410)
  })

  it('says to its worker that it was cancelled, and nothing revives it', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition()
    const id = await rig.submit(phase)
    const job = await rig.takeJob()
    expect((await rig.participant('GET', `/api/submissions/${id}/cancel_submission/`)).body).toEqual({
      canceled: true,
    })
    expect((await say(rig, job, 'heartbeat')).body).toMatchObject({ cancelled: true })
    expect((await say(rig, job, 'status', { status: 'Running' })).body).toMatchObject({ cancelled: true })
    expect((await say(rig, job, 'return')).status).toBe(410)
    expect((await rig.outcome(job, { kind: 'awaiting-validation' })).status).toBe(410)
    expect((await rig.release(job, { acc: '1', loss: '0' })).status).toBe(410)
    expect((await rig.submission(id)).status).toBe('Cancelled')
    rig.tick(120)
    expect(await rig.lease()).toBeUndefined()
    expect((await rig.participant('GET', `/api/submissions/${id}/cancel_submission/`)).body).toEqual({
      canceled: false,
    })
  })
})
