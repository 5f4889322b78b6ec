import { z } from 'zod'
import { reviveTyped } from './typed-json.ts'

/** The one task of a compute worker (protocol reference, 1.2). */
export const COMPUTE_TASK = 'compute_worker_run'

/**
 * Where jobs wait: on the broker each queue of the platform is a virtual host, and every such host has a queue of this name
 * with an exchange of this name (protocol reference, 1.1). Who declares it with other arguments is refused by the broker.
 */
export const COMPUTE_QUEUE = {
  name: 'compute-worker',
  options: { durable: true, exclusive: false, autoDelete: false, arguments: { 'x-max-priority': 10 } },
} as const

/** Scoring runs go before prediction runs (protocol reference, 1.2). */
export const JOB_PRIORITY = { prediction: 0, scoring: 10 } as const

/** A message as an AMQP library hands it over; nothing in it is trusted. */
export type AmqpMessage = {
  readonly contentType: string | undefined
  readonly headers: unknown
  readonly content: Uint8Array
}

/** A task taken from a queue, or why it is none for us. */
export type CeleryTask =
  | { readonly kind: 'task'; readonly id: string; readonly runArguments: unknown }
  | { readonly kind: 'unusable'; readonly why: string }

/** A job's name on the broker: Celery writes a UUID. */
const TaskId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$/)

const Headers = z.looseObject({ task: z.string(), id: TaskId })
/** Protocol 2: `[args, kwargs, embed]`; the headers say which task. */
const Body2 = z.tuple([z.array(z.unknown()), z.record(z.string(), z.unknown())], z.unknown())
/** Protocol 1: everything in the body. */
const Body1 = z.looseObject({
  task: z.string(),
  id: TaskId,
  args: z.array(z.unknown()).default([]),
  kwargs: z.record(z.string(), z.unknown()).default({}),
})

/** The largest message that is read; Codabench's have about three kilobytes. */
export const LONGEST_MESSAGE_BYTES = 1_048_576

/**
 * Reads a Celery task message of protocol 1 or 2 (protocol reference, 1.2). Never throws: a message that nobody can use must
 * be put aside and not come back for ever, as it does with Codabench's worker (W23).
 */
export function readCeleryTask({ contentType, headers, content }: AmqpMessage): CeleryTask {
  if (contentType !== 'application/json') return unusable('its content type is not application/json')
  if (content.length > LONGEST_MESSAGE_BYTES) return unusable('it is too long')
  const body = parseJson(content)
  if (body === undefined) return unusable('its body is not JSON')
  const revived = reviveTyped(body)
  if (revived.kind === 'unknown-type') return unusable('its body has a typed value that is no UUID')

  const first = Body1.safeParse(revived.value)
  const named = Headers.safeParse(headers)
  const second = Body2.safeParse(revived.value)
  if (named.success && second.success) {
    const [args, kwargs] = second.data
    return taskOf({ ...named.data, args, kwargs })
  }
  return first.success ? taskOf(first.data) : unusable('it is no task of Celery')
}

/** What is published for a job: body, headers and properties, for whatever library sends them. */
export type CeleryPublication = {
  readonly content: Uint8Array
  readonly headers: Readonly<Record<string, unknown>>
  readonly properties: {
    readonly contentType: 'application/json'
    readonly contentEncoding: 'utf-8'
    readonly deliveryMode: 2
    readonly priority: number
    readonly correlationId: string
  }
}

/**
 * A task message of protocol 2 as Celery writes it. `argsrepr` is left empty: Celery puts the arguments there in clear,
 * and with them the submission's secret (W17). `softLimitSeconds` ends a run that the worker itself does not end.
 */
export function writeCeleryTask(given: {
  readonly id: string
  readonly runArguments: Readonly<Record<string, unknown>>
  readonly softLimitSeconds: number
  readonly priority: number
}): CeleryPublication {
  const { id, runArguments, softLimitSeconds, priority } = given
  const embed = { callbacks: null, errbacks: null, chain: null, chord: null }
  return {
    content: new TextEncoder().encode(JSON.stringify([[runArguments], {}, embed])),
    headers: {
      lang: 'py',
      task: COMPUTE_TASK,
      id,
      shadow: null,
      eta: null,
      expires: null,
      group: null,
      group_index: null,
      retries: 0,
      timelimit: [null, softLimitSeconds],
      root_id: id,
      parent_id: null,
      argsrepr: '',
      kwargsrepr: '',
      origin: 'scoregate-hub',
      ignore_result: false,
      replaced_task_nesting: 0,
      stamped_headers: null,
      stamps: {},
    },
    properties: {
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      deliveryMode: 2,
      priority,
      correlationId: id,
    },
  }
}

function taskOf(given: {
  readonly task: string
  readonly id: string
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
}): CeleryTask {
  if (given.task !== COMPUTE_TASK) return unusable(`it is not the task ${COMPUTE_TASK}`)
  const runArguments = given.args[0] ?? given.kwargs['run_args']
  return runArguments === undefined
    ? unusable('it has no run arguments')
    : { kind: 'task', id: given.id, runArguments }
}

function parseJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content))
  } catch {
    return undefined
  }
}

function unusable(why: string): CeleryTask {
  return { kind: 'unusable', why }
}
