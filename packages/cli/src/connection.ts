import { ERROR_HTTP_STATUS, ErrorBody, type ErrorKind, ScoregateError } from '@scoregate/protocol/errors'
import type { z } from 'zod'
import { installationPaths, Ready } from './installation.ts'
import { readPrivateJson } from './private-file.ts'

/** A site that a command talks to, and who it is there. */
export type Connection = { readonly url: string; readonly token: string }

/** How commands are told where to go; absent ones are read from `ready.json` of an installation on this machine. */
export type ConnectionOptions = {
  readonly url?: string | undefined
  readonly token?: string | undefined
  readonly dataFolder: string
}

/**
 * The desk, as its reviewer. A token is better in the environment than on a command line, which everybody on the machine
 * can see: with `SCOREGATE_TOKEN` goes `SCOREGATE_DESK_URL`.
 */
export async function connectToDesk(options: ConnectionOptions): Promise<Connection> {
  const { SCOREGATE_TOKEN: token, SCOREGATE_DESK_URL: url } = process.env
  const isSet = token !== undefined && token !== ''
  const given = {
    dataFolder: options.dataFolder,
    url: options.url ?? (isSet && url !== '' ? url : undefined),
    token: options.token ?? (isSet ? token : undefined),
  }
  return connect(given, (ready) => ({ url: ready.desk, token: ready.reviewer.token }), 'desk')
}

/** The hub, as its participant or organizer. */
export async function connectToHub(
  options: ConnectionOptions,
  as: 'participant' | 'organizer',
): Promise<Connection> {
  return connect(options, (ready) => ({ url: ready.hub, token: ready[as].token }), 'hub')
}

async function connect(
  options: ConnectionOptions,
  local: (ready: Ready) => Connection,
  site: 'hub' | 'desk',
): Promise<Connection> {
  if (options.url !== undefined && options.token !== undefined) {
    return { url: options.url.replace(/\/$/, ''), token: options.token }
  }
  const file = installationPaths(options.dataFolder).ready
  const ready = await readPrivateJson(file, Ready)
  if (ready === undefined) {
    const flags =
      site === 'desk'
        ? '--desk URL and --token TOKEN (or SCOREGATE_DESK_URL and SCOREGATE_TOKEN)'
        : '--hub URL and --token TOKEN'
    throw new ScoregateError({
      kind: 'unavailable',
      code: 'not-running',
      message: `No running installation was found: there is no ${file}.`,
      remedy: `Start one with npm start, say where its data folder is (SCOREGATE_DATA), or give ${flags}.`,
    })
  }
  const found = local(ready)
  return { url: options.url?.replace(/\/$/, '') ?? found.url, token: options.token ?? found.token }
}

/**
 * Asks a site and checks the answer. Throws `ScoregateError`: what the site refused, in its own words, or that it does
 * not answer.
 */
export async function ask<T>(
  connection: { readonly url: string; readonly token?: string },
  request: { method: 'GET' | 'POST' | 'PUT' | 'DELETE'; path: string; body?: unknown },
  schema: z.ZodType<T>,
): Promise<T> {
  const { method, path, body } = request
  const answer = await open(connection, {
    path,
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await readText(connection.url, answer)
  const parsed = schema.safeParse(text === '' ? undefined : safeJson(text))
  if (parsed.success) return parsed.data
  throw new ScoregateError({
    kind: 'unavailable',
    code: 'unknown-answer',
    message: `${connection.url} answered something that this version does not understand.`,
    remedy: 'See that the command and the site are of the same version.',
    cause: parsed.error,
  })
}

/**
 * Sends a request and answers once its headers are there; the body is still to be read. Throws `ScoregateError`: what the
 * site refused, in its own words, or that it does not answer. A 304 is no refusal.
 */
export async function open(
  connection: { readonly url: string; readonly token?: string },
  request: {
    path: string
    method?: string
    headers?: Record<string, string>
    body?: string
    signal?: AbortSignal
  },
): Promise<Response> {
  const { path, headers, ...rest } = request
  const { url, token } = connection
  let answer: Response
  try {
    answer = await fetch(`${url}${path}`, {
      ...rest,
      // A token is for this address alone, so another one that it names is not followed.
      redirect: 'manual',
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Token ${token}` }) },
    })
  } catch (cause) {
    throw siteSilent(url, cause)
  }
  if (answer.ok || answer.status === NOT_MODIFIED) return answer
  throw refusalOf(url, answer.status, await readText(url, answer))
}

const NOT_MODIFIED = 304

async function readText(url: string, answer: Response): Promise<string> {
  try {
    return await answer.text()
  } catch (cause) {
    throw siteSilent(url, cause)
  }
}

/** The error for a site that cannot be reached. */
export function siteSilent(url: string, cause: unknown): ScoregateError {
  return new ScoregateError({
    kind: 'unavailable',
    code: 'no-answer',
    message: `${url} does not answer.`,
    remedy: 'See that it is running and that this machine can reach it.',
    cause,
  })
}

const KIND_OF_STATUS: ReadonlyMap<number, ErrorKind> = new Map(
  Object.entries(ERROR_HTTP_STATUS).flatMap(([kind, status]) =>
    isErrorKind(kind) && status < 500 ? [[status, kind] as const] : [],
  ),
)

function isErrorKind(text: string): text is ErrorKind {
  return Object.hasOwn(ERROR_HTTP_STATUS, text)
}

/** The error for a site that refused, in the site's own words where it gave some. */
export function refusalOf(url: string, status: number, text: string): ScoregateError {
  const body = ErrorBody.safeParse(safeJson(text))
  if (!body.success) {
    return new ScoregateError({
      kind: 'unavailable',
      code: 'refused',
      message: `${url} answered with status ${status}.`,
      remedy: 'See that the address is that of a Scoregate site.',
    })
  }
  const kind = KIND_OF_STATUS.get(status) ?? (status >= 500 ? 'unavailable' : 'bad-input')
  return new ScoregateError({
    kind,
    code: body.data.code,
    message: body.data.detail,
    remedy: body.data.remedy,
    problems: body.data.problems ?? [],
  })
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
