import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { brokerTrouble } from '../../../../test/rabbitmq-rig.ts'
import { type CodabenchRig, startCodabenchRig } from './codabench-rig.ts'
import { type Step, startTestWorker, type TestWorker } from './worker-rig.ts'

const SCORES = { acc: 0.87512, loss: 0.25, mean: 17, unknown: { a: ['b'] } }

describe.runIf(brokerTrouble() === undefined)('a Codabench worker of Celery on our hub', () => {
  let rig: CodabenchRig
  beforeAll(async () => {
    rig = await startCodabenchRig()
  })
  afterAll(() => rig[Symbol.asyncDispose]())

  const worker = (generation: 1 | 2, plan = {}) =>
    startTestWorker({ brokerUrl: rig.queue.brokerUrl, generation, plan: { scores: SCORES, ...plan } })
  const stepsOf = async (from: TestWorker, id: number): Promise<string[]> =>
    (await from.steps()).filter((one) => one.submission === id).map(({ job, step }) => `${job}: ${step}`)
  // Of the submissions of the test alone: a worker that is killed with its last job not acknowledged leaves it to the next one.
  const isAllWell = async (from: TestWorker, ...ids: readonly number[]) => {
    const steps = (await from.steps()).filter(({ submission = 0 }) => ids.includes(submission))
    expect(steps).not.toEqual([])
    for (const { http, tells_secret: tellsSecret, accepted } of steps) {
      if (http !== undefined) expect(http).toBe(200)
      expect(tellsSecret).not.toBe(true)
      expect(accepted).not.toBe(false)
    }
  }

  it('of generation 1 goes its recorded way, from the first word to the last upload', async () => {
    await using celery = await worker(1, { posts: 2 })
    const id = await rig.submit()
    const finished = await rig.becomes(id, 'Finished')
    await celery.reached('done', { job: 'scoring', submission: id })
    expect(await stepsOf(celery, id)).toEqual([
      'prediction: received',
      'prediction: said Running',
      'prediction: said Preparing',
      'prediction: fetched program_data',
      'prediction: said md5',
      'prediction: fetched ingestion_program',
      'prediction: fetched input_data',
      'prediction: socket ingestion',
      'prediction: put prediction_ingestion_stdout',
      'prediction: said Scoring',
      'prediction: put prediction_result',
      'prediction: done',
      'scoring: received',
      'scoring: said Running',
      'scoring: fetched program_data',
      'scoring: fetched reference_data',
      'scoring: fetched prediction_result',
      'scoring: socket program',
      'scoring: put detailed_results_url',
      'scoring: socket detailed_results',
      'scoring: put scoring_stdout',
      'scoring: said Finished',
      'scoring: posted scores',
      'scoring: posted scores',
      'scoring: put scoring_result',
      'scoring: done',
    ])
    await isAllWell(celery, id)
    expect(await celery.reached('received', { job: 'prediction', submission: id })).toMatchObject({
      priority: 0,
      timelimit: [null, 1260],
      argsrepr: '',
      secret_type: 'str',
    })
    expect(await celery.reached('received', { job: 'scoring', submission: id })).toMatchObject({
      priority: 10,
    })
    expect(await celery.reached('posted scores', { submission: id })).toMatchObject({ bytes: 0 })
    // Declared columns in their decimals; the computed one is ours, whatever a worker says.
    expect(finished['scores']).toMatchObject([
      { column_key: 'acc', score: '0.875' },
      { column_key: 'loss', score: '0.25' },
      { column_key: 'mean', score: '0.56' },
    ])
  })

  it('of generation 2 goes its way by its own names', async () => {
    await using celery = await worker(2)
    const id = await rig.submit('both')
    const finished = await rig.becomes(id, 'Finished')
    for (const child of finished.children) await celery.reached('done', { job: 'scoring', submission: child })
    await isAllWell(celery, ...finished.children)
    expect(await stepsOf(celery, finished.children[0] ?? 0)).toEqual([
      'prediction: received',
      'prediction: said Preparing',
      'prediction: fetched submission_data',
      'prediction: said md5',
      'prediction: fetched ingestion_program_data',
      'prediction: fetched input_data',
      'prediction: said Running',
      'prediction: socket ingestion_program',
      'prediction: put prediction_ingestion_stdout',
      'prediction: said Scoring',
      'prediction: put prediction_result',
      'prediction: done',
      'scoring: received',
      'scoring: said Preparing',
      'scoring: fetched scoring_program_data',
      'scoring: fetched submission_data',
      'scoring: fetched reference_data',
      'scoring: fetched prediction_result',
      'scoring: said Running',
      'scoring: socket scoring_program',
      'scoring: put detailed_results_url',
      'scoring: socket detailed_results',
      'scoring: put scoring_stdout',
      'scoring: said Finished',
      'scoring: posted scores',
      'scoring: put scoring_result',
      'scoring: done',
    ])
  })

  it('that loses its power has its job given to another, and no result is counted twice', async () => {
    const id = await rig.submit()
    let first: Step
    {
      await using celery = await worker(1, { pause_at: 'scoring:socket program' })
      first = await celery.reached('received', { job: 'scoring', submission: id })
      await celery.reached('socket program', { submission: id })
      await celery.kill()
    }
    await using celery = await worker(1)
    const again = await celery.reached('received', { submission: id })
    expect(again).toMatchObject({ job: 'scoring', task: first['task'], redelivered: true })
    const finished = await rig.becomes(id, 'Finished')
    expect(finished['scores']).toMatchObject([{ score: '0.875' }, { score: '0.25' }, { score: '0.56' }])
    await celery.reached('done', { submission: id })
    await isAllWell(celery, id)
  })

  it('that loses its power after its scores were taken finds nothing to change, and is not hindered', async () => {
    const id = await rig.submit()
    {
      await using celery = await worker(1, { pause_at: 'scoring:posted scores' })
      await celery.reached('posted scores', { submission: id })
      await celery.kill()
    }
    const finished = await rig.becomes(id, 'Finished')
    await using celery = await worker(1, { scores: { acc: 0.1, loss: 9 } })
    // Its inputs are not given out any more, and what it then says is heard and changes nothing.
    await celery.reached('gave up', { submission: id })
    expect(await rig.becomes(id, 'Finished')).toEqual(finished)
  })

  it('is stopped by the revocation when its submission is cancelled, and sends nothing more', async () => {
    await using celery = await worker(1, { pause_at: 'prediction:socket ingestion' })
    const id = await rig.submit()
    const { task } = await celery
      .reached('socket ingestion', { submission: id })
      .then(() => celery.reached('received', { submission: id }))
    await rig.hub.participant('POST', `/api/submissions/${id}/cancel_submission/`)
    await celery.says(`Terminating ${task}`)
    await celery.letGo()
    // The next job is taken by the same worker, and nothing more of the cancelled one was sent.
    await celery.plan({ scores: SCORES })
    const next = await rig.submit()
    await rig.becomes(next, 'Finished')
    expect((await stepsOf(celery, id)).at(-1)).toBe('prediction: socket ingestion')
    await rig.becomes(id, 'Cancelled')
  })

  it('that comes late to a cancelled job gives up with its first word', async () => {
    const id = await rig.submit()
    await rig.isPublished(id)
    await rig.hub.participant('POST', `/api/submissions/${id}/cancel_submission/`)
    await using celery = await worker(1)
    await celery.reached('gave up', { submission: id })
    expect(await stepsOf(celery, id)).toEqual([
      'prediction: received',
      'prediction: said Running',
      'prediction: broken',
      'prediction: said Failed',
      'prediction: gave up',
    ])
    expect(await celery.reached('said Running', { submission: id })).toMatchObject({ http: 403 })
    await rig.becomes(id, 'Cancelled')
  })

  it.each([1, 2] as const)(
    'of generation %s whose run fails says why, and the submission has failed',
    async (generation) => {
      await using celery = await worker(generation, { exit_code: 3 })
      const failed = await rig.submit()
      expect(await rig.becomes(failed, 'Failed')).toMatchObject({ reason_code: 'scoring-failed', scores: [] })
      await celery.reached('done', { job: 'scoring', submission: failed })
      await isAllWell(celery, failed)
      await celery.plan({})
      const without = await rig.submit()
      expect(await rig.becomes(without, 'Failed')).toMatchObject({ reason_code: 'no-scores', scores: [] })
      await celery.reached('done', { job: 'scoring', submission: without })
    },
  )

  it('goes on over a hub that was stopped and started again, and under a new account alone', async () => {
    await using celery = await worker(1, { pause_at: 'prediction:said Scoring' })
    const id = await rig.submit()
    await celery.reached('said Scoring', { submission: id })
    await rig.hub.restart(undefined)
    await celery.letGo()
    await rig.becomes(id, 'Finished')

    const rotated = await rig.hub.organizer('POST', `/api/queues/${rig.queue.id}/rotate`)
    const { broker_url: brokerUrl } = z.object({ broker_url: z.string() }).parse(rotated.body)
    const next = await rig.submit()
    await using fresh = await startTestWorker({ brokerUrl, generation: 1, plan: { scores: SCORES } })
    await rig.becomes(next, 'Finished')
    expect(await stepsOf(fresh, next)).toContain('scoring: posted scores')
    expect(await stepsOf(celery, next)).toEqual([])
  })
})
