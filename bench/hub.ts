import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import type { Job } from '@scoregate/protocol/job'
import { LEASE_PATH } from '@scoregate/protocol/lease'
import { Outcome, SITE_JOBS_PATH, STANDING_PATH } from '@scoregate/protocol/release'
import { ORDINARY_JOB } from './ordinary-job.ts'

/** A hub that does no more than give out jobs and take what comes: what is measured is the site. */
export type BenchHub = {
  readonly url: string
  /** Puts a job into the queue; resolves with the moment at which a worker was given it. */
  lease(archives: {
    submission: Buffer
    scoringProgram: Buffer
  }): Promise<{ jobId: string; leasedAt: number }>
  /** Resolves when an outcome of this kind has come about a job. */
  outcome(jobId: string, kind: Outcome['kind']): Promise<void>
  close(): void
}

const LEASE_SECONDS = 60

/** Starts a hub on a port of its own. It trusts whoever asks. */
export async function startHub(): Promise<BenchHub> {
  const archives = new Map<string, Buffer>()
  const queue: { job: Job; onLeased: (at: number) => void }[] = []
  const askers: (() => void)[] = []
  const outcomes = new Map<string, Outcome['kind'][]>()
  const listeners = new Set<() => void>()

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://hub')
    if (pathname.startsWith('/inputs/')) return end(response, archives.get(pathname.slice('/inputs/'.length)))
    if (pathname.startsWith(SITE_JOBS_PATH)) return await takeFromDesk(pathname, request, response)
    await buffer(request)
    if (pathname === STANDING_PATH) return end(response, { gone: [] })
    if (pathname !== LEASE_PATH) return end(response, { leaseSeconds: LEASE_SECONDS, cancelled: false })
    if (queue.length === 0) await new Promise<void>((resolve) => askers.push(resolve))
    const next = queue.shift()
    if (next === undefined) return end(response, undefined, 204)
    next.onLeased(performance.now())
    end(response, { job: next.job, leaseSeconds: LEASE_SECONDS })
  }

  async function takeFromDesk(
    pathname: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [jobId = '', what] = pathname.slice(SITE_JOBS_PATH.length + 1).split('/')
    if (what === 'artefacts') {
      await finished(request.resume())
      return end(response, {}, 201)
    }
    const { kind } = Outcome.parse(JSON.parse((await buffer(request)).toString()))
    outcomes.set(jobId, [...(outcomes.get(jobId) ?? []), kind])
    end(response, { accepted: true })
    for (const listener of listeners) listener()
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on a port, not on a pipe

  const linkTo = (bytes: Buffer) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    archives.set(sha256, bytes)
    return { url: `${url}/inputs/${sha256}`, sha256, sizeBytes: bytes.length }
  }

  return {
    url,
    lease({ submission, scoringProgram }) {
      const job: Job = {
        jobId: randomUUID(),
        ...ORDINARY_JOB,
        image: 'bench/python',
        inputs: { submission: linkTo(submission), scoringProgram: linkTo(scoringProgram) },
        columns: [{ key: 'accuracy', title: 'Accuracy', decimals: 2, sorting: 'desc', computed: false }],
      }
      return new Promise((resolve) => {
        queue.push({ job, onLeased: (leasedAt) => resolve({ jobId: job.jobId, leasedAt }) })
        askers.shift()?.()
      })
    },
    outcome(jobId, kind) {
      return new Promise((resolve) => {
        const look = () => {
          if (outcomes.get(jobId)?.includes(kind) !== true) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
      })
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function end(response: ServerResponse, body: Buffer | object | undefined, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body))
}
