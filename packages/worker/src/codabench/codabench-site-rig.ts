import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { CONTROL_EXCHANGE, writeRevoke } from '@scoregate/protocol/codabench/celery-control'
import { COMPUTE_QUEUE, JOB_PRIORITY, writeCeleryTask } from '@scoregate/protocol/codabench/celery-message'
import type { CodabenchPlatform } from '@scoregate/protocol/deposit'
import { z } from 'zod'
import type { TestBroker } from '../../../../test/rabbitmq-rig.ts'
import { type ZippedFile, zipOf } from '../zip-rig.ts'
import { orderFromCelery } from './celery-producer-rig.ts'

/** What a submission and its task are made of, each archive by its files. */
export type CodabenchSubmission = {
  readonly submission: Record<string, ZippedFile>
  readonly scoringProgram: Record<string, ZippedFile>
  readonly ingestionProgram?: Record<string, ZippedFile>
  readonly inputData?: Record<string, ZippedFile>
  readonly referenceData?: Record<string, ZippedFile>
  readonly ingestionOnlyDuringScoring?: boolean
  readonly humanInTheLoop?: boolean
  readonly image?: string
  readonly timeLimit?: number
}

/** One thing that a worker or a desk told the platform, in the order of arrival. */
export type Heard =
  | { readonly kind: 'status'; readonly status: string; readonly details: string | undefined }
  | { readonly kind: 'asked' }
  | { readonly kind: 'scores'; readonly scores: unknown; readonly text: string }
  | { readonly kind: 'put'; readonly object: string; readonly type: string; readonly bytes: Buffer }

type Row = {
  readonly id: number
  readonly secret: string
  readonly made: CodabenchSubmission
  status: string
  taskId: string
  readonly heard: Heard[]
  /** Rows of scores as the site appends them: a second post doubles them. */
  readonly scoreRows: unknown[]
}

const STATUSES = [
  'Submitting',
  'Submitted',
  'Preparing',
  'Running',
  'Scoring',
  'Finished',
  'Failed',
  'Cancelled',
]
const STATUS_FIELDS = ['status', 'status_details', 'secret']
const OBJECT_TYPES: Readonly<Record<string, string>> = { detailed_results: 'text/html' }

/**
 * A Codabench site as the protocol reference has it, on a real broker: it makes placeholders, publishes both jobs of a submission,
 * hears every status, keeps every upload, and is as strict about forms, types and secrets as the real one, and as lenient about
 * order and repetition. `generation` chooses the names of the keys.
 */
