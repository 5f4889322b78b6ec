import { REJECTION_SENTENCES } from '@scoregate/protocol/reason-code'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubRig, startHubRig } from '../hub-rig.ts'
import { digest, HOLD } from '../receipt-rig.ts'

describe('an outcome', () => {
  let rig: HubRig
  let phase: number
  beforeAll(async () => {
    rig = await startHubRig()
    phase = (await rig.createCompetition()).phase
  })
  afterAll(() => rig[Symbol.asyncDispose]())
  // Every test has a day of its own, so that none uses up the quota of another.
  const begin = async () => {
    rig.tick(86_400)
    const id = await rig.submit(phase)
    return { id, job: await rig.takeJob() }
  }
  const put = (job: { jobId: string; attempt: number }, name: string, bytes: Buffer, hold = HOLD) =>
    rig.site(
      'PUT',
      `/api/site/jobs/${job.jobId}/artefacts/${name}?attempt=${job.attempt}&hold=${hold}&sha256=${digest(bytes)}`,
      bytes,
    )
  const files = (name: string, bytes: Buffer) => [{ name, sha256: digest(bytes), sizeBytes: bytes.length }]
  const releasedAt = '2026-05-01T13:00:00.000Z'

  it('is accepted each time that it is repeated, and applied once', async () => {
    const { id, job } = await begin()
    for (let times = 0; times < 3; times++) {
      expect((await rig.outcome(job, { kind: 'awaiting-validation' })).status).toBe(200)
    }
    const released = {
      kind: 'released',
      releasedAt,
      scores: [{ column: 'acc', value: '0.5' }],
      artefacts: [],
    }
    for (let times = 0; times < 3; times++) expect((await rig.outcome(job, released)).status).toBe(200)
    expect((await rig.outcome(job, { kind: 'awaiting-validation' })).status).toBe(200)
    expect((await rig.submission(id)).scores).toMatchObject([
      { score: '0.5' },
      { column_key: 'mean', score: '0.5' },
    ])
  })

  it('of a rejection has the sentence that the data owner chose from the list, and no other text', async () => {
    const { id, job } = await begin()
    const rejected = { kind: 'failed', reason: 'not-released', sentence: 'implausible' }
    const receipt = rig.sign(job, rejected)
    expect((await rig.outcome(job, { ...rejected, receipt, sentence: 'patient 17' })).status).toBe(400)
    expect((await rig.outcome(job, { ...rejected, receipt, sentence: 'no-more' })).status).not.toBe(200)
    expect((await rig.outcome(job, rejected)).status).toBe(200)
    expect(await rig.submission(id)).toMatchObject({
      status: 'Failed',
      reason_code: 'not-released',
      status_details: REJECTION_SENTENCES.implausible,
    })
  })

  it('cannot be given to a hold twice with different content, nor after another', async () => {
    const { id, job } = await begin()
    await rig.outcome(job, {
      kind: 'released',
      releasedAt,
      scores: [{ column: 'acc', value: '0.5' }],
      artefacts: [],
    })
    const other = { kind: 'released', releasedAt, scores: [{ column: 'acc', value: '0.9' }], artefacts: [] }
    expect((await rig.outcome(job, other)).status).toBe(409)
    expect((await rig.fail(job, 'not-released')).status).toBe(410)
    expect((await rig.outcome(job, { ...other, hold: digest('another hold') })).status).toBe(410)
    expect((await rig.submission(id)).scores[0]?.score).toBe('0.5')
  })

  it('belongs to the hold that waits', async () => {
    const { id, job } = await begin()
    await rig.outcome(job, { kind: 'awaiting-validation' })
    const hold = digest('another hold')
    expect((await rig.outcome(job, { kind: 'awaiting-validation', hold })).status).toBe(410)
    expect((await rig.outcome(job, { kind: 'failed', reason: 'not-released', hold })).status).toBe(410)
    expect((await put(job, 'output', Buffer.from('x'), hold)).status).toBe(410)
    expect((await rig.submission(id)).status).toBe('Awaiting validation')
  })

  it.each([
    ['an undeclared column', [{ column: 'secret', value: '1' }], 400],
    ['a computed column', [{ column: 'mean', value: '1' }], 400],
    ['more decimals than declared', [{ column: 'acc', value: '0.12345' }], 400],
    [
      'a column twice',
      [
        { column: 'acc', value: '1' },
        { column: 'acc', value: '1' },
      ],
      400,
    ],
    ['no number', [{ column: 'acc', value: 'NaN' }], 400],
    ['an exponent', [{ column: 'acc', value: '1e3' }], 400],
  ])('with %s is refused whole', async (_, scores, status) => {
    const { id, job } = await begin()
    const refused = await rig.outcome(job, { kind: 'released', releasedAt, scores, artefacts: [] })
    expect(refused.status).toBe(status)
    expect(await rig.submission(id)).toMatchObject({ status: 'Submitted', scores: [] })
    expect((await rig.release(job, { acc: '1' })).status).toBe(200)
  })

  it('releases the artefacts that it names, byte for byte, and no other', async () => {
    const { id, job } = await begin()
    const [named, unnamed] = [Buffer.from('named'), Buffer.from('unnamed')]
    await put(job, 'output', named)
    await put(job, 'predictions', unnamed)
    const release = (artefacts: object[]) =>
      rig.outcome(job, { kind: 'released', releasedAt, scores: [{ column: 'acc', value: '1' }], artefacts })
    expect((await release(files('output', unnamed))).status).toBe(409)
    expect((await release(files('scoring_stdout', named))).status).toBe(409)
    expect((await rig.submission(id)).status).toBe('Submitted')
    expect((await release(files('output', named))).status).toBe(200)
    const { body } = await rig.participant('GET', `/api/submissions/${id}/get_details/`)
    expect(body).toMatchObject({ prediction_result: null, scoring_result: expect.any(String), logs: [] })
    expect((await put(job, 'output', unnamed)).status).toBe(410)
  })

  it('of a failed run may release its logs later, but not after a rejection', async () => {
    const { id, job } = await begin()
    const log = Buffer.from('Traceback')
    await rig.fail(job, 'scoring-failed')
    expect((await put(job, 'scoring_stderr', log)).status).toBe(201)
    const later = { kind: 'failure-released', releasedAt, artefacts: files('scoring_stderr', log) }
    expect((await rig.outcome(job, later)).status).toBe(200)
    expect((await rig.outcome(job, later)).status).toBe(200)
    expect(await rig.submission(id)).toMatchObject({ status: 'Failed', scores: [] })
    expect((await rig.participant('GET', `/api/submissions/${id}/get_details/`)).body).toMatchObject({
      logs: [{ name: 'scoring_stderr' }],
    })

    const rejected = (await begin()).job
    await rig.fail(rejected, 'not-released')
    expect((await put(rejected, 'scoring_stderr', log)).status).toBe(410)
    expect((await rig.outcome(rejected, later)).status).toBe(410)
  })

  it('carries no text but that of its fixed lists', async () => {
    const { job } = await begin()
    expect((await rig.outcome(job, { kind: 'failed', reason: 'patient 17 has sepsis' })).status).toBe(400)
    expect((await rig.outcome(job, { kind: 'awaiting-validation', note: 'patient 17' })).status).toBe(400)
    const wrongBytes = `/api/site/jobs/${job.jobId}/artefacts/output?attempt=1&hold=${HOLD}&sha256=${digest('a')}`
    expect((await rig.site('PUT', wrongBytes, Buffer.from('b'))).status).toBe(400)
    expect((await put(job, 'passwd', Buffer.from('b'))).status).toBe(400)
    await rig.fail(job, 'no-scores')
  })

  it('is asked for no longer when its job was cancelled, superseded or is unknown', async () => {
    const wanted = await begin()
    await rig.outcome(wanted.job, { kind: 'awaiting-validation' })
    const cancelled = await begin()
    await rig.outcome(cancelled.job, { kind: 'awaiting-validation' })
    await rig.participant('GET', `/api/submissions/${cancelled.id}/cancel_submission/`)
    const answer = await rig.site('POST', '/api/site/standing', {
      jobs: [
        { jobId: wanted.job.jobId, attempt: 1 },
        { jobId: cancelled.job.jobId, attempt: 1 },
        { jobId: 'unknown', attempt: 1 },
      ],
    })
    expect(answer.body).toEqual({ gone: [cancelled.job.jobId, 'unknown'] })
  })
})
