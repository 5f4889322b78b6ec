/** What an attacker who knows the machine well would know; each program finds it in its `host.json`. */
export type HostFacts = {
  /** The addresses of the machine, and the ports and sockets on which somebody listens. */
  readonly addresses: readonly string[]
  readonly tcpPort: number
  readonly udpPort: number
  readonly abstractSocket: string
  readonly socketFile: string
  /** A file of the host that anybody may read, with this case's planted token. */
  readonly secretFile: string
  /** Where the private data of this case is on the host. */
  readonly privateFolder: string
  readonly workerFolder: string
  readonly deskFolder: string
  readonly platformUrl: string
  readonly deskUrl: string
  readonly workerPid: number
}
