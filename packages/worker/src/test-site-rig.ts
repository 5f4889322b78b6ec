import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Cancellation, Deposit, type WorkerSite } from '@scoregate/protocol/deposit'
import { Digest } from '@scoregate/protocol/digest'
import type { InputLink, Job } from '@scoregate/protocol/job'
import type { ManifestSection } from '@scoregate/protocol/manifest'
import { readPack } from '@scoregate/protocol/pack'
import { WorkerReport } from '@scoregate/protocol/worker-report'
import type { Sandbox } from '@scoregate/sandbox/sandbox'
import pino from 'pino'
import { expect, vi } from 'vitest'
import { readBrokerAddress } from './codabench/broker-address.ts'
import type { RetryPace } from './retry.ts'
import { startBrokerWorker, startWorker, type Worker } from './work.ts'
import { type ZippedFile, zipOf } from './zip-rig.ts'

/** One message to the hub, as it came: the last part of the path, and the body. */
export type HubMessage = { readonly jobId: string; readonly word: string; readonly body: unknown }

/** The archives of a test job, each by its files, or as bytes that need not be a zip. */
export type TestInputs = Partial<Record<keyof Job['inputs'], Record<string, ZippedFile> | Buffer>>

const TOKENS = { queueToken: 'queue-token-of-the-test', deskToken: 'desk-token-of-the-test' }

/**
 * A real HTTP server that speaks the hub's lease wire and the desk's deposit wire and keeps everything that arrives, and
 * workers on a temporary folder.
 */
