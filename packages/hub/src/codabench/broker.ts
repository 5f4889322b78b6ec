import { connectionTrouble } from '@scoregate/protocol/codabench/broker-trouble'
import { CONTROL_EXCHANGE } from '@scoregate/protocol/codabench/celery-control'
import { type CeleryPublication, COMPUTE_QUEUE } from '@scoregate/protocol/codabench/celery-message'
import { ScoregateError } from '@scoregate/protocol/errors'
import { type ChannelModel, type ConfirmChannel, connect, type Options } from 'amqplib'
import type { BrokerSettings } from './broker-settings.ts'

/** A broker that neither confirms nor refuses for so long, such as one whose disk is full, counts as down. */
const CONFIRM_MS = 20_000
const CONNECT_MS = 10_000

export type Broker = ReturnType<typeof createBroker>

/** One connection to one virtual host: a queue of the hub. */
type Line = {
  readonly connection: ChannelModel
  readonly channel: ConfirmChannel
  readonly returned: Set<string>
}

/**
 * The hub's way to the broker: one connection for each virtual host, made when something is to be published there, and
 * made anew after it broke. What is published is the broker's when the promise resolves; when it rejects, nobody knows, and it
 * is to be published again under the same id.
 */
export function createBroker(settings: BrokerSettings) {
  const lines = new Map<string, Promise<Line>>()

  function lineTo(vhost: string): Promise<Line> {
    const known = lines.get(vhost)
    if (known !== undefined) return known
    const line: Promise<Line> = openLine(vhost, () => forget(vhost, line))
    lines.set(vhost, line)
    line.catch(() => forget(vhost, line))
    return line
  }

  function forget(vhost: string, line: Promise<Line>): void {
    if (lines.get(vhost) === line) lines.delete(vhost)
  }

  async function openLine(vhost: string, drop: () => void): Promise<Line> {
    const { host: hostname, port, username, password } = settings
    const protocol = settings.isTls ? 'amqps' : 'amqp'
    const connection = await connect(
      { protocol, hostname, port, username, password, vhost, heartbeat: 30 },
      { timeout: CONNECT_MS, noDelay: true, clientProperties: { connection_name: 'scoregate-hub' } },
    ).catch((cause: unknown) => {
      throw brokerDown(settings, cause)
    })
    // Without a listener an error would end the program; the line is opened anew when something is published.
    connection.on('error', drop)
    connection.on('close', drop)
    try {
      const channel = await connection.createConfirmChannel()
      channel.on('error', drop)
      channel.on('close', drop)
      const returned = new Set<string>()
      channel.on('return', (message) => returned.add(String(message.properties.messageId)))
      await declare(channel)
      return { connection, channel, returned }
    } catch (error) {
      await connection.close().catch(() => undefined)
      throw error
    }
  }

  async function publish(
    vhost: string,
    to: { exchange: string; routingKey: string },
    message: { id: string; content: Uint8Array; options: Options.Publish },
  ): Promise<void> {
    const line = lineTo(vhost)
    const { connection, channel, returned } = await line
    try {
      await confirmed((confirm) =>
        channel.publish(
          to.exchange,
          to.routingKey,
          Buffer.from(message.content),
          { ...message.options, messageId: message.id },
          confirm,
        ),
      )
      // Who may use the virtual host may delete its queue; the broker then confirms what it threw away.
      if (returned.delete(message.id)) throw new Error('The broker has no queue for this message.')
    } catch (error) {
      forget(vhost, line)
      await connection.close().catch(() => undefined)
      throw error
    }
  }

  return {
    /** Throws `ScoregateError` unless the broker takes our name and password. */
    async check(): Promise<void> {
      const { host: hostname, port, username, password } = settings
      const protocol = settings.isTls ? 'amqps' : 'amqp'
      const connection = await connect(
        { protocol, hostname, port, username, password, vhost: '/' },
        { timeout: CONNECT_MS },
      ).catch((cause: unknown) => {
        throw isRefusal(cause) ? refusedByBroker(settings, cause) : brokerDown(settings, cause)
      })
      await connection.close()
    },

    /** Makes the queue and its exchange as the platform's workers declare them (protocol reference, 1.1). */
    async declareQueue(vhost: string): Promise<void> {
      await lineTo(vhost)
    },

    async publishTask(
      vhost: string,
      id: string,
      { content, headers, properties }: CeleryPublication,
    ): Promise<void> {
      const options: Options.Publish = { ...properties, headers: tableOf(headers), mandatory: true }
      await publish(vhost, { exchange: '', routingKey: COMPUTE_QUEUE.name }, { id, content, options })
    },

    /** Tells every worker of a queue; that none is connected is no failure. */
    async publishControl(
      vhost: string,
      id: string,
      { content, headers }: { content: Uint8Array; headers: Readonly<Record<string, unknown>> },
    ): Promise<void> {
      const options: Options.Publish = {
        contentType: 'application/json',
        contentEncoding: 'utf-8',
        deliveryMode: 2,
        headers: tableOf(headers),
      }
      await publish(vhost, { exchange: CONTROL_EXCHANGE.name, routingKey: '' }, { id, content, options })
    },

    /** Ends the line to a virtual host that is to go. */
    async closeLine(vhost: string): Promise<void> {
      const line = lines.get(vhost)
      lines.delete(vhost)
      await line?.then(({ connection }) => connection.close()).catch(() => undefined)
    },

    async close(): Promise<void> {
      await Promise.all([...lines.keys()].map((vhost) => this.closeLine(vhost)))
    },
  }
}

