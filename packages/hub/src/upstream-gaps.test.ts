import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUNDLE_YAML, bundle } from './bundle-rig.ts'
import { type HubRig, startHubRig } from './hub-rig.ts'
import { digest, HOLD } from './receipt-rig.ts'

/**
 * The holes on the platform's side that the protocol reference lists in section 10b, one test each. Two are elsewhere:
 * paths in a bundle (`read-bundle.test.ts`) and hidden leaderboards (`leaderboards.test.ts`).
 */
describe('a gap that Codabench has', () => {
  let rig: HubRig
  let competition: Awaited<ReturnType<HubRig['createCompetition']>>
  beforeAll(async () => {
    rig = await startHubRig()
    competition = await rig.createCompetition()
  })
  afterAll(() => rig[Symbol.asyncDispose]())
  const begin = async () => {
    rig.tick(86_400)
    const id = await rig.submit(competition.phase)
    return { id, job: await rig.takeJob() }
  }

  it('the queue and its credentials in what everybody reads: no page or answer has them', async () => {
    const { id, phase } = competition
    const { id: submission, job } = await begin()
    const paths = [
      `/api/competitions/${id}/`,
      `/api/phases/${phase}/`,
      `/api/submissions/${submission}/`,
      '/api/queues/',
      '/api/queues/local/key',
      `/competitions/${id}`,
    ]
    for (const as of [rig.visitor, rig.participant, rig.organizer]) {
      for (const path of paths) {
        const { text } = await as('GET', path)
        expect(text).not.toMatch(/-token-of-the-local-queue|token_hash|siteToken|workerToken/)
      }
    }
    expect((await rig.visitor('GET', '/api/queues/')).status).toBe(401)
    await rig.release(job, { acc: '1' })
  })

  it('keys of reference data in a competition, and downloads by key: there are neither', async () => {
    const { id } = competition
    const truth = digest('id,label')
    const { text } = await rig.participant('GET', `/api/competitions/${id}/`)
    expect(text).not.toContain(truth)
    expect(text).not.toMatch(/reference_data"?:\s*"|api\/files\//)
    const { key } = await rig.upload(rig.organizer, 'submission', Buffer.from('not a zip'))
    for (const path of [
      `/datasets/download/${key}/`,
      `/api/datasets/download/${key}/`,
      `/api/files/${truth}`,
    ]) {
      expect((await rig.participant('GET', path)).status).toBeGreaterThanOrEqual(403)
    }
  })

  it('writing before the secret is checked: a wrong token changes nothing', async () => {
    const { id, job } = await begin()
    const before = await rig.submission(id)
    const outcome = { kind: 'failed', attempt: 1, hold: HOLD, reason: 'scoring-failed' }
    const receipt = rig.sign(job, outcome)
    for (const stranger of [rig.visitor, rig.participant, rig.organizer, rig.worker]) {
      const answer = await stranger('POST', `/api/site/jobs/${job.jobId}/outcome`, { ...outcome, receipt })
      expect(answer.status).toBe(401)
    }
    for (const stranger of [rig.visitor, rig.participant, rig.organizer, rig.site]) {
      const failure = { attempt: 1, reason: 'worker-failed' }
      expect((await stranger('POST', `/api/worker/leases/${job.jobId}/failure`, failure)).status).toBe(401)
    }
    expect(await rig.submission(id)).toEqual(before)
    // Control: the same message with the right token ends it.
    expect((await rig.outcome(job, { ...outcome, receipt })).status).toBe(200)
  })

  it('a worker that edits the submission, or scores it in any state: its tokens open neither', async () => {
    const { id, job } = await begin()
    for (const as of [rig.worker, rig.site, rig.participant, rig.organizer]) {
      for (const method of ['PATCH', 'PUT', 'DELETE']) {
        const answer = await as(method, `/api/submissions/${id}/`, {
          phase: 99,
          status: 'Finished',
          secret: 'x',
        })
        expect([404, 401]).toContain(answer.status)
      }
      const scores = await as('POST', `/api/submissions/${id}/upload_submission_scores/`, {
        scores: { acc: 1 },
      })
      expect([404, 401]).toContain(scores.status)
    }
    expect((await rig.outcome(job, { kind: 'failed', reason: 'scoring-failed', phase: 99 })).status).toBe(400)
    await rig.release(job, { acc: '0.5' })
    expect((await rig.release(job, { acc: '0.9' })).status).toBe(409)
    expect((await rig.submission(id)).scores[0]?.score).toBe('0.5')
  })

  it('a worker that says what the data owner decided: it is not believed', async () => {
    const { id, job } = await begin()
    const say = (reason: string) =>
      rig.worker('POST', `/api/worker/leases/${job.jobId}/failure`, { attempt: 1, reason })
    expect((await say('not-released')).status).toBe(400)
    expect((await say('validation-timed-out')).status).toBe(400)
    expect((await rig.submission(id)).status).toBe('Submitted')
    expect((await say('image-missing')).status).toBe(200)
  })

  it('phases, scores and submissions that any account can change: there is no way to', async () => {
    const { phase } = competition
    const { id, job } = await begin()
    await rig.release(job, { acc: '0.5' })
    const before = await rig.board(phase)
    const writes = [
      ['POST', '/api/phases/'],
      ['PUT', `/api/phases/${phase}/`],
      ['PATCH', `/api/phases/${phase}/`],
      ['DELETE', `/api/phases/${phase}/`],
      ['DELETE', '/api/submission_scores/1/'],
      ['PATCH', '/api/submission_scores/1/'],
      ['DELETE', '/api/leaderboards/1/'],
      ['DELETE', '/api/submissions/delete_many/'],
      ['DELETE', `/api/submissions/${id}/`],
    ] as const
    for (const as of [rig.rival, rig.organizer]) {
      for (const [method, path] of writes) expect((await as(method, path, { name: 'x' })).status).toBe(404)
    }
    expect((await rig.rival('POST', `/api/submissions/${id}/re_run_submission/`)).status).toBe(404)
    expect(await rig.board(phase)).toEqual(before)
  })

  it('any task in a re-run, any queue in a submission: neither is taken from whoever asks', async () => {
    const other = await rig.createCompetition()
    const foreign = other.phases[0]?.tasks[0]?.id
    rig.tick(86_400)
    await expect(rig.submit(competition.phase, rig.participant, { tasks: [foreign] })).rejects.toThrow()
    const id = await rig.submit(competition.phase, rig.participant, { queue: 99 })
    // Its own queue's worker gets it all the same.
    const job = await rig.takeJob()
    expect(job.submission.id).toBe(id)
    await rig.release(job, { acc: '1' })
    const again = await rig.organizer('POST', `/api/submissions/${id}/re_run_submission/?task_key=${foreign}`)
    expect(again.status).toBe(200)
    expect((await rig.takeJob()).task.id).toBe(job.task.id)
  })

  it('detailed results that ignore hide_output: they are hidden with the rest, and said to be', async () => {
    const { phase } = await rig.createCompetition(
      bundle(BUNDLE_YAML.replace('tasks: [0]}', 'tasks: [0], hide_output: true}')),
    )
    const id = await rig.submit(phase)
    const job = await rig.takeJob()
    await rig.worker('POST', `/api/worker/leases/${job.jobId}/status`, { attempt: 1, status: 'Running' })
    const page = Buffer.from('<p>results</p>')
    const artefact = { name: 'detailed_results', sha256: digest(page), sizeBytes: page.length }
    const path = `/api/site/jobs/${job.jobId}/artefacts/detailed_results?attempt=1&hold=${HOLD}&sha256=${artefact.sha256}`
    await rig.site('PUT', path, page)
    const scores = [{ column: 'acc', value: '1' }]
    const releasedAt = '2026-05-01T13:00:00.000Z'
    expect(
      (await rig.outcome(job, { kind: 'released', releasedAt, scores, artefacts: [artefact] })).status,
    ).toBe(200)
    const link = `/api/submissions/${id}/get_detail_result/`
    expect((await rig.participant('GET', link)).status).toBe(404)
    const { text } = await rig.participant('GET', `/submissions/${id}`)
    expect(text).toContain('The organizer does not show this to participants in this phase.')
    expect(text).not.toContain('The data owner withheld this.')
    // Control: it was released, and the organizer sees it; what was not is withheld from them too.
    expect((await rig.organizer('GET', link)).status).toBe(200)
    const organizer = await rig.organizer('GET', `/submissions/${id}`)
    expect(organizer.text).toContain(`/submissions/${id}/artefacts/detailed_results`)
    expect(organizer.text).not.toContain('The organizer does not show this')
  })
})