export async function startCodabenchSite(given: {
  readonly rabbit: TestBroker
  readonly generation?: 1 | 2
  /** Whether it knows the status `Awaiting validation`. */
  readonly knowsWaiting?: boolean
  /** Messages are written by Celery itself, and not by us. */
  readonly byCelery?: boolean
}) {
  const generation = given.generation ?? 1
  const statuses = (given.knowsWaiting ?? true) ? [...STATUSES, 'Awaiting validation'] : STATUSES
  const rows = new Map<number, Row>()
  const objects = new Map<string, Buffer>()
  const state = {
    /** Every request gets no answer. */
    down: false,
    /** Answers that are given instead of the right one, once each: what for, and the HTTP status. */
    failures: [] as { readonly match: RegExp; readonly status: number; readonly after?: boolean }[],
  }
  let lastId = 100

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (state.down) return void response.destroy()
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    const body = await buffer(request)
    const call = `${request.method} ${pathname} ${request.headers['content-type']?.includes('form') ? body.toString() : ''}`
    const at = state.failures.findIndex(({ match }) => match.test(call))
    const [failure] = at === -1 ? [] : state.failures.splice(at, 1)
    if (failure !== undefined && failure.after !== true) return end(response, failure.status, {})
    const [status, answered] = await handle(request, pathname, body)
    if (failure !== undefined) return end(response, failure.status, {})
    end(response, status, answered)
  }

  const handle = async (
    request: IncomingMessage,
    pathname: string,
    body: Buffer,
  ): Promise<readonly [number, object | Buffer]> => {
    const parts = pathname.split('/').filter((part) => part !== '')
    if (parts[0] === 'private') return storage(request, parts[1] ?? '', body)
    const row = rows.get(Number(parts[2]))
    if (parts[0] !== 'api' || row === undefined) return [404, {}]
    if (parts[1] === 'submissions' && request.method === 'PATCH') return await patch(request, row, body)
    if (parts[1] === 'upload_submission_scores' && request.method === 'POST') return post(request, row, body)
    return [405, {}]
  }

  const patch = async (request: IncomingMessage, row: Row, body: Buffer) => {
    if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') return [415, {}] as const
    const form = new URLSearchParams(body.toString())
    if (form.get('secret') !== row.secret) return [403, {}] as const
    if ([...form.keys()].some((key) => !STATUS_FIELDS.includes(key))) return [400, {}] as const
    const status = form.get('status')
    if (status === null) {
      row.heard.push({ kind: 'asked' })
      return [200, serialized(row)] as const
    }
    if (!statuses.includes(status)) return [400, {}] as const
    row.heard.push({ kind: 'status', status, details: form.get('status_details') ?? undefined })
    row.status = status
    // As the real site does it, each time that it is said.
    if (status === 'Scoring') await publish(row, 'scoring')
    return [200, serialized(row)] as const
  }

  const post = (request: IncomingMessage, row: Row, body: Buffer) => {
    if (request.headers['content-type'] !== 'application/json') return [415, {}] as const
    const parsed = z
      .strictObject({ secret: z.literal(row.secret), scores: z.record(z.string(), z.number()) })
      .safeParse(JSON.parse(body.toString()))
    if (!parsed.success) return [403, {}] as const
    row.heard.push({ kind: 'scores', scores: parsed.data.scores, text: body.toString() })
    row.scoreRows.push(
      ...Object.entries(parsed.data.scores).map(([column_key, score]) => ({ column_key, score })),
    )
    return [200, Buffer.alloc(0)] as const
  }

  const storage = (request: IncomingMessage, name: string, body: Buffer) => {
    const content = objects.get(name)
    if (content === undefined) return [403, {}] as const
    if (request.method === 'GET') return [200, content] as const
    if (request.method !== 'PUT') return [405, {}] as const
    const [id = '', object = ''] = name.split(/-(.*)/s)
    const type = request.headers['content-type'] ?? ''
    // The type is part of the signature, and the length must be told.
    if (type !== (OBJECT_TYPES[object] ?? 'application/zip')) return [403, {}] as const
    if (request.headers['content-length'] !== String(body.length)) return [411, {}] as const
    if (request.headers['x-ms-blob-type'] !== 'BlockBlob') return [400, {}] as const
    objects.set(name, body)
    rows.get(Number(id))?.heard.push({ kind: 'put', object, type, bytes: body })
    return [200, Buffer.alloc(0)] as const
  }

  const serialized = (row: Row) => ({
    id: row.id,
    data: 'a-key',
    phase: 12,
    status: row.status,
    status_details: null,
    filename: 'submission.zip',
    scores: row.scoreRows,
  })

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port
  const origin = `http://127.0.0.1:${port}`
  const link = (row: Row, object: string) =>
    `${origin}/private/${row.id}-${object}?X-Amz-Date=${compact(new Date())}&X-Amz-Expires=432000&X-Amz-Signature=secret-signature`

  const keep = async (row: Row, object: string, files: Record<string, ZippedFile> | undefined) => {
    if (files === undefined) return undefined
    objects.set(`${row.id}-${object}`, await zipOf(files))
    return link(row, object)
  }
  const placeholder = (row: Row, object: string) => {
    objects.set(`${row.id}-${object}`, Buffer.alloc(0))
    return link(row, object)
  }

  const publish = async (
    row: Row,
    step: 'prediction' | 'scoring',
    taskId: string = randomUUID(),
  ): Promise<void> => {
    const { made } = row
    const isScoring = step === 'scoring'
    const ingestion = (made.ingestionOnlyDuringScoring ?? false) === isScoring
    const submission = await keep(row, 'submission', made.submission)
    const program = isScoring ? await keep(row, 'scoring_program', made.scoringProgram) : submission
    const names =
      generation === 1
        ? { program_data: program }
        : { submission_data: submission, ...(isScoring ? { scoring_program_data: program } : {}) }
    const ingestionLink = ingestion ? await keep(row, 'ingestion_program', made.ingestionProgram) : undefined
    const runArguments = {
      user_pk: 5,
      id: row.id,
      secret: { __type__: 'uuid', __value__: { hex: row.secret.replaceAll('-', '') } },
      submissions_api_url: `${origin}/api`,
      docker_image: made.image ?? 'test/python',
      execution_time_limit: made.timeLimit ?? 60,
      is_scoring: isScoring,
      ingestion_only_during_scoring: made.ingestionOnlyDuringScoring ?? false,
      ...(generation === 2 ? { human_in_the_loop: made.humanInTheLoop ?? false } : {}),
      ...names,
      ...(ingestionLink === undefined
        ? {}
        : { [generation === 1 ? 'ingestion_program' : 'ingestion_program_data']: ingestionLink }),
      ...(ingestion && made.inputData !== undefined
        ? { input_data: await keep(row, 'input_data', made.inputData) }
        : {}),
      prediction_result: isScoring ? link(row, 'prediction_result') : placeholder(row, 'prediction_result'),
      ...(isScoring
        ? {
            scoring_result: placeholder(row, 'scoring_result'),
            detailed_results_url: placeholder(row, 'detailed_results'),
            ...(made.referenceData === undefined
              ? {}
              : { reference_data: await keep(row, 'reference_data', made.referenceData) }),
          }
        : {}),
      ...Object.fromEntries(
        ['stdout', 'stderr', 'ingestion_stdout', 'ingestion_stderr'].map((stream) => [
          `${step}_${stream}`,
          placeholder(row, `${step}_${stream}`),
        ]),
      ),
    }
    row.taskId = taskId
    if (given.byCelery === true) {
      const { secret: _typed, ...others } = runArguments
      return await orderFromCelery({
        ...{ do: 'publish', url: given.rabbit.queueUrl, id: taskId, arguments: others },
        ...{ secret: row.secret, priority: JOB_PRIORITY[step] },
      })
    }
    await send(row.taskId, runArguments, JOB_PRIORITY[step])
  }

  const send = async (id: string, runArguments: Record<string, unknown>, priority: number): Promise<void> => {
    const { content, headers, properties } = writeCeleryTask({
      id,
      runArguments,
      softLimitSeconds: 1260,
      priority,
    })
    await sendRaw(Buffer.from(content), { ...properties, headers })
  }

  const sendRaw = async (content: Buffer, options: object): Promise<void> => {
    const connection = await given.rabbit.connect()
    const channel = await connection.createConfirmChannel()
    await channel.assertQueue(COMPUTE_QUEUE.name, COMPUTE_QUEUE.options)
    channel.publish('', COMPUTE_QUEUE.name, content, options)
    await channel.waitForConfirms()
    await connection.close()
  }

  const newRow = (made: CodabenchSubmission): Row => {
    lastId += 1
    const row: Row = {
      ...{ id: lastId, secret: randomUUID(), made },
      ...{ status: 'Submitted', taskId: '', heard: [], scoreRows: [] },
    }
    rows.set(row.id, row)
    return row
  }

  const rowOf = (id: number): Row => {
    const row = rows.get(id)
    if (row === undefined) throw new Error(`there is no submission ${id}`)
    return row
  }

  return {
    origin,
    api: `${origin}/api`,
    /** What the policy of a site says of it. */
    platform: {
      api: `${origin}/api`,
      competition: { id: 44, title: 'Sepsis' },
      columns: [{ key: 'accuracy', title: 'Accuracy', decimals: 2, sorting: 'desc', computed: false }],
      storage: [],
    } satisfies CodabenchPlatform,
    state,
    sendRaw,

    /** A participant submits: the prediction job is published. */
    async submit(made: CodabenchSubmission): Promise<number> {
      const row = newRow(made)
      await publish(row, 'prediction')
      return row.id
    },

    /** A submission whose predictions another worker made: only its scoring job is published. */
    async submitPredicted(made: CodabenchSubmission): Promise<number> {
      const row = newRow(made)
      await keep(row, 'prediction_result', made.submission)
      row.status = 'Scoring'
      await publish(row, 'scoring')
      return row.id
    },

    /** A participant cancels: the task is revoked wherever it is. */
    async cancel(id: number): Promise<void> {
      const row = rowOf(id)
      row.status = 'Cancelled'
      if (given.byCelery === true) {
        return await orderFromCelery({ do: 'revoke', url: given.rabbit.queueUrl, id: row.taskId })
      }
      const connection = await given.rabbit.connect()
      const channel = await connection.createConfirmChannel()
      const { name, type, options } = CONTROL_EXCHANGE
      await channel.assertExchange(name, type, options)
      const { content, headers } = writeRevoke(row.taskId, new Date())
      channel.publish(name, '', Buffer.from(content), { contentType: 'application/json', headers })
      await channel.waitForConfirms()
      await connection.close()
    },

    /** What Codabench's own worker does with the first job of a submission of results: it copies them, and says Scoring. */
    async actAsOtherWorker(id: number): Promise<void> {
      const row = rowOf(id)
      objects.set(`${id}-prediction_result`, await zipOf(row.made.submission))
      row.status = 'Scoring'
      await publish(row, 'scoring')
    },

    /** Publishes the job of a submission's present step once more, under the same name: what a broker does after a lost acknowledgement. */
    async redeliver(id: number): Promise<void> {
      const row = rowOf(id)
      await publish(row, row.status === 'Submitted' ? 'prediction' : 'scoring', row.taskId)
    },

    /** Resolves when the site has a status of a submission. */
    async untilStatus(id: number, status: string): Promise<void> {
      while (rowOf(id).status !== status) await new Promise((resolve) => setTimeout(resolve, 2))
    },

    /**
     * Resolves when the site has heard of a finished submission all that there is to hear: the scores and so many files. Both jobs make
     * seven: the predictions, the output, the detailed results, and the two streams of each of two programs.
     */
    async heardAll(id: number, uploads = 7): Promise<void> {
      const row = rowOf(id)
      const files = () => new Set(row.heard.flatMap((one) => (one.kind === 'put' ? [one.object] : [])))
      while (row.scoreRows.length === 0 || files().size < uploads) {
        if (row.status === 'Failed') throw new Error('the submission failed')
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    },

    status: (id: number) => rowOf(id).status,
    taskId: (id: number) => rowOf(id).taskId,
    heard: (id: number): readonly Heard[] => rowOf(id).heard,
    scoreRows: (id: number): readonly unknown[] => rowOf(id).scoreRows,
    /** The statuses and uploads of a submission, in order, as words. */
    story: (id: number): string[] =>
      rowOf(id).heard.flatMap((one) => {
        if (one.kind === 'asked') return []
        if (one.kind === 'status') return [one.status]
        return one.kind === 'put' ? [`put ${one.object}`] : ['scores']
      }),
    object: (id: number, name: string): Buffer | undefined => objects.get(`${id}-${name}`),

    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type CodabenchSite = Awaited<ReturnType<typeof startCodabenchSite>>

function end(response: ServerResponse, status: number, body: object | Buffer): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body))
}

function compact(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '')
}
