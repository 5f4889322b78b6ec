import { readCeleryTask } from '@scoregate/protocol/codabench/celery-message'
import { readRunArguments } from '@scoregate/protocol/codabench/run-arguments'
import { openRecords } from '@scoregate/storage/records'
import type { GetMessage } from 'amqplib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { brokerTrouble } from '../../../../test/rabbitmq-rig.ts'
import { until } from '../hub-rig.ts'
import type { HubTables } from '../migrations/hub-tables.ts'
import { type CodabenchRig, startCodabenchRig } from './codabench-rig.ts'
import { startHubProcess } from './hub-process-rig.ts'

const KEYS_OF_A_PREDICTION = [
  'user_pk',
  'id',
  'secret',
  'submissions_api_url',
  'docker_image',
  'execution_time_limit',
  'is_scoring',
  'ingestion_only_during_scoring',
  'program_data',
  'submission_data',
  'prediction_result',
  'ingestion_program',
  'ingestion_program_data',
  'input_data',
  'prediction_stdout',
  'prediction_stderr',
  'prediction_ingestion_stdout',
  'prediction_ingestion_stderr',
  'human_in_the_loop',
]

describe.runIf(brokerTrouble() === undefined)('publishing to a queue of Codabench workers', () => {
  let rig: CodabenchRig
  beforeAll(async () => {
    rig = await startCodabenchRig()
  })
  afterAll(() => rig[Symbol.asyncDispose]())

  const takeOne = async (): Promise<GetMessage> => {
    const [message] = await rig.take(1)
    if (message === undefined) throw new Error('no message')
    return message
  }

  it('tells a worker of either generation all that it needs, and the secret to nobody else', async () => {
    const id = await rig.submit()
    const message = await takeOne()
    expect(message.properties).toMatchObject({
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      deliveryMode: 2,
      priority: 0,
    })
    expect(message.properties.headers).toMatchObject({
      task: 'compute_worker_run',
      id: message.properties.correlationId,
      timelimit: [null, 60 + 1200],
      argsrepr: '',
      kwargsrepr: '',
    })
    const { runArguments } = tellTask(message)
    expect(Object.keys(runArguments).sort()).toEqual([...KEYS_OF_A_PREDICTION].sort())
    expect(runArguments).toMatchObject({
      id,
      submissions_api_url: `${rig.hub.url}/api`,
      execution_time_limit: 60,
      is_scoring: false,
      human_in_the_loop: false,
    })
    const reading = readRunArguments(runArguments)
    if (reading.kind !== 'run') throw new Error(reading.keys.join())
    expect(JSON.stringify(message.properties)).not.toContain(reading.run.secret)
    await rig.hub.participant('POST', `/api/submissions/${id}/cancel_submission/`)
  })

  it('gives every task of a submission a job, a secret and an id of its own', async () => {
    const id = await rig.submit('both')
    const messages = await rig.take(2)
    const { children } = await rig.becomes(id, 'Submitted')
    const told = messages.map((message) => tellTask(message).runArguments)
    expect(told.map((run) => run['id'])).toEqual(children)
    expect(new Set(told.map((run) => run['secret'])).size).toBe(2)
    expect(new Set(messages.map((message) => message.properties.correlationId)).size).toBe(2)
    // The second task has no ingestion program.
    expect(told.map((run) => 'ingestion_program' in run)).toEqual([true, false])
    await rig.hub.participant('POST', `/api/submissions/${id}/cancel_submission/`)
  })

  it('loses nothing while the broker is down, and publishes nothing twice', async () => {
    await rig.rabbit.stop()
    const ids = [await rig.submit(), await rig.submit(), await rig.submit()]
    const dropped = await rig.submit()
    await rig.hub.participant('POST', `/api/submissions/${dropped}/cancel_submission/`)
    await rig.hub.restart()
    await rig.rabbit.start()
    const messages = await rig.take(3)
    expect(messages.map((message) => tellTask(message).runArguments['id'])).toEqual(ids)
    const last = await rig.submit()
    expect(tellTask(await takeOne()).runArguments['id']).toBe(last)
    for (const id of [...ids, last]) {
      await rig.hub.participant('POST', `/api/submissions/${id}/cancel_submission/`)
    }
  })

  it('publishes the same task once more, and no other, where it was killed before it knew of the confirmation', async () => {
    const id = await rig.submit()
    const first = tellTask(await takeOne())
    await withDatabase((db) =>
      // As it stands in the database of a hub that was killed between the confirmation and its note.
      db
        .updateTable('broker_message')
        .set({ state: 'due', published_at: null })
        .where('submission_id', '=', id)
        .execute(),
    )
    const second = tellTask(await takeOne())
    expect(second.id).toBe(first.id)
    expect(second.runArguments['secret']).toBe(first.runArguments['secret'])
    await rig.hub.participant('POST', `/api/submissions/${id}/cancel_submission/`)
  })

  it('loses no job and gives none a second id, killed whenever it may be', async () => {
    const ids: number[] = []
    const { port } = new URL(rig.hub.url)
    const settings = { dataFolder: rig.hub.dataFolder, port: Number(port), amqp: rig.rabbit.amqpUrl }
    await rig.hub.whileStopped(async () => {
      // Between the commit and the publication: the broker is down. Then at any instant of it: the broker is up.
      await rig.rabbit.stop()
      for (const isBrokerUp of [false, true, true]) {
        if (isBrokerUp) await rig.rabbit.start()
        await using hub = await startHubProcess({ ...settings, management: rig.rabbit.managementUrl })
        ids.push(await rig.submit())
        await hub.kill()
        if (isBrokerUp) await rig.rabbit.stop()
      }
      await rig.rabbit.start()
    })
    await Promise.all(ids.map((id) => rig.isPublished(id)))
    const last = await rig.submit()
    const taken: { submission: unknown; task: string }[] = []
    while (taken.at(-1)?.submission !== last) {
      const { id, runArguments } = tellTask(await takeOne())
      taken.push({ submission: runArguments['id'], task: id })
    }
    expect([...new Set(taken.map((one) => one.submission))]).toEqual([...ids, last])
    expect(new Set(taken.map((one) => one.task)).size).toBe(ids.length + 1)
    for (const id of [...ids, last]) {
      await rig.hub.participant('POST', `/api/submissions/${id}/cancel_submission/`)
    }
  })

  it('sends no job of a competition with data-side review, whoever asks for it', async () => {
    const path = `/api/competitions/${rig.competition}/`
    const refused = await rig.hub.organizer('PATCH', path, { human_in_the_loop: true })
    expect(refused).toMatchObject({ status: 409, body: { code: 'review-not-promised' } })

    // The combination is made behind the back of the hub, with a job in its outbox and the broker down.
    const other = await rig.submit()
    await takeOne()
    await rig.rabbit.stop()
    const early = await rig.submit()
    const asksForReview = (wanted: 0 | 1) =>
      withDatabase((db) => db.updateTable('competition').set({ human_in_the_loop: wanted }).execute())
    await asksForReview(1)
    await rig.rabbit.start()
    const late = await rig.submit()
    expect((await rig.hub.submission(late)).status).toBe('Submitting')
    const run = await rig.hub.organizer('POST', `/api/submissions/${late}/run_submission/`)
    expect(run).toMatchObject({ status: 409, body: { code: 'review-not-promised' } })
    expect(run.text).toContain('Choose a queue of Scoregate workers')

    // Control: what carries no job goes out, from the same outbox and later; and the job too, once no review is asked for.
    await rig.hub.participant('POST', `/api/submissions/${other}/cancel_submission/`)
    await until(async () => ((await messagesOf(other)).includes('revoke published') ? true : undefined))
    expect(await messagesOf(early)).toEqual(['prediction due'])
    await asksForReview(0)
    expect(tellTask(await takeOne()).runArguments['id']).toBe(early)
    expect((await rig.hub.organizer('POST', `/api/submissions/${late}/run_submission/`)).status).toBe(200)
    expect(tellTask(await takeOne()).runArguments['id']).toBe(late)
  })

  async function withDatabase<T>(
    use: (db: Awaited<ReturnType<typeof open>>['db']) => Promise<T>,
  ): Promise<T> {
    const records = await open()
    try {
      return await use(records.db)
    } finally {
      await records.close()
    }
  }
  const open = () => openRecords<HubTables>(`${rig.hub.dataFolder}/hub.db`)

  it('gives up a submission whose job cannot be made, and the queue goes on', async () => {
    const broken = await rig.submit()
    const { runArguments } = tellTask(await takeOne())
    await withDatabase((db) =>
      db
        .updateTable('dataset')
        .set({ sha256: 'no digest' })
        .where('id', '=', (eb) => eb.selectFrom('submission').select('dataset_id').where('id', '=', broken))
        .execute(),
    )
    const said = await fetch(`${rig.hub.url}/api/submissions/${broken}/`, {
      method: 'PATCH',
      body: new URLSearchParams({ status: 'Scoring', secret: String(runArguments['secret']) }),
    })
    expect(said.status).toBe(200)
    const whole = await rig.submit()
    expect(await rig.becomes(broken, 'Failed')).toMatchObject({ reason_code: 'worker-failed' })
    expect(tellTask(await takeOne()).runArguments).toMatchObject({ id: whole })
    expect(await messagesOf(broken)).toEqual(['prediction published', 'scoring dropped'])
    const notes = await withDatabase((db) =>
      db.selectFrom('run_note').select('text').where('submission_id', '=', broken).execute(),
    )
    expect(notes).toMatchObject([{ text: expect.stringContaining('could not make the job') }])
  })

  it('tells workers where they reach the hub, if that is not where it listens', async () => {
    await using elsewhere = await startCodabenchRig({ hubForWorkers: 'https://hub.example.org' })
    await elsewhere.submit()
    const [message] = await elsewhere.take(1)
    if (message === undefined) throw new Error('no message')
    const { submissions_api_url: api, ...rest } = tellTask(message).runArguments
    expect(api).toBe('https://hub.example.org/api')
    const links = Object.values(rest).filter((value) => String(value).includes('://'))
    expect(links.length).toBeGreaterThan(5)
    for (const link of links) expect(String(link)).toMatch(/^https:\/\/hub\.example\.org\/api\//)
  })

  /** How the messages of a submission stand in the outbox. */
  const messagesOf = (id: number): Promise<string[]> =>
    withDatabase(async (db) => {
      const rows = await db
        .selectFrom('broker_message')
        .select(['kind', 'state'])
        .where('submission_id', '=', id)
        .execute()
      return rows.map(({ kind, state }) => `${kind} ${state}`)
    })
})

function tellTask(message: GetMessage): { id: string; runArguments: Record<string, unknown> } {
  const task = readCeleryTask({
    contentType: message.properties.contentType,
    headers: message.properties.headers,
    content: message.content,
  })
  if (task.kind !== 'task') throw new Error(task.why)
  return { id: task.id, runArguments: z.record(z.string(), z.unknown()).parse(task.runArguments) }
}
