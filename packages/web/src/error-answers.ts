import { ERROR_HTTP_STATUS, type ErrorBody, ScoregateError } from '@scoregate/protocol/errors'
import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { WebEnv } from './environment.ts'

/** What an error page needs to know. */
export type ErrorPage = (
  c: Context<WebEnv>,
  shown: { status: number; body: ErrorBody; requestId: string },
) => string | Promise<string>

const MAX_BODY_BYTES = 1_048_576

/**
 * Answers every error in one shape: JSON under `/api` and for clients that ask for it, a page otherwise. What is not a
 * `ScoregateError` is logged with its cause and answered without any of its text.
 */
export function handleErrors({ log, errorPage }: { log: Logger; errorPage: ErrorPage }): {
  onError: ErrorHandler<WebEnv>
  notFound: NotFoundHandler<WebEnv>
} {
  async function answer(c: Context<WebEnv>, error: ScoregateError): Promise<Response> {
    const status = ERROR_HTTP_STATUS[error.kind]
    const body = error.toBody()
    const requestId = c.get('requestId') ?? 'unknown'
    if (wantsJson(c)) return c.json({ ...body, request_id: requestId }, status)
    return c.html(await errorPage(c, { status, body, requestId }), status)
  }
  return {
    onError: (error, c) => {
      if (error instanceof ScoregateError && error.kind !== 'internal') return answer(c, error)
      log.error({ err: error, requestId: c.get('requestId') }, 'A request failed.')
      return answer(c, unexpected())
    },
    notFound: (c) =>
      answer(
        c,
        new ScoregateError({
          kind: 'not-found',
          code: 'no-such-page',
          message: 'There is nothing at this address.',
          remedy: 'Check the address, or start from the first page.',
        }),
      ),
  }
}

function wantsJson(c: Context<WebEnv>): boolean {
  return c.req.path.startsWith('/api/') || (c.req.header('accept') ?? '').includes('application/json')
}

function unexpected(): ScoregateError {
  return new ScoregateError({
    kind: 'internal',
    code: 'internal',
    message: 'Something went wrong on our side.',
    remedy: 'Try again. If it stays, tell whoever runs this site the request id.',
  })
}

/**
 * Reads a small body, JSON or form-encoded by its content type (anything that is not JSON is read as a form, as
 * Codabench's clients send it), and checks it. Throws `ScoregateError` with every field that is wrong.
 */
export async function parseBody<T>(c: Context<WebEnv>, schema: z.ZodType<T>): Promise<T> {
  const text = await c.req.text()
  if (text.length > MAX_BODY_BYTES) {
    throw new ScoregateError({
      kind: 'too-large',
      code: 'body-too-large',
      message: 'The body of the request is too large.',
      remedy: 'Send files by the upload link instead.',
    })
  }
  const isJson = (c.req.header('content-type') ?? '').includes('json') || /^\s*[{[]/.test(text)
  const parsed = schema.safeParse(isJson ? parseJson(text) : formFields(text))
  if (parsed.success) return parsed.data
  throw new ScoregateError({
    kind: 'bad-input',
    code: 'bad-fields',
    message: 'Some fields of the request are missing or wrong.',
    remedy: 'Correct the fields that are listed and send it again.',
    problems: parsed.error.issues.map((issue) => ({
      where: issue.path.join('.') || 'body',
      what: issue.message,
      remedy: 'See the description of this endpoint at /api/docs.',
    })),
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ScoregateError({
      kind: 'bad-input',
      code: 'bad-json',
      message: 'The body of the request is not valid JSON.',
      remedy: 'Send a JSON object.',
      cause,
    })
  }
}

/** A field that comes more than once becomes a list. */
function formFields(text: string): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null)
  const parameters = new URLSearchParams(text)
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name)
    fields[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  return { ...fields }
}
