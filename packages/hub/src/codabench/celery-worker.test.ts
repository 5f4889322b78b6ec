import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CodabenchRig, startCodabenchRig } from './codabench-rig.ts'
import { isBrokerToBeTested } from './rabbitmq-rig.ts'
import { type Step, startTestWorker, type TestWorker } from './worker-rig.ts'

const SCORES = { acc: 0.87512, loss: 0.25, mean: 17, unknown: { a: ['b'] } }

describe.runIf(isBrokerToBeTested())('a Codabench worker of Celery on our hub', () => {
  let rig: CodabenchRig
  beforeAll(async () => {
    rig = await startCodabenchRig()
  })
  afterAll(() => rig[Symbol.asyncDispose]())

  const worker = (generation: 1 | 2, plan = {}) =>
    startTestWorker({ brokerUrl: rig.queue.brokerUrl, generation, plan: { scores: SCORES, ...plan } })
  const stepsOf = async (from: TestWorker, id: number): Promise<string[]> =>
    (await from.steps()).filter((one) => one.submission === id).map(({ job, step }) => `${job}: ${step}`)
  const isAllWell = (steps: readonly Step[]) => {
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
    isAllWell(await celery.steps())
    expect(await celery.reached('received', { job: 'prediction' })).toMatchObject({
      priority: 0,
      timelimit: [null, 1260],
      argsrepr: '',
      secret_type: 'str',
    })
    expect(await celery.reached('received', { job: 'scoring' })).toMatchObject({ priority: 10 })
    expect(await celery.reached('posted scores')).toMatchObject({ bytes: 0 })
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
    isAllWell(await celery.steps())
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
})
