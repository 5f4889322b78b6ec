import { setTimeout as pause } from 'node:timers/promises'
import { connectionTrouble } from '@scoregate/protocol/codabench/broker-trouble'
import { CONTROL_EXCHANGE, readRevoked } from '@scoregate/protocol/codabench/celery-control'
import { type CeleryTask, COMPUTE_QUEUE, readCeleryTask } from '@scoregate/protocol/codabench/celery-message'
import { ScoregateError } from '@scoregate/protocol/errors'
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import { connect } from 'amqplib'
import type { Logger } from 'pino'
import { pauseForRetry, type RetryPace } from '../retry.ts'
import { troubleOf } from '../trouble.ts'
import type { BrokerAddress } from './broker-address.ts'

/** A task from the queue. It is the broker's until `keep` is called, and comes back if this worker ends before. */
export type Delivery = { readonly task: CeleryTask; keep(): void }

/** The queue of a broker, one message at a time for whoever asks. */
export type Broker = {
  /**
   * Waits for a task for up to `waitMs`, gives it to `use` and lets go of whatever was not kept. Only while somebody waits is
   * there a consumer, so that a busy worker takes nothing from others. Throws when the broker is away: a `ScoregateError`
   * (`broker-unreachable`) where it is known what its owner can do.
   */
  next<Result>(
    given: { readonly waitMs: number; readonly signal: AbortSignal },
    use: (delivery: Delivery | undefined) => Promise<Result>,
  ): Promise<Result>
  close(): Promise<void>
}

const CONTROL_QUEUE = { exclusive: true, autoDelete: true, arguments: { 'x-message-ttl': 300_000 } } as const
const HEARTBEAT_SECONDS = 30
const CONNECT_MS = 15_000

/**
 * Connects when first asked, and again whenever the connection was lost. `onRevoked` hears of every task that the platform
 * revokes, also of those that this worker never had (protocol reference, 1.4).
 */
export function openBroker(given: {
  readonly address: BrokerAddress
  readonly onRevoked: (taskId: string) => void
  readonly log: Logger
  readonly pace: RetryPace
}): Broker {
  const { log, pace } = given
  const closing = new AbortController()
  let connecting: Promise<ChannelModel> | undefined

  const connected = (): Promise<ChannelModel> => {
    connecting ??= dial().catch((error: unknown) => {
      connecting = undefined
      throw error
    })
    return connecting
  }

  const dial = async (): Promise<ChannelModel> => {
    const connection = await connect(
      { ...given.address, heartbeat: HEARTBEAT_SECONDS },
      { timeout: CONNECT_MS, noDelay: true, clientProperties: { product: 'Scoregate worker' } },
    ).catch((cause: unknown) => {
      throw unreachable(given.address, cause)
    })
    connection.on('error', (error) => log.warn(troubleOf(error), 'the connection to the broker failed'))
    connection.on('close', () => {
      connecting = undefined
      void listenAgain()
    })
    await listen(connection, given.onRevoked)
    return connection
  }

  /** Revocations must be heard while a long run goes on and nobody asks for a task. */
  const listenAgain = async (): Promise<void> => {
    for (let tries = 1; !closing.signal.aborted; tries += 1) {
      try {
        await pauseForRetry(tries, pace, closing.signal)
        await connected()
        return
      } catch (error) {
        if (!closing.signal.aborted)
          log.warn({ ...troubleOf(error), why: brokerAway(error) }, 'the broker cannot be reached')
      }
    }
  }

  return {
    async next({ waitMs, signal }, use) {
      const channel = await (await connected()).createChannel()
      const lost = new AbortController()
      channel.on('error', (error) => log.warn(troubleOf(error), 'the broker closed a channel'))
      channel.on('close', () => lost.abort(new Error('the broker closed the channel')))
      try {
        await findQueue(channel, await connected())
        await channel.prefetch(1)
        const message = await receive(channel, waitMs, AbortSignal.any([signal, lost.signal]))
        signal.throwIfAborted()
        return await use(message && { task: readMessage(message), keep: () => channel.ack(message) })
      } finally {
        // With the channel goes the consumer, and what was not kept goes back into the queue.
        await channel.close().catch(() => undefined) // it was closed by the broker
      }
    },

    async close() {
      closing.abort()
      const connection = await connecting?.catch(() => undefined)
      await connection?.close().catch(() => undefined) // it was lost
    },
  }
}

/** Why a broker is away, where its owner can do something about it. */
export function brokerAway(error: unknown): string | undefined {
  const isAway = error instanceof ScoregateError && error.code === 'broker-unreachable'
  return isAway ? `${error.message} ${error.remedy}` : undefined
}

function unreachable({ hostname, port }: BrokerAddress, cause: unknown): unknown {
  const trouble = connectionTrouble(cause)
  if (trouble === undefined) return cause
  return new ScoregateError({
    kind: 'unavailable',
    code: 'broker-unreachable',
    message: `The broker at ${hostname}:${port} ${trouble.what}.`,
    remedy: trouble.remedy,
    cause,
  })
}

function readMessage({ properties, content }: ConsumeMessage): CeleryTask {
  const contentType: unknown = properties.contentType
  return readCeleryTask({
    contentType: typeof contentType === 'string' ? contentType : undefined,
    headers: properties.headers,
    content,
  })
}

async function receive(
  channel: Channel,
  waitMs: number,
  signal: AbortSignal,
): Promise<ConsumeMessage | undefined> {
  const came = new AbortController()
  let first: ConsumeMessage | undefined
  const { consumerTag } = await channel.consume(COMPUTE_QUEUE.name, (message) => {
    first ??= message ?? undefined
    came.abort()
  })
  await pause(waitMs, undefined, { signal: AbortSignal.any([signal, came.signal]) }).catch(() => undefined) // woken
  signal.throwIfAborted()
  await channel.cancel(consumerTag)
  return first
}

/**
 * Looks for the queue, and makes it with everything that belongs to it only where there is none: whoever declares it with
 * other arguments than the platform did is refused (protocol reference, 1.1). A failed look closes its channel, so it has one of
 * its own.
 */
async function findQueue(channel: Channel, connection: ChannelModel): Promise<void> {
  const looking = await connection.createChannel()
  looking.on('error', () => undefined) // heard by whoever waits for the answer
  try {
    await looking.checkQueue(COMPUTE_QUEUE.name)
    await looking.close()
  } catch (error) {
    if (!isNotFound(error)) throw error
    const { name, options } = COMPUTE_QUEUE
    await channel.assertExchange(name, 'direct', { durable: true })
    await channel.assertQueue(name, options)
    await channel.bindQueue(name, name, name)
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 404
}

async function listen(connection: ChannelModel, onRevoked: (taskId: string) => void): Promise<void> {
  const channel = await connection.createChannel()
  channel.on('error', () => undefined) // the connection says what there is to say
  const { name, type, options } = CONTROL_EXCHANGE
  await channel.assertExchange(name, type, options)
  const { queue } = await channel.assertQueue('', CONTROL_QUEUE)
  await channel.bindQueue(queue, name, '')
  await channel.consume(
    queue,
    (message) => {
      for (const taskId of message === null ? [] : readRevoked(message.content)) onRevoked(taskId)
    },
    { noAck: true },
  )
}
