import { ScoregateError } from '@scoregate/protocol/errors'

/** How the hub reaches RabbitMQ, and how workers do. */
export type BrokerSettings = {
  readonly host: string
  readonly port: number
  readonly isTls: boolean
  readonly username: string
  readonly password: string
  /** Where the management API is, without a slash at the end. */
  readonly managementUrl: string
  /** What workers are told, where that is not what the hub uses. */
  readonly forWorkers: { readonly host: string; readonly port: number; readonly isTls: boolean }
  /** The address of the hub as workers reach it, without a slash at the end; where the hub listens unless set. */
  readonly hubForWorkers?: string | undefined
}

const PORTS = { amqp: { amqp: 5672, management: 15672 }, amqps: { amqp: 5671, management: 15671 } } as const

/**
 * Reads the addresses of a broker: `amqp` is `amqp(s)://name:password@host[:port]`, of an administrator; `management` the
 * address of its management API, derived from the first unless given; `forWorkers` the address that workers are told, without
 * name and password; `hubForWorkers` where they reach the hub. Throws `ScoregateError` that says which is wrong and never shows
 * one, since passwords are in them.
 */
export function readBrokerSettings(given: {
  amqp: string
  management?: string | undefined
  forWorkers?: string | undefined
  hubForWorkers?: string | undefined
}): BrokerSettings {
  const address = readAmqp(given.amqp, '--amqp')
  const username = decodeURIComponent(address.url.username)
  const password = decodeURIComponent(address.url.password)
  if (username === '' || password === '') {
    throw wrong('--amqp', 'has no name and password', 'amqp://name:password@broker.example.org')
  }
  if (!['', '/', '/%2F', '/%2f'].includes(address.url.pathname)) {
    throw wrong(
      '--amqp',
      'names a virtual host; the hub makes one for each queue',
      'amqp://name:password@host',
    )
  }
  const { host, port, isTls } = address
  const scheme = isTls ? 'https' : 'http'
  const managementPort = PORTS[isTls ? 'amqps' : 'amqp'].management
  const management = readManagement(given.management ?? `${scheme}://${urlHost(host)}:${managementPort}`)
  const workers = given.forWorkers === undefined ? address : readAmqp(given.forWorkers, '--amqp-for-workers')
  if (given.forWorkers !== undefined && workers.url.username !== '') {
    throw wrong('--amqp-for-workers', 'has a name in it', 'amqps://broker.example.org:5671')
  }
  return {
    host,
    port,
    isTls,
    username,
    password,
    managementUrl: management,
    forWorkers: { host: workers.host, port: workers.port, isTls: workers.isTls },
    hubForWorkers: given.hubForWorkers === undefined ? undefined : readHubAddress(given.hubForWorkers),
  }
}

/** An address without a path: workers open their websocket at its root. */
function readHubAddress(text: string): string {
  const url = URL.parse(text)
  const isWeb = url !== null && ['http:', 'https:'].includes(url.protocol)
  if (!isWeb || `${url.origin}/` !== url.href) {
    throw wrong(
      '--hub-for-workers',
      'is no address of a hub, without a path or a name',
      'https://hub.example.org',
    )
  }
  return url.origin
}

/**
 * What a worker's owner writes into `BROKER_URL`, the only place where the password of a queue is ever seen; and whether into
 * `BROKER_USE_SSL`, since the form of the URL is the same for both.
 */
export type BrokerUrl = { readonly brokerUrl: string; readonly isTls: boolean }

export function brokerUrlOf(
  { forWorkers }: BrokerSettings,
  account: { username: string; password: string; vhost: string },
): BrokerUrl {
  const { username, password, vhost } = account
  const address = `${urlHost(forWorkers.host)}:${forWorkers.port}/${vhost}`
  return { brokerUrl: `pyamqp://${username}:${password}@${address}`, isTls: forWorkers.isTls }
}

function readAmqp(text: string, option: string) {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['amqp:', 'amqps:'].includes(url.protocol) || url.hostname === '') {
    throw wrong(option, 'is no address of a broker', 'amqp://name:password@broker.example.org:5672')
  }
  const isTls = url.protocol === 'amqps:'
  const port = url.port === '' ? PORTS[isTls ? 'amqps' : 'amqp'].amqp : Number(url.port)
  return { url, host: url.hostname.replace(/^\[|\]$/g, ''), port, isTls }
}

function readManagement(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.username !== '') {
    throw wrong('--amqp-management', 'is no address of a management API', 'https://broker.example.org:15671')
  }
  return url.href.replace(/\/+$/, '').replace(/\/api$/, '')
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function wrong(option: string, what: string, example: string): ScoregateError {
  return new ScoregateError({
    kind: 'bad-input',
    code: 'bad-broker-address',
    message: `${option} ${what}.`,
    remedy: `Give it in this form: ${example}`,
  })
}
