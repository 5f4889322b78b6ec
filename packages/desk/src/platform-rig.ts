import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { readReceipt, receiptStatement, scoresDigest } from '@scoregate/gate/receipt'
import type { ReceiptStatement, ReceiptSubject, SitePublicKey } from '@scoregate/protocol/receipt'
import { Outcome, SITE_JOBS_PATH, STANDING_PATH, StandingQuestion } from '@scoregate/protocol/release'

/**
 * A small real platform: it speaks the hub's side of `@scoregate/protocol/release` and records every byte that reaches
 * it, heads and bodies, so that a test can look for what must not be among them. It accepts no outcome without a receipt
 * of exactly that outcome, signed by the site's key.
 */
export type PlatformRig = {
  readonly url: string
  /** What it has accepted, in order; the same again is accepted and recorded once, as the protocol asks. */
  readonly outcomes: Outcome[]
  /** By `job/name`: the uploaded bytes. */
  readonly artefacts: Map<string, Buffer>
  /** Jobs that it no longer wants: it answers 410, and names them when asked. */
  readonly unwanted: Set<string>
  /** What the receipts say that it accepted, one for each outcome but the word that a result waits. */
  readonly statements: ReceiptStatement[]
  /** Makes it believe what this key signs; without one it believes nothing. */
  trust(key: SitePublicKey): void
  /** Called with each request before it is answered. */
  onRequest(look: (path: string) => void): void
  /** Accepts the next outcome and loses its answer, as a network does. */
  loseAnswer(): void
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
  const statements: ReceiptStatement[] = []
  let trusted: SitePublicKey | undefined
  let answersToLose = 0
  let look: (path: string) => void = () => undefined
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
    look(request.url ?? '')
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
      if (outcome.kind !== 'awaiting-validation') {
        const statement = findStatement(outcome, jobId, trusted)
        if (statement === undefined) return { status: 400, body: { code: 'receipt-differs' } }
        if (!statements.some((other) => isDeepStrictEqual(other, statement))) statements.push(statement)
      }
      const known = outcomes.some((other) => JSON.stringify(other) === JSON.stringify(outcome))
      if (!known) outcomes.push(outcome)
      if (answersToLose > 0) {
        answersToLose -= 1
        return { status: 502, body: {} }
      }
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
    statements,
    trust: (key) => {
      trusted = key
    },
    onRequest: (next) => {
      look = next
    },
    loseAnswer: () => {
      answersToLose += 1
    },
    received: () => Buffer.concat(received).toString('latin1'),
    requestCount: () => requests,
    down,
    up,
    close: down,
  }
}

/** What the receipt of an outcome says, if it is believed and is about exactly this outcome of this job. */
function findStatement(
  outcome: Exclude<Outcome, { kind: 'awaiting-validation' }>,
  jobId: string,
  key: SitePublicKey | undefined,
): ReceiptStatement | undefined {
  if (key === undefined) return undefined
  const reading = readReceipt(outcome.receipt, key)
  if (reading.kind === 'invalid') return undefined
  const { predicate, subject } = reading.statement
  const said = [predicate.jobId, predicate.attempt, predicate.hold, predicate.outcome, predicate.reason]
  const reason = outcome.kind === 'failed' ? outcome.reason : undefined
  const isAbout = isDeepStrictEqual(said, [jobId, outcome.attempt, outcome.hold, outcome.kind, reason])
  const released = receiptStatement({ predicate, released: subjectsOf(outcome) }).subject
  return isAbout && isDeepStrictEqual(subject, released) ? reading.statement : undefined
}

function subjectsOf(outcome: Exclude<Outcome, { kind: 'awaiting-validation' }>): ReceiptSubject[] {
  if (outcome.kind === 'failed') return []
  const files = outcome.artefacts.map(({ name, sha256 }) => ({ name, digest: { sha256 } }))
  if (outcome.kind === 'failure-released' || outcome.scores.length === 0) return files
  return [...files, { name: 'scores', digest: { sha256: scoresDigest(outcome.scores) } }]
}