async function declare(channel: ConfirmChannel): Promise<void> {
  const { name, options } = COMPUTE_QUEUE
  await channel.assertExchange(name, 'direct', { durable: true, autoDelete: false })
  await channel.assertQueue(name, { ...options, arguments: { ...options.arguments } })
  await channel.bindQueue(name, name, name)
  await channel.assertExchange(CONTROL_EXCHANGE.name, CONTROL_EXCHANGE.type, CONTROL_EXCHANGE.options)
}

/**
 * Headers with every whole number as one of 32 bits. Left to itself the library writes numbers of 16 bits, whose type letter
 * Python's library reads as that of a text: a Celery worker dies of it, and the message comes back for ever.
 */
function tableOf(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fieldOf(value)]))
}

function fieldOf(value: unknown): unknown {
  if (Number.isInteger(value)) return { '!': 'int32', value }
  if (Array.isArray(value)) return value.map(fieldOf)
  return value
}

/** Resolves when the broker has confirmed, rejects when it refuses or stays silent. */
function confirmed(send: (confirm: (error: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The broker did not confirm.')), CONFIRM_MS)
    send((error) => {
      clearTimeout(timer)
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
  })
}

function isRefusal(cause: unknown): boolean {
  return cause instanceof Error && /ACCESS[_-]REFUSED|403/.test(cause.message)
}

function brokerDown({ host, port }: BrokerSettings, cause: unknown): ScoregateError {
  const trouble = connectionTrouble(cause)
  return new ScoregateError({
    kind: 'unavailable',
    code: 'broker-unreachable',
    message: `The broker at ${host}:${port} ${trouble?.what ?? 'does not answer'}.`,
    remedy: `${trouble?.remedy ?? 'See that RabbitMQ runs there and that --amqp is its address.'} Jobs wait in the hub until it can be reached.`,
    cause,
  })
}

function refusedByBroker({ host, port }: BrokerSettings, cause: unknown): ScoregateError {
  return new ScoregateError({
    kind: 'unavailable',
    code: 'broker-refuses',
    message: `The broker at ${host}:${port} does not take the name and password of --amqp.`,
    remedy: 'Correct them and start the hub again.',
    cause,
  })
}
