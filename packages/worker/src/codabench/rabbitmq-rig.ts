import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChannelModel, connect } from 'amqplib'

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server'

/** Why there is no broker here; undefined where there is one. In CI there must be. */
export function rabbitTrouble(): string | undefined {
  if (existsSync(SERVER)) return undefined
  const why = 'RabbitMQ (rabbitmq-server of Debian) is not installed'
  if (process.env['SCOREGATE_TEST_REQUIRE_ENGINE'] === '1') throw new Error(`${why}, and CI needs it`)
  return why
}

/** A broker of its own, on free ports, with everything in a temporary folder. */
export type RabbitRig = AsyncDisposable & {
  readonly url: string
  readonly port: number
  /** A connection of the test itself. */
  connect(): Promise<ChannelModel>
  /** Ends the broker without a word, as a power cut does. */
  kill(): Promise<void>
  /** Starts it again with what it kept on disk. */
  start(): Promise<void>
}

/** Starts RabbitMQ and waits until it answers. */
export async function startRabbit(): Promise<RabbitRig> {
  const folder = await mkdtemp(join(tmpdir(), 'scoregate-rabbit-'))
  const [port, distPort] = [await freePort(), await freePort()]
  await mkdir(join(folder, 'log'))
  await writeFile(join(folder, 'plugins'), '[].')
  await writeFile(join(folder, 'rabbitmq.conf'), `listeners.tcp.1 = 127.0.0.1:${port}\n`)
  let server: ReturnType<typeof spawn> | undefined

  const open = () =>
    connect({ hostname: '127.0.0.1', port, username: 'guest', password: 'guest', vhost: '/' })

  const start = async (): Promise<void> => {
    const started = spawn(SERVER, [], {
      detached: true,
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        RABBITMQ_NODENAME: `scoregate${port}@localhost`,
        RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
        RABBITMQ_DIST_PORT: String(distPort),
        RABBITMQ_MNESIA_BASE: join(folder, 'data'),
        RABBITMQ_LOG_BASE: join(folder, 'log'),
        RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
        RABBITMQ_PID_FILE: join(folder, 'pid'),
      },
    })
    server = started
    for (;;) {
      if (started.exitCode !== null)
        throw new Error(`RabbitMQ ended with ${started.exitCode}; see ${folder}/log`)
      const connection = await open().catch(() => undefined) // not yet
      if (connection !== undefined) return await connection.close()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  const kill = async (): Promise<void> => {
    const running = server
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    process.kill(-running.pid, 'SIGKILL')
    await ended
  }

  await start()
  return {
    url: `pyamqp://guest:guest@127.0.0.1:${port}//`,
    port,
    connect: open,
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      )
    })
  })
}
