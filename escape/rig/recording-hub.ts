import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { InputLink, Job } from '@scoregate/protocol/job'
import { FailureMessage, LEASE_PATH, StatusMessage } from '@scoregate/protocol/lease'
import { Outcome, SITE_JOBS_PATH, STANDING_PATH, StandingQuestion } from '@scoregate/protocol/release'
import type { Boundary } from './boundary.ts'

/** One thing that the platform heard about a job: a status word, why nothing was run, or an outcome. */
export type Heard =
  | { readonly kind: 'status'; readonly word: string }
  | { readonly kind: 'not-run'; readonly reason: string }
  | { readonly kind: 'returned' }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }

/** A platform as a site sees it: gives jobs and archives, takes outcomes, and records every byte that comes in. */
export type RecordingHub = AsyncDisposable & {
  readonly url: string
  readonly queueToken: string
  readonly siteToken: string
  /** Keeps an archive for a job to name. */
  keepArchive(bytes: Buffer): InputLink
  offer(job: Job): void
  /** Everything heard about a job, in order. */
  heard(jobId: string): readonly Heard[]
  /** Uploaded artefacts of a job, by name. */
  artefacts(jobId: string): ReadonlyMap<string, Buffer>
  /** Jobs in this set are answered as cancelled, and as gone to the desk. */
  readonly cancelled: Set<string>
  /** While `down`, every request but those for archives breaks off, after its bytes were recorded. */
  state: 'up' | 'down'
  /** How many requests came, accepted or not. */
  requestCount(): number
}

type Answer = { readonly status: number; readonly body: object }

const LEASE_SECONDS = 30
const INPUTS_PATH = '/inputs/'

/** Starts a platform on a port of its own; `boundary` gets what reaches it. */
export async function startRecordingHub(boundary: Boundary): Promise<RecordingHub> {
  const queueToken = `queue-${randomUUID()}`
  const siteToken = `site-${randomUUID()}`
  const archives = new Map<string, Buffer>()
  const jobs: Job[] = []
  const askers: ((job: Job | undefined) => void)[] = []
  const heard = new Map<string, Heard[]>()
  const artefacts = new Map<string, Map<string, Buffer>>()
  const cancelled = new Set<string>()
  let requests = 0

  const note = (jobId: string, what: Heard): void => {
    heard.set(jobId, [...(heard.get(jobId) ?? []), what])
    boundary.changed()
  }

  const lease = (response: ServerResponse): Promise<Job | undefined> => {
    const job = jobs.shift()
    if (job !== undefined) return Promise.resolve(job)
    return new Promise((resolve) => {
      askers.push(resolve)
      response.on('close', () => {
        if (askers.includes(resolve)) askers.splice(askers.indexOf(resolve), 1)
        resolve(undefined)
      })
    })
  }

  const answerWorker = async (
    path: readonly string[],
    body: Buffer,
    response: ServerResponse,
  ): Promise<Answer> => {
    const [jobId, word] = path
    if (jobId === undefined || word === undefined) {
      const job = await lease(response)
      return job === undefined
        ? { status: 204, body: {} }
        : { status: 200, body: { job, leaseSeconds: LEASE_SECONDS } }
    }
    const message: unknown = JSON.parse(body.toString('utf8'))
    if (word === 'status') note(jobId, { kind: 'status', word: StatusMessage.parse(message).status })
    if (word === 'failure') note(jobId, { kind: 'not-run', reason: FailureMessage.parse(message).reason })
    if (word === 'return') note(jobId, { kind: 'returned' })
    if (word === 'failure' || word === 'return') return { status: 200, body: {} }
    return { status: 200, body: { leaseSeconds: LEASE_SECONDS, cancelled: cancelled.has(jobId) } }
  }

  const answerDesk = (url: URL, body: Buffer): Answer => {
    if (url.pathname === STANDING_PATH) {
      const asked = StandingQuestion.parse(JSON.parse(body.toString('utf8')))
      const gone = asked.jobs.map(({ jobId }) => jobId).filter((id) => cancelled.has(id))
      return { status: 200, body: { gone } }
    }
    const [jobId = '', what, name = ''] = url.pathname.slice(SITE_JOBS_PATH.length + 1).split('/')
    if (cancelled.has(jobId)) return { status: 410, body: {} }
    if (what === 'artefacts') {
      artefacts.set(jobId, new Map([...(artefacts.get(jobId) ?? []), [name, body]]))
      return { status: 201, body: {} }
    }
    note(jobId, { kind: 'outcome', outcome: Outcome.parse(JSON.parse(body.toString('utf8'))) })
    return { status: 200, body: { accepted: true } }
  }

  const hub: RecordingHub & { state: 'up' | 'down' } = {
    url: '',
    queueToken,
    siteToken,
    cancelled,
    state: 'up',
    keepArchive(bytes) {
      const id = randomUUID()
      archives.set(id, bytes)
      return {
        url: `${hub.url}${INPUTS_PATH}${id}?signature=${randomUUID()}`,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      }
    },
    offer(job) {
      const ask = askers.shift()
      if (ask === undefined) jobs.push(job)
      else ask(job)
    },
    heard: (jobId) => heard.get(jobId) ?? [],
    artefacts: (jobId) => artefacts.get(jobId) ?? new Map(),
    requestCount: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1
    const url = new URL(request.url ?? '/', 'http://platform')
    const body = await record(request, boundary, jobIn(url))
    const archive = archives.get(url.pathname.slice(INPUTS_PATH.length))
    if (url.pathname.startsWith(INPUTS_PATH) && archive !== undefined) {
      response.writeHead(200, { 'content-type': 'application/zip' }).end(archive)
    } else if (hub.state === 'down') {
      response.destroy()
    } else {
      const { status, body: json } = await answerTo(request, response, url, body)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(status === 204 ? undefined : JSON.stringify(json))
    }
  }

  const answerTo = async (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    body: Buffer,
  ): Promise<Answer> => {
    const bearer = request.headers.authorization
    if (url.pathname.startsWith(LEASE_PATH) && bearer === `Bearer ${queueToken}`) {
      return await answerWorker(url.pathname.slice(LEASE_PATH.length).split('/').slice(1), body, response)
    }
    if (url.pathname.startsWith('/api/site/') && bearer === `Bearer ${siteToken}`) {
      return answerDesk(url, body)
    }
    return { status: 404, body: {} }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe
  return Object.assign(hub, { url: `http://127.0.0.1:${port}` })
}

/** Records the request as it came: its line, each header with its own spelling and in its place, and the body. */
async function record(
  request: IncomingMessage,
  boundary: Boundary,
  jobId: string | undefined,
): Promise<Buffer> {
  boundary.cross('request-line', `${request.method} ${request.url} HTTP/${request.httpVersion}`, jobId)
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    boundary.cross('header', `${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`, jobId)
  }
  const body = await buffer(request)
  if (body.length > 0) boundary.cross('body', body, jobId)
  return body
}

/** The job that a path names. */
function jobIn({ pathname }: URL): string | undefined {
  for (const path of [`${LEASE_PATH}/`, `${SITE_JOBS_PATH}/`]) {
    if (pathname.startsWith(path)) return pathname.slice(path.length).split('/')[0]
  }
  return undefined
}
