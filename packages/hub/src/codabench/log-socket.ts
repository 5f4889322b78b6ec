import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocketServer } from 'ws'
import { z } from 'zod'
import type { LiveLogKind } from './live-logs.ts'
import type { Runs } from './runs.ts'

/** A chunk of output is a few kilobytes; a socket that sends more at once is ended. */
const LARGEST_FRAME = 1024 * 1024
/** A run prints through one socket at a time and program. */
const MOST_SOCKETS = 500

const PATH = /^\/submission_input\/([1-9][0-9]{0,14})\/([1-9][0-9]{0,14})\/([0-9a-fA-F-]{36})\/?$/

/** What a worker sends: a piece of output, or with the other kind the news that the detailed results are there. */
const Frame = z.object({ kind: z.string().max(64), message: z.string().max(LARGEST_FRAME).optional() })

export type LogSocket = ReturnType<typeof createLogSocket>

/**
 * The websocket on which workers send what a run prints (protocol reference, 3.2). The secret in its address must be that of the
 * submission, or the handshake is refused. Nothing is ever sent back. Frames that are none are dropped, and do not end a
 * socket: a worker of generation 1 would take that for the failure of the run.
 */
export function createLogSocket(runs: Runs) {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_FRAME,
    // Compressed frames could unpack to more than they are.
    perMessageDeflate: false,
  })

  async function accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://hub.invalid')
    const [, user, submission, secret] = PATH.exec(pathname) ?? []
    if (user === undefined || submission === undefined || secret === undefined) return refuse(socket, 404)
    if (server.clients.size >= MOST_SOCKETS) return refuse(socket, 503)
    const submissionId = Number(submission)
    if (!(await runs.mayLog({ submissionId, userId: Number(user), secret }))) return refuse(socket, 403)
    server.handleUpgrade(request, socket, head, (client) => {
      // Ended by the other side in the middle of a frame, or too large a one: nothing is left to do.
      client.on('error', () => undefined)
      // One after the other: the order of what is printed is the order in which it came. Nothing more is read meanwhile,
      // so that a run that prints faster than it is kept waits, and does not fill the memory.
      let waiting = 0
      let last = Promise.resolve()
      client.on('message', (data, isBinary) => {
        const frame = isBinary ? undefined : readFrame(data)
        // Workers of 1.25 open a socket for each change of the detailed results, and leave it open.
        if (frame === 'results-changed') return client.close()
        if (frame === undefined) return
        waiting += 1
        client.pause()
        last = last
          .then(() => runs.log(submissionId, frame))
          .catch(() => undefined)
          .finally(() => {
            waiting -= 1
            if (waiting === 0) client.resume()
          })
      })
    })
  }

  return {
    /** Takes over a request to upgrade that came to the hub's server. */
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      socket.on('error', () => undefined)
      accept(request, socket, head).catch(() => socket.destroy())
    },

    close(): void {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}

function refuse(socket: Duplex, status: 403 | 404 | 503): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function readFrame(data: RawData): { kind: LiveLogKind; text: string } | 'results-changed' | undefined {
  const parsed = Frame.safeParse(parseJson(String(data)))
  if (!parsed.success) return undefined
  if (parsed.data.kind === 'detailed_result_update') return 'results-changed'
  if (parsed.data.message === undefined) return undefined
  return { kind: logKindOf(parsed.data.kind), text: parsed.data.message }
}

/** `program`, `ingestion` and `stderr` of generation 1, `scoring_program` and `ingestion_program` of generation 2. */
function logKindOf(kind: string): LiveLogKind {
  if (kind.includes('ingestion')) return 'ingestion'
  return kind === 'stderr' ? 'error' : 'program'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
