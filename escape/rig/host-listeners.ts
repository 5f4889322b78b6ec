import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Boundary } from './boundary.ts'

/** Where a program on this machine would find somebody to talk to. */
export type HostListeners = AsyncDisposable & {
  readonly addresses: readonly string[]
  readonly tcpPort: number
  readonly udpPort: number
  /** Without the leading NUL. */
  readonly abstractSocket: string
  readonly socketFile: string
}

/**
 * Listens on every address of this machine, on TCP and UDP, on an abstract socket and on one with a name that anybody may
 * use: a connection to any of them has crossed, and so has each byte that comes over it.
 */
export async function startHostListeners(boundary: Boundary, folder: string): Promise<HostListeners> {
  const abstractSocket = `scoregate-escape-${process.pid}-${folder.split('/').at(-1)}`
  const socketFile = join(folder, 'socket')
  const opened: { close(): Promise<void> }[] = []

  const listen = async (where: { port: number } | { path: string; writableAll?: boolean }) => {
    const server = createServer((socket) => {
      boundary.cross('network', 'a connection was made')
      socket.on('data', (bytes) => boundary.cross('network', bytes))
      socket.on('error', () => socket.destroy())
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(where, resolve)
    })
    opened.push({ close: () => closeServer(server) })
    return server
  }
  const tcp = await listen({ port: 0 })
  await listen({ path: `\0${abstractSocket}` })
  await listen({ path: socketFile, writableAll: true })

  const udp = createSocket({ type: 'udp6' })
  udp.on('message', (bytes) => boundary.cross('network', bytes))
  await new Promise<void>((resolve) => udp.bind(0, resolve))
  opened.push({ close: () => closeUdp(udp) })

  const address = tcp.address()
  if (address === null || typeof address === 'string') throw new Error('The listener has no port.')
  return {
    addresses: addressesOfHost(),
    tcpPort: address.port,
    udpPort: udp.address().port,
    abstractSocket,
    socketFile,
    async [Symbol.asyncDispose]() {
      for (const one of opened) await one.close()
    },
  }
}

function addressesOfHost(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return [...new Set(all.filter(({ scopeid }) => !scopeid).map(({ address }) => address))]
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

function closeUdp(socket: UdpSocket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()))
}