export async function startTestSite({ sandbox, image }: { sandbox: Sandbox; image: string }) {
  const dataFolder = await mkdtemp(join(tmpdir(), 'scoregate-worker-'))
  const waiting: Job[] = []
  const archives = new Map<string, Buffer>()
  const messages: HubMessage[] = []
  const blobs = new Map<string, Buffer>()
  const deposits: Deposit[] = []
  const requests: string[] = []
  const reports: WorkerReport[] = []
  const cancellations: string[] = []
  const logLines: string[] = []
  const workers: Worker[] = []
  const state = {
    desk: 'up' as
      | 'up'
      | 'down'
      | 'site-only'
      | 'superseding'
      | 'has-another'
      | 'refusing'
      | 'proxy-refusing'
      | 'without-reports',
    /** Answer of the hub to messages about a job. */
    lease: 'held' as 'held' | 'lost' | 'cancelled',
    leaseSeconds: 1,
  }
  const site: WorkerSite = {
    policyDigest: Digest.parse('a'.repeat(64)),
    images: [{ pattern: 'test/*', [sandbox.name]: image }],
    data: [],
    competitions: [],
    limits: {
      memoryBytes: 512 * 2 ** 20,
      cpus: 1,
      processes: 64,
      openFiles: 256,
      outputBytes: 10 * 2 ** 20,
      outputFiles: 100,
      logBytes: 65_536,
      scratchBytes: 16 * 2 ** 20,
      timeSeconds: 60,
      inputBytes: 10 * 2 ** 20,
      cacheBytes: 10 * 2 ** 20,
    },
  }

  const answerHub = async (request: IncomingMessage, response: ServerResponse, path: string[]) => {
    if (path[0] === 'inputs') {
      const archive = archives.get(path[1] ?? '')
      return send(response, archive === undefined ? 404 : 200, archive)
    }
    if (request.headers.authorization !== `Bearer ${TOKENS.queueToken}`) return send(response, 401)
    const body: unknown = JSON.parse((await buffer(request)).toString())
    const [jobId, word] = path.slice(3)
    if (jobId === undefined || word === undefined) {
      const job = waiting.shift()
      return job === undefined
        ? send(response, 204)
        : send(response, 200, { job, leaseSeconds: state.leaseSeconds })
    }
    messages.push({ jobId, word, body })
    if (state.lease === 'lost') return send(response, 410, {})
    const isEnd = word === 'failure' || word === 'return'
    return send(
      response,
      200,
      isEnd ? {} : { leaseSeconds: state.leaseSeconds, cancelled: state.lease === 'cancelled' },
    )
  }

  const answerDesk = async (request: IncomingMessage, response: ServerResponse, path: string[]) => {
    const bytes = await buffer(request)
    if (request.headers.authorization !== `Bearer ${TOKENS.deskToken}`) return send(response, 401)
    const what = path[2]
    if (state.desk === 'down' || (state.desk === 'site-only' && what !== 'site'))
      return send(response, 503, {})
    if (what === 'site') return send(response, 200, site)
    if (what === 'cancellations') {
      cancellations.push(Cancellation.parse(JSON.parse(bytes.toString())).jobId)
      return send(response, 200, {})
    }
    if (what === 'report') {
      if (state.desk === 'without-reports') return send(response, 404, {})
      reports.push(WorkerReport.parse(JSON.parse(bytes.toString())))
      return send(response, 200, {})
    }
    if (what === 'blobs') {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      if (sha256 !== path[3] || request.headers['content-length'] !== String(bytes.length))
        return send(response, 400)
      blobs.set(sha256, bytes)
      return send(response, 201, {})
    }
    if (what === 'packs') {
      for await (const file of readPack(Readable.from([bytes]))) {
        const sha256 = createHash('sha256').update(file.bytes).digest('hex')
        if (sha256 !== file.sha256) return send(response, 400)
        blobs.set(sha256, Buffer.from(file.bytes))
      }
      return send(response, 201, {})
    }
    if (state.desk === 'refusing') {
      const problems = [{ where: 'platform', what: 'is http://another', remedy: 'Change it.' }]
      return send(response, 400, { code: 'bad-deposit', detail: 'Refused.', remedy: 'None.', problems })
    }
    if (state.desk === 'proxy-refusing') return send(response, 413, {})
    if (state.desk === 'superseding') return send(response, 410, {})
    if (state.desk === 'has-another') {
      return send(response, 409, { code: 'other-deposit', detail: 'Deposited before.', remedy: 'None.' })
    }
    const deposit = Deposit.parse(JSON.parse(bytes.toString()))
    if (deposit.manifest.entries.some((entry) => !blobs.has(entry.sha256))) return send(response, 400)
    deposits.push(deposit)
    return send(response, 201, { holdId: `hold-${deposits.length}` })
  }

  const listen = async (answer: typeof answerHub): Promise<{ server: Server; url: string }> => {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://test')
      requests.push(`${request.method} ${pathname}`)
      answer(request, response, pathname.split('/').slice(1)).catch((error: unknown) =>
        response.destroy(error as Error),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo // it listens on a port
    return { server, url: `http://127.0.0.1:${port}` }
  }
  const hub = await listen(answerHub)
  const desk = await listen(answerDesk)
  const log = pino({ level: 'debug' }, { write: (line: string) => void logLines.push(line) })

  return {
    state,
    site,
    messages,
    deposits,
    blobs,
    requests,
    reports,
    cancellations,
    dataFolder,
    hubUrl: hub.url,
    /** Where a worker in a process of its own deposits, and with what. */
    desk: { url: desk.url, token: TOKENS.deskToken },

    /** Everything that the worker logged, as one text. */
    logged: () => logLines.join(''),

    /** Statuses that the hub heard, and failures as `failure: code`. */
    heard: () =>
      messages
        .filter(({ word }) => word !== 'heartbeat')
        .map(({ word, body }) =>
          word === 'status'
            ? String(field(body, 'status'))
            : word === 'failure'
              ? `failure: ${field(body, 'reason')}`
              : word,
        ),

    /** Puts a job into the queue; what is not given is ordinary. */
    async addJob(inputs: TestInputs, job: Partial<Omit<Job, 'inputs'>> = {}): Promise<Job> {
      const links: Partial<Record<keyof Job['inputs'], InputLink>> = {}
      for (const name of Object.keys(inputs) as (keyof Job['inputs'])[]) {
        const given = inputs[name] ?? {}
        const bytes = Buffer.isBuffer(given) ? given : await zipOf(given)
        const id = randomUUID()
        archives.set(id, bytes)
        links[name] = {
          url: `${hub.url}/inputs/${id}?signature=secret-signature`,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        }
      }
      const { submission, scoringProgram, ...others } = links
      if (submission === undefined || scoringProgram === undefined) throw new Error('a job has both')
      const whole: Job = {
        jobId: `job-${randomUUID().slice(0, 8)}`,
        attempt: 1,
        submission: { id: 7, submittedAt: '2026-01-01T00:00:00Z', fileName: 'submission.zip' },
        participant: { id: 3, username: 'participant' },
        competition: { id: 1, title: 'A benchmark' },
        phase: { id: 1, name: 'Phase' },
        task: { id: 1, name: 'Task' },
        image: 'test/python',
        timeLimitSeconds: 60,
        humanInTheLoop: true,
        detailedResults: false,
        ingestionOnlyDuringScoring: false,
        inputs: { submission, scoringProgram, ...others },
        columns: [{ key: 'accuracy', title: 'Accuracy', decimals: 2, sorting: 'desc', computed: false }],
        ...job,
      }
      waiting.push(whole)
      return whole
    },

    async startWorker(): Promise<Worker> {
      const worker = await startWorker(
        { hubUrl: hub.url, deskUrl: desk.url, ...TOKENS, dataFolder, workerName: 'test worker' },
        { sandbox, log, pace: { firstMs: 20, longestMs: 100 } },
      )
      workers.push(worker)
      return worker
    },

    /** A worker of a Codabench queue, on a folder of its own if it is not the first. */
    async startBrokerWorker(
      brokerUrl: string,
      folder = dataFolder,
      pace: RetryPace = { firstMs: 20, longestMs: 100 },
    ): Promise<Worker> {
      const reading = readBrokerAddress(brokerUrl, { useTls: false })
      if (reading.kind === 'wrong') throw new Error(reading.why)
      const worker = await startBrokerWorker(
        {
          deskUrl: desk.url,
          deskToken: TOKENS.deskToken,
          dataFolder: folder,
          workerName: 'test worker',
          broker: reading.address,
        },
        { sandbox, log, pace },
      )
      workers.push(worker)
      return worker
    },

    /** The text of a sealed file as it reached the desk. */
    text(deposit: Deposit, section: ManifestSection, path: string): string | undefined {
      const entry = deposit.manifest.entries.find((one) => one.section === section && one.path === path)
      return entry && blobs.get(entry.sha256)?.toString()
    },

    /** Names left in the folders of runs and of the spool. */
    async left(): Promise<string[]> {
      return [...(await readdir(join(dataFolder, 'runs'))), ...(await readdir(join(dataFolder, 'spool')))]
    },

    async [Symbol.asyncDispose]() {
      for (const worker of workers) await worker.stop()
      for (const { server } of [hub, desk]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

export type TestSite = Awaited<ReturnType<typeof startTestSite>>

/** Waits for what a worker does in its own time. */
export function until(condition: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(condition, { timeout: 120_000, interval: 20 })
}

/** Waits until so many runs are deposited, and gives the last of them. */
export async function deposited(site: TestSite, count = 1): Promise<Deposit> {
  await until(() => expect(site.deposits.length).toBeGreaterThanOrEqual(count))
  const deposit = site.deposits[count - 1]
  if (deposit === undefined) throw new Error('nothing was deposited')
  return deposit
}

function send(response: ServerResponse, status: number, body?: Buffer | object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(Buffer.isBuffer(body) ? body : body === undefined ? undefined : JSON.stringify(body))
}

function field(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null
    ? Object.entries(body).find(([key]) => key === name)?.[1]
    : undefined
}
