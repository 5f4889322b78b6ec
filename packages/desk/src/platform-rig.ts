import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Outcome, SITE_JOBS_PATH, STANDING_PATH, StandingQuestion } from '@scoregate/protocol/release'

/**
 * A small real platform: it speaks the hub's side of `@scoregate/protocol/release` and records every byte that reaches
 * it, heads and bodies, so that a test can look for what must not be among them.
 */
export type PlatformRig = {
  readonly url: string
  /** What it has accepted, in order; the same again is accepted and recorded once, as the protocol asks. */
  readonly outcomes: Outcome[]
  /** By `job/name`: the uploaded bytes. */
  readonly artefacts: Map<string, Buffer>
  /** Jobs that it no longer wants: it answers 410, and names them when asked. */
  readonly unwanted: Set<string>
  /** Everything that ever arrived, as one text. */
  received(): string
  /** How many requests came, accepted or not. */
  requestCount(): number
  /** Refuses connections until `up`. */
  down(): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

export const SITE_TOKEN = 'site-token-of-the-test'

/** Starts a platform on a port of its own. */
export async function startPlatform(): Promise<PlatformRig> {
  const outcomes: Outcome[] = []
  const artefacts = new Map<string, Buffer>()
  const unwanted = new Set<string>()
  const received: Buffer[] = []
  let requests = 0

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1
    received.push(Buffer.from(`${request.method} ${request.url}\n${request.rawHeaders.join('\n')}\n\n`))
    const chunks: Buffer[] = []
    for await (const chunk of request) {
      received.push(chunk)
      chunks.push(chunk)
    }
    const answer = answerTo(request, Buffer.concat(chunks))
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  }

  function answerTo(request: IncomingMessage, body: Buffer): { status: number; body: unknown } {
    if (request.headers.authorization !== `Bearer ${SITE_TOKEN}`) return { status: 401, body: {} }
    const url = new URL(request.url ?? '/', 'http://platform')
    if (url.pathname === STANDING_PATH) {
      const { jobs } = StandingQuestion.parse(JSON.parse(body.toString('utf8')))
      return { status: 200, body: { gone: jobs.map((job) => job.jobId).filter((id) => unwanted.has(id)) } }
    }
    const [jobId = '', what, name = ''] = url.pathname.slice(SITE_JOBS_PATH.length + 1).split('/')
    if (unwanted.has(jobId)) return { status: 410, body: {} }
    if (what === 'artefacts' && request.method === 'PUT') {
      const sha256 = createHash('sha256').update(body).digest('hex')
      if (sha256 !== url.searchParams.get('sha256')) return { status: 400, body: {} }
      artefacts.set(`${jobId}/${name}`, body)
      return { status: 201, body: {} }
    }
    if (what === 'outcome' && request.method === 'POST') {
      const outcome = Outcome.parse(JSON.parse(body.toString('utf8')))
      const known = outcomes.some((other) => JSON.stringify(other) === JSON.stringify(outcome))
      if (!known) outcomes.push(outcome)
      return { status: 200, body: { accepted: true } }
    }
    return { status: 404, body: {} }
  }

  let server: Server | undefined
  let port = 0
  async function up(): Promise<void> {
    const next = createServer((request, response) => {
      // A test that takes the platform down in the middle of a request sees a broken connection, as a desk would.
      handle(request, response).catch(() => response.destroy())
    })
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve))
    port = (next.address() as AddressInfo).port // it listens on a port, not on a pipe
    server = next
  }
  async function down(): Promise<void> {
    const last = server
    server = undefined
    if (last === undefined) return
    await new Promise<void>((resolve) => {
      last.close(() => resolve())
      last.closeAllConnections()
    })
  }
  await up()
  return {
    url: `http://127.0.0.1:${port}`,
    outcomes,
    artefacts,
    unwanted,
    received: () => Buffer.concat(received).toString('latin1'),
    requestCount: () => requests,
    down,
    up,
    close: down,
  }
}
