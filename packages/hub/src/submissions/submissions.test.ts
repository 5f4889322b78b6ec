import { REASON_SENTENCES } from '@scoregate/protocol/reason-code'
import { describe, expect, it } from 'vitest'
import { BUNDLE_YAML, bundle } from '../bundle-rig.ts'
import { startHubRig } from '../hub-rig.ts'
import { zipOf } from '../zip-rig.ts'
import { parentStatus } from './move-submission.ts'

const LIMITED = bundle(
  BUNDLE_YAML.replace('tasks: [0]}', 'tasks: [0], max_submissions: 3, max_submissions_per_day: 2}'),
)
const TWO_TASKS = bundle(
  BUNDLE_YAML.replace('phases:', '  - {index: 1, name: U, scoring_program: scoring/}\nphases:').replace(
    'tasks: [0]}',
    'tasks: [0, 1]}',
  ),
)

describe('a submission', () => {
  it('is taken from approved participants of a running phase only', async () => {
    await using rig = await startHubRig()
    const { id, phase } = await rig.createCompetition(
      bundle(BUNDLE_YAML.replace('registration_auto_approve: true\n', '')),
    )
    const { key } = await rig.upload(rig.participant, 'submission', await zipOf({ a: 'x' }))
    const submit = () => rig.participant('POST', '/api/submissions/', { phase, data: key })
    expect(await submit()).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('not yet approved') },
    })
    const { body } = await rig.organizer('GET', `/api/competitions/${id}/participants/`)
    const found = body as { id: number; username: string }[] // the answer's own schema
    const person = found.find(({ username }) => username === 'participant')?.id
    const decide = (as: typeof rig.organizer, status: string) =>
      as('POST', `/api/competitions/${id}/participants/`, { person, status })
    expect((await decide(rig.participant, 'approved')).status).toBe(403)
    await decide(rig.organizer, 'denied')
    expect((await submit()).status).toBe(403)
    await decide(rig.organizer, 'approved')
    expect((await submit()).status).toBe(201)
    expect((await rig.visitor('POST', '/api/submissions/', { phase, data: key })).status).toBe(401)

    for (const start of ['2027-01-01', '2025-01-01 00:00:00", end: "2026-01-01']) {
      const other = await rig.createCompetition(bundle(BUNDLE_YAML.replace('2026-01-01 00:00:00', start)))
      const refused = await rig.participant('POST', '/api/submissions/', { phase: other.phase, data: key })
      expect(refused.status).toBe(403)
      const can = await rig.participant('GET', `/api/can_make_submission/${other.phase}/`)
      expect(can.body).toMatchObject({ can: false, reason: expect.stringMatching(/not started|over/) })
    }
  })

  it('counts by day and in all, but not when the platform or the data owner ended it', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition(LIMITED)
    for (const reason of ['worker-failed', 'no-worker', 'not-released', 'validation-timed-out'] as const) {
      const id = await rig.submit(phase)
      expect((await rig.fail(await rig.takeJob(), reason)).status).toBe(200)
      expect(await rig.submission(id)).toMatchObject({
        status: 'Failed',
        status_details: REASON_SENTENCES[reason],
      })
    }
    await rig.participant('GET', `/api/submissions/${await rig.submit(phase)}/cancel_submission/`)

    await rig.submit(phase)
    await rig.fail(await rig.takeJob(), 'scoring-failed')
    await rig.submit(phase)
    await expect(rig.submit(phase)).rejects.toThrow('used all 2 submissions of today')
    await rig.submit(phase, rig.rival)
    rig.tick(86_400)
    await rig.submit(phase)
    await expect(rig.submit(phase)).rejects.toThrow('used all 3 submissions of this phase')
  })

  it('cannot take the last place of a quota twice at once', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition(LIMITED)
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => rig.submit(phase)))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  })

  it('is seen by its owner and the organizer, and by nobody else', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition()
    const id = await rig.submit(phase)
    expect((await rig.submission(id, rig.organizer)).status).toBe('Submitted')
    for (const path of ['', 'get_details/', 'get_detail_result/', 'cancel_submission/']) {
      expect((await rig.rival('GET', `/api/submissions/${id}/${path}`)).status).toBe(404)
      expect((await rig.visitor('GET', `/api/submissions/${id}/${path}`)).status).toBe(401)
    }
    expect((await rig.rival('GET', `/api/submissions/?phase=${phase}`)).body).toMatchObject({ count: 0 })
    expect(
      (await rig.organizer('GET', `/api/submissions/?phase=${phase}&status=Submitted`)).body,
    ).toMatchObject({
      count: 1,
      results: [{ id, owner: 'participant' }],
    })
  })

  it('waits for the organizer where the flow says so', async () => {
    await using rig = await startHubRig()
    const { id, phase } = await rig.createCompetition()
    expect(
      (await rig.participant('PATCH', `/api/competitions/${id}/`, { auto_run_submissions: false })).status,
    ).toBe(403)
    await rig.organizer('PATCH', `/api/competitions/${id}/`, { auto_run_submissions: false })
    const submission = await rig.submit(phase)
    expect((await rig.submission(submission)).status).toBe('Submitting')
    expect(await rig.lease()).toBeUndefined()
    const run = `/api/submissions/${submission}/run_submission/`
    expect((await rig.participant('POST', run)).status).toBe(403)
    expect((await rig.organizer('POST', run)).status).toBe(200)
    expect((await rig.organizer('POST', run)).status).toBe(409)
    expect((await rig.takeJob()).submission.id).toBe(submission)
  })

  it('shows no time of its run that is finer than a minute', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition()
    const id = await rig.submit(phase)
    const job = await rig.takeJob()
    rig.tick(7)
    await rig.worker('POST', `/api/worker/leases/${job.jobId}/status`, { attempt: 1, status: 'Preparing' })
    rig.tick(7)
    await rig.release(job, { acc: '1', loss: '1' })
    expect(await rig.submission(id)).toMatchObject({
      started_when: '2026-05-01T12:00:00.000Z',
      finished_when: '2026-05-01T12:00:00.000Z',
      released_when: '2026-05-01T12:00:00.000Z',
    })
  })

  it('on two tasks is a parent that ends when its children have', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition(TWO_TASKS)
    const id = await rig.submit(phase)
    const { children } = await rig.submission(id)
    expect(children).toHaveLength(2)
    const [first, second] = [await rig.takeJob(), await rig.takeJob()]
    await rig.release(first, { acc: '0.5', loss: '1' })
    expect(await rig.submission(id)).toMatchObject({ status: 'Running', on_leaderboard: false })
    await rig.outcome(second, { kind: 'awaiting-validation' })
    expect((await rig.submission(id)).status).toBe('Awaiting validation')
    await rig.fail(second, 'not-released')
    expect(await rig.submission(id)).toMatchObject({ status: 'Finished', on_leaderboard: true })
    expect(await rig.board(phase)).toMatchObject([
      { id, scores: [{ task_id: first.task.id, score: '0.5' }, {}, {}] },
    ])
    expect((await rig.participant('GET', `/api/phases/${phase}/`)).body).toMatchObject({
      used_submissions_per_person: 1,
    })
  })

  it('runs on the tasks that were chosen, if they are of the phase', async () => {
    await using rig = await startHubRig()
    const { phase, phases } = await rig.createCompetition(TWO_TASKS)
    const task = phases[0]?.tasks[1]?.id ?? 0
    expect(
      (await rig.submission(await rig.submit(phase, rig.participant, { tasks: [task] }))).children,
    ).toEqual([])
    expect((await rig.takeJob()).task.id).toBe(task)
    await expect(rig.submit(phase, rig.participant, { tasks: [task + 99] })).rejects.toThrow(
      'not part of this phase',
    )
  })

  it('is run again as a new one, by an organizer, once it is over', async () => {
    await using rig = await startHubRig()
    const { phase } = await rig.createCompetition()
    const id = await rig.submit(phase)
    const again = `/api/submissions/${id}/re_run_submission/`
    expect((await rig.organizer('POST', again)).status).toBe(409)
    await rig.fail(await rig.takeJob(), 'scoring-failed')
    expect((await rig.participant('POST', again)).status).toBe(403)
    expect((await rig.organizer('POST', again)).status).toBe(200)
    expect((await rig.takeJob()).participant.username).toBe('participant')
    expect((await rig.submission(id)).status).toBe('Failed')
  })
})

describe('the status of a parent', () => {
  it.each([
    [['Finished', 'Failed'], 'Finished'],
    [['Failed', 'Cancelled'], 'Failed'],
    [['Cancelled', 'Cancelled'], 'Cancelled'],
    [['Submitted', 'Finished'], 'Running'],
    [['Submitted', 'Submitted'], 'Submitted'],
    [['Awaiting validation', 'Finished'], 'Awaiting validation'],
    [['Awaiting validation', 'Running'], 'Running'],
  ] as const)('of %j is %s', (children, expected) => {
    expect(parentStatus(children)).toBe(expected)
  })
})
