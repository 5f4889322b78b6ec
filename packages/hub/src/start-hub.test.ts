import { Buffer } from 'node:buffer'
import { Job } from '@scoregate/protocol/job'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startHubRig } from './hub-rig.ts'
import { digest, HOLD } from './receipt-rig.ts'

describe("a Codabench client's way from token to score", () => {
  let rig: Awaited<ReturnType<typeof startHubRig>>
  beforeAll(async () => {
    rig = await startHubRig()
  })
  afterAll(() => rig[Symbol.asyncDispose]())

  it('goes through, and shows what was released and nothing else', async () => {
    const signedUp = await rig.visitor('POST', '/api/accounts/', {
      username: 'newcomer',
      password: 'four words are better',
    })
    expect(signedUp.status).toBe(201)
    const token = await rig.visitor('POST', '/api/api-token-auth/', {
      username: 'newcomer',
      password: 'four words are better',
    })
    expect(token).toMatchObject({ status: 200, body: { token: expect.any(String) } })

    const { id, phase } = await rig.createCompetition()
    const shown = await rig.visitor('GET', `/api/competitions/${id}`)
    expect(shown.body).toMatchObject({
      title: 'Tiny',
      created_by: 'organizer',
      human_in_the_loop: true,
      auto_run_submissions: true,
      phases: [{ name: 'Main', status: 'Current', max_submissions_per_day: 5 }],
      leaderboards: [{ key: 'main', columns: [{ key: 'acc' }, { key: 'loss' }, { key: 'mean' }] }],
    })
    expect((await rig.participant('GET', `/api/can_make_submission/${phase}/`)).body).toEqual({
      can: true,
      reason: null,
    })

    const submission = await rig.submit(phase)
    expect((await rig.submission(submission)).status).toBe('Submitted')
    const job = await rig.takeJob()
    expect(job).toMatchObject({
      attempt: 1,
      humanInTheLoop: true,
      columns: [{ key: 'acc' }, {}, { computed: true }],
    })
    await fetchInputs(job)
    for (const status of ['Preparing', 'Running', 'Scoring']) {
      const heard = await rig.worker('POST', `/api/worker/leases/${job.jobId}/status`, { attempt: 1, status })
      expect(heard.body).toEqual({ leaseSeconds: 60, cancelled: false })
      expect((await rig.submission(submission)).status).toBe(status)
    }
    expect((await rig.outcome(job, { kind: 'awaiting-validation' })).body).toEqual({ accepted: true })
    expect((await rig.submission(submission)).status).toBe('Awaiting validation')

    const log = Buffer.from('a log that the reviewer released')
    const artefact = `/api/site/jobs/${job.jobId}/artefacts/scoring_stdout?attempt=1&hold=${HOLD}&sha256=${digest(log)}`
    expect((await rig.site('PUT', artefact, log)).status).toBe(201)
    expect((await rig.site('PUT', artefact, log)).status).toBe(200)
    const before = await rig.participant('GET', `/api/submissions/${submission}/get_details/`)
    expect(before.body).toMatchObject({ logs: [], scoring_result: null, detailed_result: null })

    const outcome = {
      kind: 'released',
      releasedAt: '2026-05-01T12:30:30.000Z',
      scores: [
        { column: 'acc', value: '0.875' },
        { column: 'loss', value: '0.25' },
      ],
      artefacts: [{ name: 'scoring_stdout', sha256: digest(log), sizeBytes: log.length }],
    }
    expect((await rig.outcome(job, outcome)).status).toBe(200)
    expect((await rig.outcome(job, outcome)).status).toBe(200)
    expect(await rig.submission(submission)).toMatchObject({
      status: 'Finished',
      on_leaderboard: true,
      scores: [
        { column_key: 'acc', score: '0.875' },
        { column_key: 'loss', score: '0.25' },
        { column_key: 'mean', score: '0.56' },
      ],
    })
    const details = await rig.participant('GET', `/api/submissions/${submission}/get_details/`)
    const { logs } = z
      .object({ logs: z.array(z.object({ name: z.string(), data_file: z.string() })) })
      .parse(details.body)
    expect(logs).toMatchObject([{ name: 'scoring_stdout' }])
    expect((await rig.visitor('GET', logs[0]?.data_file ?? '')).text).toBe(String(log))

    expect(await rig.board(phase)).toMatchObject([
      {
        rank: 1,
        owner: 'participant',
        id: submission,
        scores: [{ column_key: 'acc', score: '0.875' }, {}, {}],
      },
    ])
    const results = await rig.organizer('GET', `/api/competitions/${id}/results.json?phase=${phase}`)
    expect(results.body).toEqual({
      [`Results - Main(${phase})`]: {
        [`participant-${submission}`]: {
          [`T(${job.task.id})-Accuracy`]: '0.875',
          [`T(${job.task.id})-Loss`]: '0.25',
          [`T(${job.task.id})-Mean`]: '0.56',
        },
      },
    })
    expect((await rig.participant('GET', `/api/competitions/${id}/results.json`)).status).toBe(403)
  })

  it('keeps everything through a restart, and gives out no link that it did not sign', async () => {
    const { phase } = await rig.createCompetition()
    const submission = await rig.submit(phase)
    const job = await rig.takeJob()
    await rig.restart()
    const beat = await rig.worker('POST', `/api/worker/leases/${job.jobId}/heartbeat`, { attempt: 1 })
    expect(beat.status).toBe(200)
    expect((await rig.submission(submission)).status).toBe('Submitted')

    const here = rig.url + pathOf(job.inputs.submission.url)
    expect((await rig.visitor('GET', here)).status).toBe(200)
    expect((await rig.visitor('GET', here.replace('signature=', 'signature=x'))).status).toBe(403)
    await rig.release(job, { acc: '1', loss: '0' })
  })

  it('gives a worker links to inputs that end with the attempt, and after hours in any case', async () => {
    const { phase } = await rig.createCompetition()
    const endings: readonly [how: string, end: (job: Job, id: number) => Promise<unknown>][] = [
      ['released', (job) => rig.release(job, { acc: '1' })],
      ['held', (job) => rig.outcome(job, { kind: 'awaiting-validation' })],
      ['cancelled', (_, id) => rig.participant('GET', `/api/submissions/${id}/cancel_submission/`)],
      ['six hours old', async () => rig.tick(6 * 3600)],
    ]
    for (const [how, end] of endings) {
      const id = await rig.submit(phase)
      const job = await rig.takeJob()
      const link = job.inputs.scoringProgram.url
      expect([how, (await rig.visitor('GET', link)).status]).toEqual([how, 200])
      await end(job, id)
      expect([how, (await rig.visitor('GET', link)).status]).toEqual([how, 403])
    }
  })

  it('describes its API, and answers health checks', async () => {
    const { body } = await rig.visitor('GET', '/api/openapi.json')
    const { paths } = z.object({ paths: z.record(z.string(), z.unknown()) }).parse(body)
    expect(Object.keys(paths)).toContain('/api/site/jobs/{jobId}/outcome')
    expect((await rig.visitor('GET', '/api/docs')).text).toContain('/api/worker/leases')
    expect((await rig.visitor('GET', '/healthz')).body).toEqual({ ok: true })
  })

  it('keeps people, workers and sites apart', async () => {
    const request = { worker: { name: 'w', version: '1' }, waitSeconds: 0 }
    for (const client of [rig.visitor, rig.participant, rig.site]) {
      expect((await client('POST', '/api/worker/leases', request)).status).toBe(401)
    }
    for (const client of [rig.visitor, rig.organizer, rig.worker]) {
      expect((await client('POST', '/api/site/standing', { jobs: [] })).status).toBe(401)
    }
    expect((await rig.worker('GET', '/api/submissions/')).status).toBe(401)
  })
})

function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}

async function fetchInputs(job: Job): Promise<void> {
  for (const input of Object.values(Job.shape.inputs.parse(job.inputs))) {
    if (input === undefined) continue
    const bytes = Buffer.from(await (await fetch(input.url)).arrayBuffer())
    expect([digest(bytes), bytes.length]).toEqual([input.sha256, input.sizeBytes])
  }
}
