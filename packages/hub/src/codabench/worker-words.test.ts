import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../hub-rig.ts'
import { type RunsRig, startRunsRig } from './runs-rig.ts'

const SCORES = { acc: 0.5, loss: 0.25 }

describe('what a Codabench worker says', () => {
  let rig: RunsRig
  beforeAll(async () => {
    rig = await startRunsRig()
  })
  afterAll(() => rig[Symbol.asyncDispose]())

  const statusOf = async (id: number) => (await rig.hub.submission(id)).status
  const says = async (id: number, ...words: readonly string[]) => {
    const seen: string[] = []
    for (const status of words) {
      expect((await rig.say(id, { status })).status).toBe(200)
      seen.push(await statusOf(id))
    }
    return seen
  }
  const begun = async () => {
    const id = await rig.submit()
    await says(id, 'Running', 'Preparing', 'Scoring')
    return id
  }
  const finished = async () => {
    const id = await begun()
    await says(id, 'Finished')
    expect((await rig.post(id, SCORES)).status).toBe(200)
    return id
  }

  it('moves the submission by the table, in the order of either generation, and never back', async () => {
    const first = await rig.submit()
    expect(await says(first, 'Running', 'Preparing', 'Scoring', 'Running', 'Scoring', 'Submitted')).toEqual([
      'Running',
      'Running',
      'Scoring',
      'Scoring',
      'Scoring',
      'Scoring',
    ])
    const second = await rig.submit()
    expect(
      await says(second, 'Preparing', 'Running', 'Scoring', 'Preparing', 'Running', 'Cancelled'),
    ).toEqual(['Preparing', 'Running', 'Scoring', 'Scoring', 'Scoring', 'Scoring'])
    // Said twice, as after a redelivery, and yet one scoring job.
    expect(await rig.jobs(first)).toEqual(['prediction', 'scoring'])
  })

  it('is heard with the secret of this submission alone, about it alone', async () => {
    const [id, other] = [await rig.submit(), await rig.submit()]
    const word = { status: 'Failed' }
    expect((await rig.say(id, word, await rig.secret(other))).status).toBe(403)
    expect((await rig.say(id, word, '00000000-0000-4000-8000-000000000000')).status).toBe(403)
    expect((await rig.post(id, SCORES, await rig.secret(other))).status).toBe(403)
    expect((await rig.say(987_654, word, await rig.secret(id))).status).toBe(404)
    expect((await rig.say(id, { status: 'Done' })).status).toBe(400)
    expect(await statusOf(id)).toBe('Submitted')
    expect((await rig.say(id, word)).status).toBe(200)
    expect(await statusOf(id)).toBe('Failed')
    expect(await statusOf(other)).toBe('Submitted')
  })

  it('changes what it may and nothing else, by form and by JSON, and is answered without the secret', async () => {
    const id = await rig.submit()
    const secret = await rig.secret(id)
    const before = await rig.hub.submission(id)
    const answer = await rig.say(id, {
      md5: 'd41d8cd98f00b204e9800998ecf8427e',
      phase: '999',
      data: 'x',
      queue: '1',
      created_when: '2000-01-01',
      is_public: 'True',
    })
    expect(answer.body).toMatchObject({
      id,
      md5: 'd41d8cd98f00b204e9800998ecf8427e',
      status: 'Submitted',
      scores: [],
    })
    expect(answer.text).not.toContain(secret)
    expect(await rig.hub.submission(id)).toEqual(before)
    const json = await rig.hub.visitor('PATCH', `/api/submissions/${id}/`, {
      secret,
      status: 'Preparing',
      status_details: null,
      phase: 999,
    })
    expect(json).toMatchObject({ status: 200, body: { status: 'Preparing', phase: before['phase'] } })
    expect((await rig.say(id, { md5: 'x' })).status).toBe(400)
  })

  it('fails with a fixed sentence for participants, and with its own words for the organizer, inert', async () => {
    const id = await begun()
    const hostile = `<script>alert(1)</script>\u202e ${'x'.repeat(5000)}`
    await rig.say(id, { status: 'Running', status_details: 'scoring_hostname-gpu<b>7' })
    await rig.say(id, { type: 'Execution_Time_Limit_Exceeded', error_message: hostile, is_scoring: 'True' })
    await rig.say(id, { status: 'Failed', status_details: 'program_rc=1, async=[0]' })
    await rig.say(id, { status: 'Failed', status_details: 'Child task failed or non-zero return code' })
    expect(await rig.hub.submission(id)).toMatchObject({
      status: 'Failed',
      reason_code: 'time-limit',
      status_details: 'The time limit was reached before the run ended.',
    })
    const page = (await rig.hub.organizer('GET', `/submissions/${id}`)).text
    expect(page).toContain('program_rc=1')
    expect(page).toContain('&lt;script&gt;alert(1)')
    expect(page).toContain('gpu&lt;b&gt;7')
    expect(page).not.toMatch(/<script>alert|\u202e|x{2000}/)
    const theirs = (await rig.hub.participant('GET', `/submissions/${id}`)).text
    expect(theirs).not.toMatch(/program_rc|alert|gpu/)
  })

  it.each([
    ['Pull for x/y:z failed! Check the logs for more information', 'image-missing'],
    ['Problem fetching URL to put in folder', 'inputs-unavailable'],
    ['Bad or empty zip file', 'inputs-unavailable'],
    ['Execution Time Limit exceeded. Limit was 60 seconds', 'time-limit'],
    ['The memory limit was reached.', 'memory-limit'],
    ['Traceback (most recent call last): …', 'scoring-failed'],
  ])('gives a failure a reason of ours: %s', async (text, reason) => {
    const id = await begun()
    await rig.say(id, { status: 'Failed', status_details: text })
    expect(await rig.hub.submission(id)).toMatchObject({ reason_code: reason })
  })

  it('has scores stored once, however often and whatever is posted', async () => {
    const id = await begun()
    expect((await rig.say(id, { status: 'Finished' })).body).toMatchObject({ status: 'Finished' })
    // Nobody sees a finished submission without scores.
    expect(await statusOf(id)).toBe('Scoring')
    const posted = await rig.post(id, { loss: 0.25, acc: 0.87549, mean: 1e99, extra: { a: [1] } })
    expect(posted).toMatchObject({ status: 200, text: '' })
    const expected = [
      { column_key: 'acc', score: '0.875' },
      { column_key: 'loss', score: '0.25' },
      { column_key: 'mean', score: '0.56' },
    ]
    expect(await rig.hub.submission(id)).toMatchObject({
      status: 'Finished',
      on_leaderboard: true,
      scores: expected,
    })
    expect((await rig.post(id, { loss: 0.25, acc: 0.87549 })).status).toBe(200)
    expect((await rig.post(id, { loss: 9, acc: 0.1 })).status).toBe(200)
    await says(id, 'Running', 'Scoring', 'Finished', 'Failed')
    expect(await rig.hub.submission(id)).toMatchObject({ status: 'Finished', scores: expected })
    expect((await rig.say(id, {})).body).toMatchObject({ status: 'Finished', scores: expected })
  })

  it('may post scores before it says Finished; then they are seen when it does', async () => {
    const id = await begun()
    await rig.post(id, SCORES)
    expect(await rig.hub.submission(id)).toMatchObject({ status: 'Scoring', scores: [] })
    await says(id, 'Finished')
    expect(await rig.hub.submission(id)).toMatchObject({ status: 'Finished', scores: [{}, {}, {}] })
  })

  it.each([
    ['a text', { acc: '0.5' }],
    ['out of range', { acc: 1.5 }],
    ['too large', { acc: 0.5, loss: 1e300 }],
    ['nothing', { acc: null }],
    ['nested', { acc: { value: 1 } }],
    ['no column of ours', { other: 1 }],
  ])('fails with scores that are no scores: %s', async (_, scores) => {
    const id = await begun()
    await says(id, 'Finished')
    expect((await rig.post(id, scores)).status).toBe(400)
    expect(await rig.hub.submission(id)).toMatchObject({ status: 'Failed', reason_code: 'scores-unreadable' })
    // What came too late changes nothing.
    expect((await rig.post(id, SCORES)).status).toBe(200)
    expect(await rig.hub.submission(id)).toMatchObject({ status: 'Failed', scores: [] })
  })

  it('that says Finished and has no scores has failed: by its own word, or after an hour', async () => {
    const said = await begun()
    await says(said, 'Finished')
    await rig.say(said, {
      status: 'Failed',
      status_details: 'Could not find scores file, did the scoring program output it?',
    })
    expect(await rig.hub.submission(said)).toMatchObject({ status: 'Failed', reason_code: 'no-scores' })
    const silent = await begun()
    await says(silent, 'Finished')
    rig.hub.tick(3601)
    await until(async () => ((await statusOf(silent)) === 'Failed' ? true : undefined))
    expect(await rig.hub.submission(silent)).toMatchObject({ reason_code: 'no-scores' })
  })

  it('has no say in a cancelled submission, however late it comes', async () => {
    const id = await begun()
    const links = {
      put: await rig.link('put', id, 'scoring_result'),
      get: await rig.link('get', id, 'prediction_result'),
    }
    expect((await rig.hub.visitor('GET', links.get)).status).toBe(200)
    await rig.hub.participant('POST', `/api/submissions/${id}/cancel_submission/`)
    for (const status of ['Running', 'Scoring', 'Finished', 'Failed']) {
      expect((await rig.say(id, { status })).status).toBe(403)
    }
    // Asked how it stands, the hub says so.
    expect(await rig.say(id, {})).toMatchObject({ status: 200, body: { status: 'Cancelled' } })
    expect((await rig.say(id, {}, '00000000-0000-4000-8000-000000000000')).status).toBe(403)
    expect((await rig.post(id, SCORES)).status).toBe(403)
    expect((await rig.put(id, 'scoring_result', 'late')).status).toBe(403)
    expect((await rig.hub.visitor('GET', links.get)).status).toBe(403)
    expect(await rig.hub.submission(id)).toMatchObject({ status: 'Cancelled', scores: [] })
  })

  it('may still bring what is missing for a day after the end, and then its secret is erased', async () => {
    const id = await finished()
    const secret = await rig.secret(id)
    expect((await rig.put(id, 'scoring_result', 'the output')).status).toBe(200)
    // A repeated job does not exchange what is there.
    expect((await rig.put(id, 'scoring_result', 'another output')).status).toBe(200)
    const { body } = await rig.hub.participant('GET', `/api/submissions/${id}/get_details/`)
    const url = (body as { scoring_result: string }).scoring_result
    expect((await rig.hub.visitor('GET', url)).text).toBe('the output')
    expect((await rig.say(id, { status: 'Failed' }, secret)).status).toBe(200)
    rig.hub.tick(86_500)
    expect((await rig.say(id, { status: 'Failed' }, secret)).status).toBe(403)
    expect((await rig.put(id, 'scoring_stdout', 'late')).status).toBe(403)
    await until(async () => ((await rig.secret(id)) === '' ? true : undefined))
    expect((await rig.say(id, { status: 'Failed' }, '')).status).toBe(403)
    expect(await statusOf(id)).toBe('Finished')
  })

  it('fails a submission whose worker fell silent, and one that nobody took', async () => {
    const [silent, untaken] = [await rig.submit(), await rig.submit()]
    await rig.withDatabase((db) =>
      db
        .updateTable('broker_message')
        .set({ state: 'published', published_at: rig.hub.now().toISOString() })
        .where('submission_id', 'in', [silent, untaken])
        .execute(),
    )
    rig.hub.tick(1)
    await says(silent, 'Running')
    rig.hub.tick(86_400)
    expect(await statusOf(silent)).toBe('Running')
    rig.hub.tick(601)
    await until(async () => ((await statusOf(silent)) === 'Failed' ? true : undefined))
    expect(await rig.hub.submission(silent)).toMatchObject({ reason_code: 'worker-failed' })
    expect(await rig.jobs(silent)).toEqual(['prediction', 'revoke'])
    expect(await statusOf(untaken)).toBe('Submitted')
    rig.hub.tick(5 * 86_400)
    await until(async () => ((await statusOf(untaken)) === 'Failed' ? true : undefined))
    expect(await rig.hub.submission(untaken)).toMatchObject({ reason_code: 'no-worker' })
  })

  it('about the tasks of a submission makes the whole what its parts are', async () => {
    const id = await rig.submit({})
    const { children } = await rig.hub.submission(id)
    const [one = 0, two = 0] = children
    await says(one, 'Running', 'Scoring', 'Finished')
    await rig.post(one, SCORES)
    expect(await statusOf(id)).toBe('Running')
    await says(two, 'Running', 'Scoring', 'Finished')
    expect(await statusOf(id)).toBe('Running')
    await rig.post(two, { acc: 1, loss: 0 })
    expect(await statusOf(id)).toBe('Finished')
    expect((await rig.say(one, { status: 'Failed' }, await rig.secret(two))).status).toBe(403)
  })
})
