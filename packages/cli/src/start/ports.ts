import { createServer } from 'node:net'
import { ScoregateError } from '@scoregate/protocol/errors'

/** A port that is free right now. */
export function freePort(host: string): Promise<number> {
  return listenOnce(host, 0)
}

/** Throws `ScoregateError` naming the port, who wanted it and the setting to change, if another program has it. */
export async function refuseTakenPort(given: {
  host: string
  port: number
  owner: string
  variable: string
}): Promise<void> {
  try {
    await listenOnce(given.host, given.port)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown cause'
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${code})`
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'port-taken',
      message: `Port ${given.port}, where the ${given.owner} should listen, ${why}.`,
      remedy: `Stop that program, or choose another port: ${given.variable}=${given.port + 1} npm start`,
      cause,
    })
  }
}

function listenOnce(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port))
    })
  })
}
