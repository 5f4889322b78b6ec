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

/** The desk, as its reviewer. */
export async function connectToDesk(options: ConnectionOptions): Promise<Connection> {
  return connect(options, (ready) => ({ url: ready.desk, token: ready.reviewer.token }), 'desk')
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
    const flags = site === 'desk' ? '--desk URL --token TOKEN' : '--hub URL --token TOKEN'
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
  let answer: Response
  try {
    answer = await fetch(`${connection.url}${request.path}`, {
      method: request.method,
      headers: {
        ...(connection.token === undefined ? {} : { authorization: `Token ${connection.token}` }),
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    })
  } catch (cause) {
    throw siteSilent(connection.url, cause)
  }
  const text = await answer.text()
  if (!answer.ok) throw refusalOf(connection.url, answer.status, text)
  const parsed = schema.safeParse(text === '' ? undefined : JSON.parse(text))
  if (parsed.success) return parsed.data
  throw new ScoregateError({
    kind: 'unavailable',
    code: 'unknown-answer',
    message: `${connection.url} answered something that this version does not understand.`,
    remedy: 'See that the command and the site are of the same version.',
    cause: parsed.error,
  })
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
