import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type ChannelModel, connect } from 'amqplib'

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server'
const ACCOUNT = { name: 'hub', password: 'a-password-of-the-hub' }

/**
 * Why tests that need RabbitMQ and Celery are left out: a developer's machine may lack them. Undefined where both are there;
 * where everything must be tested (`SCOREGATE_TEST_REQUIRE_ENGINE=1`) it throws instead.
 */
export function brokerTrouble(): string | undefined {
  if (existsSync(SERVER) && existsSync('/usr/lib/python3/dist-packages/celery')) return undefined
  const why = 'RabbitMQ or Celery is missing (Debian: rabbitmq-server, python3-celery)'
  if (process.env['SCOREGATE_TEST_REQUIRE_ENGINE'] === '1') throw new Error(`${why}, and is needed here`)
  return why
}

/** A RabbitMQ of its own with its management API, in a folder of its own on free ports. Gone when disposed of. */
export type TestBroker = AsyncDisposable & {
  readonly amqpUrl: string
  /** Where it listens with TLS: for AMQP, and for the management API. Nobody listens there unless it was started with certificates. */
  readonly tls: { readonly port: number; readonly managementPort: number }
  readonly managementUrl: string
  /** The address of the default virtual host, as Codabench shows it to the owner of a queue. */
  readonly queueUrl: string
  /** The address of a virtual host, as the hub's account. */
  vhostUrl(vhost: string): string
  /** Asks the management API. */
  manage(method: string, path: string, body?: object): Promise<unknown>
  /** A connection of the test itself, to the default virtual host. */
  connect(): Promise<ChannelModel>
  stop(): Promise<void>
  /** Ends it without a word, as a power cut does. */
  kill(): Promise<void>
  /** Starts it again on the same ports with all that it had. */
  start(): Promise<void>
}

/** How a broker speaks TLS: its files, and whether it lets in only who has a certificate of the same authority. */
export type BrokerTls = {
  readonly ca: string
  readonly certificate: string
  readonly key: string
  readonly demandsCertificate?: boolean
}

/** Throws when RabbitMQ is not installed (Debian: rabbitmq-server). */
export async function startTestBroker(tls?: BrokerTls): Promise<TestBroker> {
  if (!existsSync(SERVER)) throw new Error('RabbitMQ is missing. Type: apt-get install rabbitmq-server')
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-rabbitmq-'))
  const [amqp, management, distribution, mapper, amqps = 0, managementTls = 0] = await freePorts(6)
  await mkdir(join(folder, 'home'))
  await writeFile(join(folder, 'plugins'), '[rabbitmq_management].')
  await writeFile(
    join(folder, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${amqp}`,
      'management.tcp.ip = 127.0.0.1',
      `management.tcp.port = ${management}`,
      `default_user = ${ACCOUNT.name}`,
      `default_pass = ${ACCOUNT.password}`,
      'management.rates_mode = none',
      // The limits of a whole machine; this one is shared with other tests.
      'disk_free_limit.absolute = 1MB',
      ...(tls === undefined ? [] : tlsSettings(tls, { amqps, managementTls })),
      '',
    ].join('\n'),
  )
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: join(folder, 'home'),
    ERL_EPMD_PORT: String(mapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // So that the port mapper that Erlang starts can be ended when its only node is.
    ERL_EPMD_RELAXED_COMMAND_CHECK: '1',
    RABBITMQ_NODENAME: `scoregate-${amqp}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none',
  }
  const authorization = `Basic ${Buffer.from(`${ACCOUNT.name}:${ACCOUNT.password}`).toString('base64')}`
  const managementUrl = `http://127.0.0.1:${management}`
  const authority = `${ACCOUNT.name}:${ACCOUNT.password}@127.0.0.1:${amqp}`
  let server: ChildProcess | undefined

  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (server?.pid === undefined) return
    const ended = once(server, 'exit')
    // What was started is a script; to be killed, Erlang below it must be, too.
    if (signal === 'SIGKILL') process.kill(-server.pid, signal)
    else server.kill(signal)
    await ended
    server = undefined
    await endPortMapper(env)
  }

  const broker: TestBroker = {
    amqpUrl: `amqp://${authority}`,
    tls: { port: amqps, managementPort: managementTls },
    queueUrl: `pyamqp://${authority}//`,
    managementUrl,
    vhostUrl: (vhost) => `amqp://${authority}/${encodeURIComponent(vhost)}`,

    async manage(method, path, body) {
      const answer = await fetch(`${managementUrl}/api${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return text === '' ? undefined : JSON.parse(text)
    },

    // As Celery's library does it: a small frame does not wait for the answer to the one before.
    connect: () => connect(`amqp://${authority}/%2F`, { noDelay: true }),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),

    async start() {
      let output = ''
      const started = spawn(SERVER, [], {
        env,
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      })
      for (const stream of [started.stdout, started.stderr])
        stream.on('data', (text) => {
          output += text
        })
      server = started
      for (;;) {
        if (started.exitCode !== null) throw new Error(`RabbitMQ ended at once:\n${output}`)
        const answer = await broker
          .manage('GET', `/health/checks/port-listener/${amqp}`)
          .catch(() => undefined)
        if (answer !== undefined) return
        await pause(50)
      }
    },

    async [Symbol.asyncDispose]() {
      await broker.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
  await broker.start()
  return broker
}

function tlsSettings(
  { ca, certificate, key, demandsCertificate = false }: BrokerTls,
  { amqps, managementTls }: { amqps: number; managementTls: number },
): string[] {
  const files = (prefix: string) => [
    `${prefix}.cacertfile = ${ca}`,
    `${prefix}.certfile = ${certificate}`,
    `${prefix}.keyfile = ${key}`,
  ]
  return [
    `listeners.ssl.1 = 127.0.0.1:${amqps}`,
    ...files('ssl_options'),
    `ssl_options.verify = ${demandsCertificate ? 'verify_peer' : 'verify_none'}`,
    `ssl_options.fail_if_no_peer_cert = ${demandsCertificate}`,
    'management.ssl.ip = 127.0.0.1',
    `management.ssl.port = ${managementTls}`,
    ...files('management.ssl'),
  ]
}

async function endPortMapper(env: Record<string, string>): Promise<void> {
  const ending = spawn('epmd', ['-port', env['ERL_EPMD_PORT'] ?? '', '-kill'], { env, stdio: 'ignore' })
  await once(ending, 'exit')
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
