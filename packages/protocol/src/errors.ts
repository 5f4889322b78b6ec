import { z } from 'zod'

/** One thing that is wrong, and where. `where` is a file with line, a field's path or a parameter. */
export const Problem = z.object({
  where: z.string(),
  what: z.string(),
  remedy: z.string(),
})
export type Problem = z.infer<typeof Problem>

/** How an error reads on the wire, the same from every program: page, API, command line and log show these parts. */
export const ErrorBody = z.object({
  code: z.string(),
  /** One plain sentence, safe for whoever asked. */
  detail: z.string(),
  remedy: z.string(),
  problems: z.array(Problem).optional(),
})
export type ErrorBody = z.infer<typeof ErrorBody>

/** The kinds of refusal that an HTTP edge can answer; `ERROR_HTTP_STATUS` maps each. */
export type ErrorKind =
  | 'bad-input'
  | 'not-signed-in'
  | 'not-allowed'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'too-large'
  | 'limit-reached'
  | 'unavailable'
  | 'internal'

export const ERROR_HTTP_STATUS = {
  'bad-input': 400,
  'not-signed-in': 401,
  'not-allowed': 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  'limit-reached': 429,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<ErrorKind, number>

/**
 * The one error class of Scoregate: what went wrong in a sentence, what to do, and every problem with its place.
 * Thrown for what the caller cannot handle as an outcome; carries nothing from a run's output.
 */
export class ScoregateError extends Error {
  readonly kind: ErrorKind
  readonly code: string
  readonly remedy: string
  readonly problems: readonly Problem[]

  constructor(given: {
    kind: ErrorKind
    code: string
    message: string
    remedy: string
    problems?: readonly Problem[]
    cause?: unknown
  }) {
    super(given.message, given.cause === undefined ? undefined : { cause: given.cause })
    this.name = 'ScoregateError'
    this.kind = given.kind
    this.code = given.code
    this.remedy = given.remedy
    this.problems = given.problems ?? []
  }

  /** The parts that may be shown to whoever asked. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      detail: this.message,
      remedy: this.remedy,
      ...(this.problems.length > 0 ? { problems: [...this.problems] } : {}),
    }
  }
}
