import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createAdaptorServer } from '@hono/node-server'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Hono } from 'hono'
import type { WebEnv } from './environment.ts'

export type RunningServer = { readonly url: string; readonly port: number; close(): Promise<void> }

/**
 * Serves an app over HTTP; `port` 0 takes any free one. Throws `ScoregateError` (`port-taken`, `port-forbidden`).
 *
 * Requests have no total time limit, since uploads are large and a worker's question waits for a job.
 */
export async function startServer(given: {
  app: Hono<WebEnv>
  host: string
  port: number
  /** Takes over requests to upgrade the connection; without it there are none. */
  onUpgrade?: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined
}): Promise<RunningServer> {
  const server = createAdaptorServer({ fetch: given.app.fetch })
  if ('requestTimeout' in server) server.requestTimeout = 0
  if (given.onUpgrade !== undefined) server.on('upgrade', given.onUpgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(given, cause)))
    server.listen(given.port, given.host, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : given.port
  return {
    // A wildcard address is where to listen, not where to go.
    url: `http://${given.host === '0.0.0.0' || given.host === '::' ? 'localhost' : urlHost(given.host)}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function cannotListen({ host, port }: { host: string; port: number }, cause: unknown): ScoregateError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE') {
    return new ScoregateError({
      kind: 'conflict',
      code: 'port-taken',
      message: `Port ${port} of ${host} is taken by another program.`,
      remedy: 'Stop that program, or choose another port.',
      cause,
    })
  }
  return new ScoregateError({
    kind: 'unavailable',
    code: 'port-forbidden',
    message: `Cannot listen on port ${port} of ${host} (${String(code ?? 'unknown cause')}).`,
    remedy: 'Choose another port above 1023, or another address of this machine.',
    cause,
  })
}
